// SPDX-License-Identifier: LGPL-2.1-or-later
// The caller's end of a command in an app: see plan/enter.h.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/enter.h"
#include "podctl/pump.h"
#include "podctl/raw_terminal.h"

namespace podd::podctl {

class EnterSession : private base::Pinned {
public:
    struct End {
        int status;           // what podctl is to exit with
        std::string message;  // empty, or why there was no command
    };

    /// A terminal where somebody sits at one and looks at it, else the caller's own streams; in
    /// place of those that are a terminal, pipes: what runs in a pod never holds the terminal of a
    /// user. Errors: kIo.
    static base::Result<std::unique_ptr<EnterSession>> make();

    /// For podd.
    base::UniqueFd take_control() { return std::move(control_); }
    bool has_terminal() const { return request_.terminal.has_value(); }
    /// Until the end of the command. `unit` runs it. Errors: kIo; kUnavailable: it died.
    base::Result<End> run(const std::string& unit);

private:
    struct Flow {
        Pump pump;
        bool inwards;
    };

    EnterSession() = default;
    base::Result<base::UniqueFd> pipe_to(int number);
    base::Result<> send_request();
    base::Result<> begin_terminal(base::UniqueFd terminal);
    base::Result<> listen();
    base::Result<std::optional<End>> hear(const std::string& unit);
    std::optional<End> heed_signals();
    std::vector<pollfd> wanted() const;
    /// Whether the user's keys have ended it.
    bool carry(std::span<const pollfd> events);
    void carry_rest();

    plan::EnterRequest request_;
    base::UniqueFd socket_;
    base::UniqueFd control_;
    std::vector<base::UniqueFd> kept_;
    std::vector<Flow> flows_;
    base::UniqueFd signals_;
    base::UniqueFd terminal_;
    std::optional<RawTerminal> raw_;
    EscapeKeys escape_;
    bool started_ = false;
};

}  // namespace podd::podctl
