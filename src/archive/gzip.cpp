// SPDX-License-Identifier: LGPL-2.1-or-later
// gzip by zlib itself: libarchive's reader checks neither the checksum nor what follows the last
// member.
#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include <unistd.h>
#include <zlib.h>

#include "archive/compression.h"
#include "base/file.h"

namespace podd::archive::internal {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
constexpr int kGzipOnly = 16 + MAX_WBITS;  // zlib.h, inflateInit2()

Error damaged(std::string_view why) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("the gzip data {}", why)};
}

struct EndInflate {
    void operator()(z_stream* stream) const {
        (void)::inflateEnd(stream);
        delete stream;  // NOLINT(cppcoreguidelines-owning-memory): made for unique_ptr below
    }
};

class Inflater {
public:
    Inflater(int in, int out) : in_{in}, out_{out} {}

    Result<> run() {
        if (::inflateInit2(stream_.get(), kGzipOnly) != Z_OK)
            return Error{ErrorCode::kInternal, "zlib does not start"};
        bool inside = false;  // a member has begun and not ended
        bool any = false;
        while (TRY(fill())) {
            if (!inside && any && TRY(skip_padding())) continue;
            inside = true;
            any = true;
            const int status = ::inflate(stream_.get(), Z_NO_FLUSH);
            TRY(flush());
            if (status == Z_STREAM_END) {
                inside = false;
                if (::inflateReset(stream_.get()) != Z_OK)
                    return Error{ErrorCode::kInternal, "zlib does not go on"};
            } else if (status != Z_OK && status != Z_BUF_ERROR) {
                return damaged(stream_->msg != nullptr ? fmt::format("is damaged: {}", stream_->msg)
                                                       : std::string{"is damaged"});
            }
        }
        if (inside || !any) return damaged("ends too early");
        return {};
    }

private:
    // False at the end of the input.
    Result<bool> fill() {
        if (stream_->avail_in > 0) return true;
        ssize_t n = 0;
        do
            n = ::read(in_, input_.data(), input_.size());
        while (n < 0 && errno == EINTR);
        if (n < 0) return base::errno_error("reading gzip data", errno);
        stream_->next_in = input_.data();
        stream_->avail_in = static_cast<unsigned int>(n);
        return n > 0;
    }

    // gzip(1) takes zeros behind the last member: tapes are padded. True when some were skipped.
    Result<bool> skip_padding() {
        if (*stream_->next_in == 0) {
            padding_ = true;
            ++stream_->next_in;
            --stream_->avail_in;
            return true;
        }
        if (padding_ || *stream_->next_in != 0x1f) return damaged("is followed by other bytes");
        return false;
    }

    Result<> flush() {
        const auto length = output_.size() - stream_->avail_out;
        if (length > 0)
            TRY(base::write_all(out_, {reinterpret_cast<const char*>(output_.data()), length}));
        stream_->next_out = output_.data();
        stream_->avail_out = static_cast<unsigned int>(output_.size());
        return {};
    }

    int in_;
    int out_;
    bool padding_ = false;
    std::vector<unsigned char> input_ = std::vector<unsigned char>(kBufferBytes);
    std::vector<unsigned char> output_ = std::vector<unsigned char>(kBufferBytes);
    std::unique_ptr<z_stream, EndInflate> stream_ = [this] {
        auto stream = std::unique_ptr<z_stream, EndInflate>{new z_stream{}};
        stream->next_out = output_.data();
        stream->avail_out = static_cast<unsigned int>(output_.size());
        return stream;
    }();
};

}  // namespace

Result<> decompress_gzip(int in, int out) {
    Inflater inflater{in, out};
    return inflater.run();
}

}  // namespace podd::archive::internal
