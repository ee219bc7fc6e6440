// SPDX-License-Identifier: LGPL-2.1-or-later
// One request that brings a form, from its head to its answer.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include <microhttpd.h>

#include "base/pinned.h"
#include "metadata/form.h"
#include "metadata/request.h"

namespace podd::metadata_service {

/// To the client; MHD_NO closes the connection.
MHD_Result respond(MHD_Connection* connection, const metadata::Answer& answer);

class Exchange : private base::Pinned {
public:
    Exchange(MHD_Connection* connection, metadata::FormUse use);
    ~Exchange();

    /// Bytes of the body as they come.
    void take(std::string_view bytes);
    /// The body is whole.
    metadata::Answer finish(std::string_view key, const metadata::ServedPod& pod);

private:
    static MHD_Result on_field(void* self, MHD_ValueKind kind, const char* name,
                               const char* file_name, const char* type, const char* encoding,
                               const char* data, std::uint64_t offset, std::size_t size);

    metadata::FormUse use_;
    metadata::Form form_;
    MHD_PostProcessor* fields_ = nullptr;  // none: the body is no such form
    std::uint64_t bytes_ = 0;
    bool malformed_ = false;
};

}  // namespace podd::metadata_service
