// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs of the verifier, each in a unit of its own without rights: podd itself parses no OpenPGP.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include <sys/types.h>

#include "base/json.h"
#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "client/systemd.h"
#include "daemon/activity.h"

namespace podd::daemon {

/// One key in a text.
struct InspectedKey {
    std::string fingerprint;
    std::vector<std::string> user_ids;
    std::uint64_t created = 0;
    std::uint64_t expires = 0;
    bool expired = false;
    bool revoked = false;
    std::string armored;
};

/// Who has signed which bytes.
struct GoodSignature {
    std::string fingerprint;
    std::string sha256;
};

// What the verifier says, as values. Errors: those that it told; kInternal when the line is not
// what was agreed.
base::Result<std::vector<InspectedKey>> inspected_keys(std::string_view line);
base::Result<GoodSignature> good_signature(std::string_view line);

/// Properties of the transient service that runs the verifier with these arguments.
client::BusProperties verifier_service(const std::vector<std::string>& arguments);

class VerifierUnits : private base::Pinned {
public:
    /// How many one user may have running.
    static constexpr std::size_t kMaxPerUser = 4;

    /// All must outlive this object.
    VerifierUnits(sd_event* event, client::Systemd& systemd, Activity& activity);
    ~VerifierUnits();

    /// What keys are in the text that `key` gives.
    void inspect(base::UniqueFd key, uid_t user, client::Done<std::vector<InspectedKey>> done);
    /// Whether the file is signed by one of the keys that are trusted for anything.
    void check(int file, int signature, uid_t user, client::Done<GoodSignature> done);

private:
    struct Run;
    void start(const std::vector<std::string>& arguments, base::UniqueFd input, uid_t user,
               client::Done<std::string> said);
    void output_ended(std::uint32_t id);
    static int on_output(sd_event_source* source, int fd, std::uint32_t events, void* data);

    sd_event* event_;
    client::Systemd& systemd_;
    Activity& activity_;
    std::uint32_t last_id_ = 0;
    std::map<std::uint32_t, std::unique_ptr<Run>> runs_;
};

}  // namespace podd::daemon
