// SPDX-License-Identifier: LGPL-2.1-or-later
// Which images from the network are accepted: the administrator's word by name. Source:
// podd.policy(5). Links no crypto library: a pod's start asks it as well.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/config_file.h"
#include "base/result.h"

namespace podd::trust {

enum class Accept : unsigned char {
    kNone,      // nothing of that name
    kPinned,    // what was asked for by its digest
    kSigned,    // what a key has signed that is trusted for the name
    kUnsigned,  // whatever the registry gives
};

/// One section "[Prefix NAME]", or "[Prefix /PATH]" of files of this machine.
struct Rule {
    std::string prefix;
    Accept accept = Accept::kPinned;
    bool allow_http = false;  // without TLS, also for where names lead
    std::string path;         // of its file
    std::size_t line = 0;     // of its section
};

/// Whether it is a path that rules may be about: absolute, none of its components "." or "..".
bool is_place(std::string_view path);

/// The name or place in a reference with a digest: "docker.io/library/nginx@sha256:…" and without
/// one.
std::string_view name_in(std::string_view reference);

/// '[Prefix docker.io/library] in "/etc/podd/policy.d/hub.conf"'
std::string describe(const Rule& rule);

class Policy {
public:
    /// Errors: kInvalidArgument with file and line: a section, key or value that is not known, a
    /// prefix without its registry, the same prefix twice.
    static base::Result<Policy> from_files(const std::vector<base::ConfigFile>& files);

    /// /etc/podd/policy.d/*.conf and its likes. Errors: as read_config_files() and from_files().
    static base::Result<Policy> read();

    /// The rule with the longest prefix of `name` in whole components; nullptr where there is none.
    const Rule* find(std::string_view name) const;
    /// What that rule says; kPinned without one.
    Accept accept(std::string_view name) const;
    /// Whether that rule has AllowHttp=yes.
    bool allow_http(std::string_view name) const;

private:
    base::Result<> add(const base::ConfigFile& file, const base::ConfigSection& section);
    std::vector<Rule> rules_;
};

}  // namespace podd::trust
