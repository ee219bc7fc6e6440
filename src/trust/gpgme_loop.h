// SPDX-License-Identifier: LGPL-2.1-or-later
// One operation of gpgme from its start to its end, in a loop of ours. gpgme's own loop asks
// poll(2) for POLLOUT and looks for nothing else in the answer (1.18 of Debian 12): when gpg leaves
// before it has read a large file, POLLERR is all that ever comes, and the loop turns for ever. A
// signature file that holds a text of its own is enough to have that, clear-signed or not, so
// looking at its first line would not help. To see it: gpgme_op_verify() of a clear-signed
// text and a file of 1 MiB, which is more than a pipe takes.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <gpgme.h>

#include "base/pinned.h"
#include "base/result.h"
#include "trust/gpg.h"

namespace podd::trust {

/// A context for the gpg of that home.
class Gpgme : private base::Pinned {
public:
    /// Errors: kUnavailable.
    static base::Result<std::unique_ptr<Gpgme>> make(const std::string& home);

    gpgme_ctx_t get() const { return context_.get(); }
    /// Goes on until what was begun has ended; `begun` is what its start has said. Status lines and
    /// keys are in the answer. Errors: kUnavailable, kIo.
    base::Result<GpgRun> finish(gpgme_error_t begun);

private:
    struct Free {
        void operator()(gpgme_ctx_t context) const { gpgme_release(context); }
    };
    struct Watch {
        gpgme_io_cb_t call = nullptr;  // nullptr: free
        void* data = nullptr;
        int fd = -1;
        short events = 0;
    };

    Gpgme() = default;
    base::Result<> turn();
    static gpgme_error_t add(void* self, int fd, int direction, gpgme_io_cb_t call, void* data,
                             void** tag);
    static void remove(void* tag);
    static void happened(void* self, gpgme_event_io_t type, void* data);
    static gpgme_error_t said(void* self, const char* keyword, const char* arguments);

    std::unique_ptr<std::remove_pointer_t<gpgme_ctx_t>, Free> context_;
    std::array<Watch, 16> watches_{};  // gpgme needs five at most
    bool is_done_ = false;
    GpgRun run_{};
};

/// What gpgme reads from or writes to.
class GpgmeData : private base::Pinned {
public:
    explicit GpgmeData(ReadMore read);
    explicit GpgmeData(std::string_view text);  // which must outlive it
    /// Takes at most so many bytes; more are an error to gpg.
    explicit GpgmeData(std::size_t limit);
    ~GpgmeData();

    gpgme_data_t get() const { return data_; }
    bool read_all() const { return read_all_; }
    std::string take_written() { return std::move(written_); }

private:
    void make();
    static ssize_t on_read(void* self, void* buffer, std::size_t size);
    static ssize_t on_write(void* self, const void* buffer, std::size_t size);

    ReadMore read_{};
    std::size_t limit_ = 0;
    std::string written_{};
    bool read_all_ = false;
    gpgme_data_cbs callbacks_{};
    gpgme_data_t data_ = nullptr;
};

}  // namespace podd::trust
