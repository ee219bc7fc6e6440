// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as values: what the file renderer writes must read back as it was, and as nothing else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "../unit/unit/unit_file_reader.h"
#include "unit/names.h"
#include "unit/render.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace podd;
    const std::string text{reinterpret_cast<const char*>(data), size};
    const auto escaped = unit::unescape(unit::escape(text));
    if (!escaped || *escaped != text) std::abort();
    const unit::Unit value{
        "x.service", {{"Service", {{"ExecStart", "", {"/bin/true", text, "end"}}}}}, {}};
    const auto file = unit::file_text(value, "fuzz");
    if (!file) return 0;
    const auto lines = test::read_unit_file(*file);
    if (!lines || lines->size() != 1 || lines->front().key != "ExecStart") std::abort();
    const auto words = test::split_words(lines->front().value, test::Escapes::kC);
    if (!words || words->size() != 3 || words->back() != "end") std::abort();
    const auto plain = test::without_specifiers((*words)[1]);
    if (!plain) std::abort();
    const auto argument = test::without_variables(*plain);
    if (!argument || *argument != text) std::abort();
    return 0;
}
