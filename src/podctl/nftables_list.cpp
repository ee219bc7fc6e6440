// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/nftables_list.h"

#include <memory>
#include <string_view>

#include <fmt/format.h>

#include <dlfcn.h>
#include <nftables/libnftables.h>

namespace podd::podctl {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr const char* kLibrary = "libnftables.so.1";

struct Unload {
    void operator()(void* library) const { (void)::dlclose(library); }
};
using Library = std::unique_ptr<void, Unload>;

template <typename Function>
bool load(const Library& library, const char* name, Function*& into) {
    into = reinterpret_cast<Function*>(::dlsym(library.get(), name));
    return into != nullptr;
}

// Source: libnftables(3).
struct Functions {
    decltype(nft_ctx_new)* make = nullptr;
    decltype(nft_ctx_free)* free = nullptr;
    decltype(nft_ctx_output_set_flags)* set_flags = nullptr;
    decltype(nft_ctx_buffer_output)* keep_output = nullptr;
    decltype(nft_ctx_buffer_error)* keep_errors = nullptr;
    decltype(nft_run_cmd_from_buffer)* run = nullptr;
    decltype(nft_ctx_get_output_buffer)* output = nullptr;
    decltype(nft_ctx_get_error_buffer)* errors = nullptr;

    bool load_from(const Library& library) {
        return load(library, "nft_ctx_new", make) && load(library, "nft_ctx_free", free) &&
               load(library, "nft_ctx_output_set_flags", set_flags) &&
               load(library, "nft_ctx_buffer_output", keep_output) &&
               load(library, "nft_ctx_buffer_error", keep_errors) &&
               load(library, "nft_run_cmd_from_buffer", run) &&
               load(library, "nft_ctx_get_output_buffer", output) &&
               load(library, "nft_ctx_get_error_buffer", errors);
    }
};

}  // namespace

Result<std::string> list_ruleset() {
    const Library library{::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL)};
    Functions nft;
    if (!library || !nft.load_from(library))
        return Error{ErrorCode::kUnsupported, fmt::format("{} cannot be loaded", kLibrary)};
    const std::unique_ptr<nft_ctx, decltype(nft.free)> context{nft.make(NFT_CTX_DEFAULT), nft.free};
    if (!context || nft.keep_output(context.get()) != 0 || nft.keep_errors(context.get()) != 0)
        return Error{ErrorCode::kUnsupported, "nftables does not start"};
    nft.set_flags(context.get(), NFT_CTX_OUTPUT_JSON);
    if (nft.run(context.get(), "list ruleset") == 0) return std::string{nft.output(context.get())};
    const std::string_view said{nft.errors(context.get())};
    return Error{ErrorCode::kIo, fmt::format("nftables: {}", said.substr(0, said.find('\n')))};
}

}  // namespace podd::podctl
