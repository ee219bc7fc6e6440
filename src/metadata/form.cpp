// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/form.h"

namespace podd::metadata {

namespace {

// A uuid has 36 letters, a signature 88.
constexpr std::size_t kMaxShort = 128;

}  // namespace

void Form::add(std::string_view name, std::uint64_t offset, std::string_view piece) {
    if (ambiguous_ || too_large_) return;
    if (name == "content")
        add_content(offset, piece);
    else if (name == "uuid")
        add_short(uuid_, offset, piece);
    else if (name == "signature")
        add_short(signature_, offset, piece);
}

void Form::add_content(std::uint64_t offset, std::string_view piece) {
    ambiguous_ = offset != content_bytes_;
    too_large_ = piece.size() > kMaxContentBytes - content_bytes_;
    if (ambiguous_ || too_large_) return;
    content_.update(piece);
    content_bytes_ += piece.size();
}

void Form::add_short(std::string& value, std::uint64_t offset, std::string_view piece) {
    ambiguous_ = offset != value.size() || piece.size() > kMaxShort - value.size();
    if (!ambiguous_) value += piece;
}

}  // namespace podd::metadata
