// SPDX-License-Identifier: LGPL-2.1-or-later
// /etc/resolv.conf and /etc/hosts of a pod's apps: what the manifest says of them, the host's files
// and the pod's networks. Source: podd.network(5), "NAMES".
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/plan.h"

namespace podd::stage1 {

/// Before the networks are there: with a link, all but the first line. Empty: no file of podd's.
/// Errors: those of reading a file of the host's that the manifest asks for.
base::Result<std::string> resolv_conf_of(const plan::PodPlan& pod);
base::Result<std::string> hosts_of(const plan::PodPlan& pod);

/// Whether the networks have a say in it.
bool asks_network(const plan::PodPlan& pod);
/// With the domains that network.conf says, unless the manifest has its own.
std::string with_domains(const plan::PodPlan& pod, const std::vector<std::string>& domains,
                         const std::string& resolv_conf);
/// What takes its place where plugins name servers.
std::string of_plugins(const plan::PodPlan& pod, const std::string& resolv_conf);

}  // namespace podd::stage1
