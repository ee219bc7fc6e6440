// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/host_labels.h"

#include <algorithm>

#include <sys/utsname.h>

#include "schema/platform.h"

namespace podd::daemon {

std::string host_arch() {
    utsname name{};
    if (::uname(&name) != 0) return {};
    return schema::arch_of_machine(name.machine).value_or("");
}

std::vector<schema::Label> host_labels(const std::string& arch) {
    std::vector<schema::Label> labels;
    labels.push_back({schema::AcIdentifier::parse("os").value(), "linux"});
    if (!arch.empty()) labels.push_back({schema::AcIdentifier::parse("arch").value(), arch});
    return labels;
}

std::vector<schema::Label> unasked(const std::vector<schema::Label>& host,
                                   const std::vector<schema::Label>& asked) {
    std::vector<schema::Label> left;
    for (const auto& label : host)
        if (!schema::label(asked, label.name.str())) left.push_back(label);
    return left;
}

bool equal_or_absent(const std::vector<schema::Label>& found,
                     const std::vector<schema::Label>& wanted) {
    return std::ranges::all_of(wanted, [&](const schema::Label& label) {
        return schema::label(found, label.name.str()).value_or(label.value) == label.value;
    });
}

}  // namespace podd::daemon
