// SPDX-License-Identifier: LGPL-2.1-or-later
// Whole documents: the seeds of the fuzz targets and the examples of the manual
// page.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fuzz/schema_properties.h"

using namespace podd;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    REQUIRE(file.good());
    return text.str();
}

// Seeds called "refused-…" must be refused, all others accepted.
void try_seeds(const char* format, bool (*accepts)(std::string_view)) {
    int count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator{std::filesystem::path{PODD_FUZZ_CORPUS} / format}) {
        const auto name = entry.path().filename().string();
        CAPTURE(name);
        CHECK(accepts(read(entry.path())) == !name.starts_with("refused-"));
        ++count;
    }
    CHECK(count >= 4);
}

// The JSON objects that stand between lines of "```".
std::vector<std::string> examples(const std::string& page) {
    std::vector<std::string> blocks;
    std::istringstream lines{page};
    std::string line;
    bool inside = false;
    while (std::getline(lines, line)) {
        if (line == "```") {
            inside = !inside;
            if (inside) blocks.emplace_back();
        } else if (inside) {
            blocks.back() += line + "\n";
        }
    }
    std::erase_if(blocks, [](const std::string& block) { return !block.starts_with('{'); });
    return blocks;
}

template <typename Manifest>
void check_example(const std::string& block) {
    const auto manifest = Manifest::parse(block);
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    CHECK(schema::warnings(*manifest).empty());
}

}  // namespace

TEST_SUITE("schema/documents") {
    TEST_CASE(
        "the seeds of the fuzz targets are accepted and refused as they "
        "are called") {
        try_seeds("image_manifest", fuzz::image_manifest);
        try_seeds("pod_manifest", fuzz::pod_manifest);
        try_seeds("oci_document", fuzz::oci_document);
        try_seeds("oci_config", fuzz::oci_config);
    }

    TEST_CASE("the examples of podd.pod(5) are valid and raise no warning") {
        const auto blocks = examples(read(PODD_MAN_PAGE));
        CHECK(blocks.size() >= 3);
        for (const auto& block : blocks) {
            CAPTURE(block);
            if (block.find("\"ImageManifest\"") == std::string::npos)
                check_example<schema::PodManifest>(block);
            else
                check_example<schema::ImageManifest>(block);
        }
    }

    TEST_CASE("the manual page names every annotation of podd's") {
        const auto page = read(PODD_MAN_PAGE);
        for (const auto name : {schema::kWantedBy,
                                schema::kNetwork,
                                schema::kExitPolicy,
                                schema::kHostname,
                                schema::kDescription,
                                schema::kRestart,
                                schema::kRestartSec,
                                schema::kStopSignal,
                                schema::kStopTimeout,
                                schema::kStdioLinks,
                                schema::kSupportsNotify,
                                schema::kMakeWorkingDirectory,
                                schema::kGroupFromUser,
                                schema::kAfter,
                                schema::kRequires,
                                schema::kInit,
                                schema::kRestartSteps,
                                schema::kRestartMaxDelay,
                                schema::kStartLimitBurst,
                                schema::kStartLimitInterval,
                                schema::kKillMode,
                                schema::kUmask,
                                schema::kPrivatePids,
                                schema::kLimit,
                                schema::kNetworkAccess,
                                schema::kDns,
                                schema::kDnsSearch,
                                schema::kDnsOptions,
                                schema::kHosts}) {
            CAPTURE(name);
            CHECK(page.find(name) != std::string::npos);
        }
    }
}
