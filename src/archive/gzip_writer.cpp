// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/gzip_writer.h"

#include <utility>
#include <vector>

#include <zlib.h>

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
constexpr int kGzip = 16 + MAX_WBITS;  // zlib.h, deflateInit2()
constexpr int kLevel = 6;              // gzip(1)'s own; part of what an image's bytes are
constexpr int kMemoryLevel = 8;        // zlib's default

}  // namespace

struct GzipWriter::State {
    explicit State(Output to) : output{std::move(to)} {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { (void)::deflateEnd(&stream); }

    Output output;
    z_stream stream{};  // zlib's own header has neither time nor name, and "Unix" as system
    std::vector<unsigned char> buffer = std::vector<unsigned char>(kBufferBytes);
};

GzipWriter::GzipWriter(std::unique_ptr<State> state) : state_{std::move(state)} {}
GzipWriter::GzipWriter(GzipWriter&&) noexcept = default;
GzipWriter& GzipWriter::operator=(GzipWriter&&) noexcept = default;
GzipWriter::~GzipWriter() = default;

Result<GzipWriter> GzipWriter::create(Output output) {
    auto state = std::make_unique<State>(std::move(output));
    if (::deflateInit2(&state->stream, kLevel, Z_DEFLATED, kGzip, kMemoryLevel,
                       Z_DEFAULT_STRATEGY) != Z_OK)
        return Error{ErrorCode::kInternal, "zlib does not start"};
    return GzipWriter{std::move(state)};
}

Result<> GzipWriter::write(std::string_view bytes) {
    // zlib counts in 32 bits.
    constexpr std::size_t kPiece = std::size_t{1} << 30;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(kPiece, bytes.size())))
        TRY(deflate(bytes.substr(0, kPiece), Z_NO_FLUSH));
    return {};
}

Result<> GzipWriter::finish() {
    return deflate({}, Z_FINISH);
}

Result<> GzipWriter::deflate(std::string_view bytes, int flush) {
    auto& [output, stream, buffer] = *state_;
    // zlib does not write to it; its declaration knows no const.
    stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<unsigned>(bytes.size());
    for (;;) {
        stream.next_out = buffer.data();
        stream.avail_out = static_cast<unsigned>(buffer.size());
        const int status = ::deflate(&stream, flush);
        if (status == Z_STREAM_ERROR) return Error{ErrorCode::kInternal, "zlib does not go on"};
        const std::size_t length = buffer.size() - stream.avail_out;
        if (length > 0) TRY(output({reinterpret_cast<const char*>(buffer.data()), length}));
        if (flush == Z_FINISH ? status == Z_STREAM_END : stream.avail_out > 0) return {};
    }
}

}  // namespace podd::archive
