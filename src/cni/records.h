// SPDX-License-Identifier: LGPL-2.1-or-later
// What plugins may hold for pods, on disk: after a reboot as well it must be given back.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/lock.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "network/cni_attachment.h"

namespace podd::cni {

class Records {
public:
    static base::Result<Records> open();

    /// Survives a power cut as soon as this returns.
    base::Result<> keep(const network::Attachments& attachments);
    base::Result<> remove(const network::Attachments& attachments);

    struct Record {
        network::Attachments attachments;
        base::UniqueFd lock;  // as long as it is open nobody else takes it
    };
    std::vector<std::string> uuids() const;
    /// As it is now, whoever is at it; nothing: it is gone, or damaged.
    std::optional<network::Attachments> look(const std::string& uuid) const;

    /// How a record is taken: shared by those who only ask plugins, and how long it is waited for.
    struct Wish {
        base::LockKind kind;
        std::chrono::milliseconds patience;
    };
    /// Nothing: it is gone. One that is damaged names nothing that could be given back: it is
    /// removed, and the journal says so. Errors: kIo; kUnavailable: somebody else is at it.
    base::Result<std::optional<Record>> take(const std::string& uuid, const Wish& wish);

private:
    explicit Records(base::UniqueFd folder) : folder_{std::move(folder)} {}
    base::UniqueFd folder_;
};

}  // namespace podd::cni
