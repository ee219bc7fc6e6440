// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/new_record.h"

#include <ctime>
#include <utility>

#include <fmt/format.h>

#include <sys/utsname.h>

#include "base/file.h"
#include "base/hash.h"
#include "schema/platform.h"

namespace podd::importer {

using base::Result;

namespace {

std::uint64_t now_usec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

store::Verification verification_of(const ImportOptions& options) {
    auto result = options.verification;
    if (!options.signature) return result;
    result.kind = store::kVerifiedBySignature;
    result.by = options.signature->fingerprint;
    return result;
}

}  // namespace

std::string sha256(std::string_view bytes) {
    return base::hash_hex(base::HashAlgorithm::kSha256, bytes);
}

store::ImageRecord new_record(ImportContext& context, store::ImageKind kind,
                              schema::ImageManifest manifest) {
    utsname host{};
    if (::uname(&host) == 0)
        if (const auto arch = schema::arch_of_machine(host.machine))
            if (const auto runs = schema::check_runs_on(manifest.labels, *arch); !runs)
                context.notes.push_back(runs.error().message());
    return {.id = {},
            .kind = kind,
            .manifest = std::move(manifest),
            .trees = {},
            .blobs = {},
            .size_bytes = 0,
            .imported_usec = now_usec(),
            .verification = verification_of(context.options)};
}

Result<> add_documents(const ImportContext& context, store::NewImage& image,
                       const std::string& manifest, const std::string& config) {
    image.record.id = "sha256:" + sha256(manifest);
    for (const auto& [name, text] :
         {std::pair{"manifest", &manifest}, std::pair{"config", &config}}) {
        const auto file = TRY(context.workspace.make_blob(name));
        TRY_CONTEXT(base::write_all(file.get(), *text), "keeping the image's {}", name);
        const auto blob = "sha256/" + sha256(*text);
        image.record.blobs.push_back(blob);
        image.blobs.push_back({name, blob});
    }
    return {};
}

}  // namespace podd::importer
