// SPDX-License-Identifier: LGPL-2.1-or-later
// Transactions of nftables. Source: libnftables(3).
#pragma once

#include <memory>
#include <string>

#include <nftables/libnftables.h>

#include "base/result.h"

namespace podd::network_service {

class Nftables {
public:
    /// Errors: kUnsupported.
    static base::Result<Nftables> open();
    /// All of it or nothing. Errors: kIo with what libnftables says.
    base::Result<> run(const std::string& commands);

private:
    struct Free {
        void operator()(nft_ctx* context) const { nft_ctx_free(context); }
    };
    explicit Nftables(nft_ctx* context) : context_{context} {}

    std::unique_ptr<nft_ctx, Free> context_;
};

}  // namespace podd::network_service
