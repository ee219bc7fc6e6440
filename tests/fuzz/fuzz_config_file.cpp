// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a configuration file of the administrator's, also as one about registries and as one
// of the policy.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "base/config_file.h"
#include "fetch/registries.h"
#include "trust/policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace podd;
    auto sections = base::parse_config({reinterpret_cast<const char*>(data), size});
    if (!sections) return 0;
    std::size_t line = 0;
    for (const auto& section : *sections)
        for (const auto& entry : section.lines) {
            if (entry.key.empty() || entry.line <= line) std::abort();
            line = entry.line;
        }
    const std::vector<base::ConfigFile> files{{"fuzz.conf", *std::move(sections)}};
    if (const auto registries = fetch::Registries::parse(files))
        (void)registries->of("registry.example.com:5000");
    if (const auto policy = trust::Policy::from_files(files))
        (void)policy->accept("docker.io/library/busybox");
    return 0;
}
