// SPDX-License-Identifier: LGPL-2.1-or-later
#include "nftables.h"

#include <string_view>

#include <fmt/format.h>

namespace podd::network_service {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<Nftables> Nftables::open() {
    nft_ctx* context = nft_ctx_new(NFT_CTX_DEFAULT);
    if (context == nullptr) return Error{ErrorCode::kUnsupported, "nftables does not start"};
    Nftables made{context};
    // Kept, not printed: only who called knows whether it matters.
    if (nft_ctx_buffer_error(context) != 0 || nft_ctx_buffer_output(context) != 0)
        return Error{ErrorCode::kUnsupported, "nftables keeps no messages"};
    return made;
}

Result<> Nftables::run(const std::string& commands) {
    if (nft_run_cmd_from_buffer(context_.get(), commands.c_str()) == 0) return {};
    // The first line says it; those behind point at the command.
    const std::string_view said{nft_ctx_get_error_buffer(context_.get())};
    return Error{ErrorCode::kIo, fmt::format("nftables: {}", said.substr(0, said.find('\n')))};
}

}  // namespace podd::network_service
