// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exchange.h"

#include "metadata/signature.h"

namespace podd::metadata_service {

using metadata::Answer;

namespace {

constexpr std::string_view kFormType = MHD_HTTP_POST_ENCODING_FORM_URLENCODED;
constexpr std::size_t kFieldBuffer = 1024;
// "%41" stands for one byte.
constexpr std::uint64_t kMaxBodyBytes = 3 * metadata::kMaxContentBytes + 4096;

// With parameters or without.
bool is_form(MHD_Connection* connection) {
    const char* text =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    if (text == nullptr) return false;
    const std::string_view type{text};
    const auto end = type.find_first_of("; \t");
    return type.substr(0, end) == kFormType;
}

void add_header(MHD_Response* response, const char* name, const char* value) {
    if (value != nullptr) (void)MHD_add_response_header(response, name, value);
}

}  // namespace

MHD_Result respond(MHD_Connection* connection, const Answer& answer) {
    // A document outlives all connections to its pod.
    const auto& body = answer.document != nullptr ? *answer.document : answer.text;
    auto* response = MHD_create_response_from_buffer(
        body.size(), const_cast<char*>(body.data()),
        answer.document != nullptr ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
    if (response == nullptr) return MHD_NO;
    add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.type);
    add_header(response, MHD_HTTP_HEADER_ALLOW, answer.allow);
    add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    const auto queued = MHD_queue_response(connection, answer.status, response);
    MHD_destroy_response(response);
    return queued;
}

Exchange::Exchange(MHD_Connection* connection, metadata::FormUse use) : use_{use} {
    if (is_form(connection))
        fields_ = MHD_create_post_processor(connection, kFieldBuffer, on_field, this);
}

Exchange::~Exchange() {
    if (fields_ != nullptr) (void)MHD_destroy_post_processor(fields_);
}

void Exchange::take(std::string_view bytes) {
    bytes_ += bytes.size();
    if (fields_ == nullptr || malformed_ || bytes_ > kMaxBodyBytes) return;
    if (MHD_post_process(fields_, bytes.data(), bytes.size()) != MHD_YES) malformed_ = true;
}

Answer Exchange::finish(std::string_view key, const metadata::ServedPod& pod) {
    if (fields_ == nullptr)
        return metadata::refusal(metadata::kUnsupportedType,
                                 "wanted application/x-www-form-urlencoded");
    // Only now does the last field come out.
    if (MHD_destroy_post_processor(fields_) != MHD_YES) malformed_ = true;
    fields_ = nullptr;
    if (bytes_ > kMaxBodyBytes)
        return metadata::refusal(metadata::kTooLarge, "the form is too large");
    if (malformed_) return metadata::refusal(metadata::kBadRequest, "that is no form");
    return use_ == metadata::FormUse::kSign ? metadata::sign(key, pod, form_)
                                            : metadata::verify(key, form_);
}

MHD_Result Exchange::on_field(void* self, MHD_ValueKind /*kind*/, const char* name,
                              const char* /*file_name*/, const char* /*type*/,
                              const char* /*encoding*/, const char* data, std::uint64_t offset,
                              std::size_t size) {
    if (name != nullptr)
        static_cast<Exchange*>(self)->form_.add(
            name, offset, size == 0 ? std::string_view{} : std::string_view{data, size});
    return MHD_YES;
}

}  // namespace podd::metadata_service
