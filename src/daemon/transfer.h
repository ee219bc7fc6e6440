// SPDX-License-Identifier: LGPL-2.1-or-later
// One import: the importer's unit, what it says on its standard output, and the bus object
// /org/podd1/transfer/<n>.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <systemd/sd-event.h>

#include <sys/types.h>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "client/systemd.h"
#include "daemon/import_options.h"
#include "transfer_adaptor.h"  // generated from dbus/org.podd1.Transfer.xml

namespace podd::daemon {

class Transfers;

class Transfer final
    : public sdbus::AdaptorInterfaces<org::podd1::Transfer_adaptor, sdbus::ManagedObject_adaptor>,
      private base::Pinned {
public:
    /// Called once; the transfer may be destroyed after it returned to the loop.
    using Ended = std::function<void(const base::Result<ImportedImage>&)>;

    Transfer(sdbus::IConnection& bus, Transfers& owner, std::uint32_t id, uid_t user, Ended ended);
    ~Transfer();

    /// Reads lines from `output` until its end. Errors: kIo.
    base::Result<> watch(sd_event* event, base::UniqueFd output);
    /// Ends the transfer before it began.
    void fail(const base::Error& error) { end(error); }

    std::uint32_t id() const { return id_; }
    uid_t user() const { return user_; }
    std::string unit() const;
    std::string path() const;

private:
    void Cancel(sdbus::Result<>&& result) override;
    std::uint32_t Id() override { return id_; }
    std::string Unit() override { return unit(); }

    static int on_output(sd_event_source*, int, std::uint32_t, void* self);
    void read_output();
    void take_lines();
    void take_line(std::string_view line);
    void output_ended();
    void end(const base::Result<ImportedImage>& result);

    Transfers& owner_;
    const std::uint32_t id_;
    const uid_t user_;
    Ended ended_;
    base::UniqueFd output_;
    sd_event_source* source_ = nullptr;
    std::string buffer_;
    std::optional<base::Result<ImportedImage>> result_;
};

}  // namespace podd::daemon
