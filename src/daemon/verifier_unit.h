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
#include "daemon/aci_lines.h"
#include "daemon/activity.h"
#include "daemon/fetch_plan.h"

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
base::Result<SignedDocument> signed_document(std::string_view line);

/// The files of the keys that are trusted for an image of that name. Errors: kUntrusted: there are
/// none, and how to have one; those of trust::list_keys().
base::Result<std::vector<std::string>> key_files_for(const std::string& name);

/// The keys in one of the fetcher's files.
struct InspectedFile {
    std::string file;
    std::vector<InspectedKey> keys;
};
base::Result<std::vector<InspectedFile>> inspected_files(std::string_view line);

/// Keys as somebody offers them.
struct FoundKeys {
    std::string url;
    std::vector<InspectedKey> keys;
};
/// What was fetched from where, and what was found in it. Errors: kInternal when the two do not
/// speak of the same files; kNotFound: no key.
base::Result<std::vector<FoundKeys>> found_keys(const std::vector<FetchedKey>& fetched,
                                                std::vector<InspectedFile> inspected);

class VerifierUnits : private base::Pinned {
public:
    /// How many one user may have running.
    static constexpr std::size_t kMaxPerUser = 16;  // as many as transfers

    /// All must outlive this object.
    VerifierUnits(sd_event* event, client::Systemd& systemd, Activity& activity);
    ~VerifierUnits();

    /// What keys are in the text that `key` gives.
    void inspect(base::UniqueFd key, uid_t user, client::Done<std::vector<InspectedKey>> done);
    /// Whether the file is signed by one of the keys that are trusted for anything.
    void check(int file, int signature, uid_t user, client::Done<GoodSignature> done);
    /// Whether one of the signatures that the fetcher has written is good for this image, by a key
    /// that is trusted for its name.
    void check_image(const schema::DockerReference& reference, base::UniqueFd signatures,
                     uid_t user, client::Done<SignedDocument> done);

    // What the fetcher has brought. podd may not read it: systemd opens the folder.
    /// As check(), of image.aci in that folder. Nobody's number of checks is asked: fetches are
    /// counted.
    void check_fetched(const std::string& folder, client::Done<GoodSignature> done);
    void inspect_fetched(const std::string& folder, uid_t user,
                         client::Done<std::vector<InspectedFile>> done);

    /// Has keys fetched, for names that begin so or from a URL, and looks at them. Errors: those of
    /// the fetcher and of the verifier.
    void fetch_keys(const std::string& source, bool allow_http, uid_t user,
                    client::Done<std::vector<FoundKeys>> done);

private:
    struct Run;
    void start(const std::vector<std::string>& arguments, base::UniqueFd input, uid_t user,
               client::Done<std::string> said);
    /// A service that says one line at its end. The unit's name; empty when it was refused.
    std::string run(const char* what, client::BusProperties service, uid_t user,
                    client::Done<std::string> said);
    std::uint32_t next_id();
    base::Result<> check_limit(uid_t user) const;
    void started(std::uint32_t id, const base::Result<std::string>& job);
    void output_ended(std::uint32_t id);
    static int on_output(sd_event_source* source, int fd, std::uint32_t events, void* data);

    sd_event* event_;
    client::Systemd& systemd_;
    Activity& activity_;
    std::uint32_t last_id_ = 0;
    std::map<std::uint32_t, std::unique_ptr<Run>> runs_;
};

}  // namespace podd::daemon
