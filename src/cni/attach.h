// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls of the plugins of a network, one after the other. Source: CNI specification, section 3.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "base/result.h"
#include "network/cni_attachment.h"
#include "network/cni_files.h"

namespace podd::cni {

class Caller {
public:
    explicit Caller(network::CniSettings settings) : settings_{std::move(settings)} {}

    /// How long one call takes at most.
    std::chrono::seconds patience() const {
        return std::chrono::seconds{settings_.plugin_timeout_sec};
    }

    /// Whether all plugins are there. Errors: as network::find_plugin().
    base::Result<> find_all(const network::Attachments& attachments) const;

    /// Adds one interface; its result is that of the last plugin that succeeded, also after an
    /// error. Errors: that of the plugin, network first.
    base::Result<> add(const network::Attachments& attachments, network::Attachment& one,
                       const std::string& netns) const;
    /// All plugins are called, whatever becomes of the others. Errors: of the first that failed.
    base::Result<> remove(const network::Attachments& attachments, const network::Attachment& one,
                          const std::string& netns) const;
    base::Result<> check(const network::Attachments& attachments, const network::Attachment& one,
                         const std::string& netns) const;

private:
    base::Result<std::string> call(network::CniCommand command,
                                   const network::Attachments& attachments,
                                   const network::Attachment& one, std::size_t plugin,
                                   const base::Json* previous, const std::string& netns) const;

    network::CniSettings settings_;
};

}  // namespace podd::cni
