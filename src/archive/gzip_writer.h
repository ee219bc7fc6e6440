// SPDX-License-Identifier: LGPL-2.1-or-later
// Packs a stream with gzip, without time, name or host in its header: the same bytes make the same
// bytes.
#pragma once

#include <memory>
#include <string_view>

#include "archive/output.h"
#include "base/result.h"

namespace podd::archive {

class GzipWriter {
public:
    static base::Result<GzipWriter> create(Output output);
    GzipWriter(GzipWriter&&) noexcept;
    GzipWriter& operator=(GzipWriter&&) noexcept;
    ~GzipWriter();

    /// Errors: those of the output.
    base::Result<> write(std::string_view bytes);
    /// After the last byte; without it the stream is cut short.
    base::Result<> finish();

private:
    struct State;
    explicit GzipWriter(std::unique_ptr<State> state);
    base::Result<> deflate(std::string_view bytes, int flush);
    std::unique_ptr<State> state_;
};

}  // namespace podd::archive
