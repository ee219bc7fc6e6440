// SPDX-License-Identifier: LGPL-2.1-or-later
// A child process that reads foreign bytes: in namespaces of its own, without any path to the host,
// with the descriptors it was given and nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/json.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::importer {

/// Host ids of all workers: 65536 of them from here, next to systemd's foreign range. Nobody is
/// given them (systemd's UIDS-GIDS lists the range as unused), nothing on any disk belongs to them,
/// and workers cannot see each other, so one range serves all of them without a lock.
inline constexpr std::uint32_t kWorkerBase = 0x7FFF0000;

/// What a worker may do besides reading and writing its descriptors.
enum class Confinement : unsigned char {
    kPipe,  // nothing
    kTree,  // makes files of any owner of its user namespace, beneath the directory it was given
};

struct WorkerPlan {
    std::string_view name;  // for messages: "the unpacker"
    Confinement confinement = Confinement::kPipe;
    std::vector<int> keep{};           // descriptors it needs
    std::uint64_t max_file_bytes = 0;  // RLIMIT_FSIZE; 0 where it writes pipes only
    /// Besides what this process has when it starts the worker.
    std::uint64_t max_memory_bytes = std::uint64_t{512} << 20;
    /// Runs in the worker. `say` sends a line to the parent before the result.
    std::function<base::Result<base::Json>(const std::function<base::Result<>(base::Json)>& say)>
        body{};
};

class Worker {
public:
    static base::Result<Worker> start(const WorkerPlan& plan);
    Worker(Worker&& other) noexcept;
    Worker& operator=(Worker&&) noexcept = delete;
    ~Worker();  // kills and reaps

    /// Poll it for reading, then call receive().
    int result_fd() const { return result_.get(); }
    /// Takes in what the worker sent. True when it has sent everything.
    base::Result<bool> receive();
    bool finished() const { return finished_; }
    /// Lines said so far, without the result; each is given once.
    std::vector<base::Json> take_said();
    /// After the end: what the worker returned, or its error, or how it died.
    base::Result<base::Json> result();
    void kill();

private:
    Worker() = default;
    base::Result<> reap();

    std::string name_;
    pid_t pid_ = -1;
    base::UniqueFd pidfd_;
    base::UniqueFd go_;  // the worker sees it close when this process dies
    base::UniqueFd result_;
    bool finished_ = false;
    bool reaped_ = false;
    int status_ = 0;
    std::string text_;
};

}  // namespace podd::importer
