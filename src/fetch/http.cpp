// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/http.h"

#include <cassert>
#include <utility>

#include <fmt/format.h>

#include <curl/curl.h>

#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;
using schema::quoted;

Result<> check_hop(const Registries& registries, const Url& url, std::string_view from,
                   PlainHttp plain) {
    if (url.scheme == "https" || plain == PlainHttp::kAnywhere) return {};
    if (from == "https")
        return Error{ErrorCode::kDenied,
                     fmt::format("found {} after https, which is not followed: it would give up "
                                 "the encryption",
                                 quoted(url.shown()))};
    if (registries.of(url.host).insecure) return {};
    return Error{ErrorCode::kDenied,
                 fmt::format("found {}, wanted https\nhint: if it is to be asked without "
                             "encryption, say Insecure=yes in a section [Registry {}], see "
                             "podd-registries(5)",
                             quoted(url.shown()), url.host)};
}

Http::Http(const Registries& registries) : registries_{registries} {
    initialize_curl();
    multi_ = curl_multi_init();
    assert(multi_ != nullptr);
}

Http::~Http() {
    curl_multi_cleanup(multi_);
}

void Http::start(HttpTransfer& transfer) {
    transfer.owner_ = this;
    const auto begin = [&]() -> Result<> {
        const auto url = TRY(parse_url(transfer.request_.url));
        TRY(check_hop(registries_, url, "", transfer.request_.plain));
        return transfer.prepare(registries_, url);
    };
    if (auto begun = begin(); !begun) {
        transfer.result_ = std::move(begun).error();
        ended_.push_back(&transfer);
        return;
    }
    curl_multi_add_handle(multi_, transfer.easy());
}

void Http::forget(HttpTransfer& transfer) {
    if (!transfer.result_) curl_multi_remove_handle(multi_, transfer.easy());
    std::erase(ended_, &transfer);
}

void Http::end(HttpTransfer& transfer, int code) {
    curl_multi_remove_handle(multi_, transfer.easy());
    if (auto failure = transfer.failure(code)) {
        transfer.result_ = std::move(*failure);
    } else if (auto follows = transfer.follow(registries_); !follows) {
        transfer.result_ = std::move(follows).error();
    } else if (*follows) {
        curl_multi_add_handle(multi_, transfer.easy());
        return;
    } else {
        transfer.result_ = std::move(transfer.answer_);
    }
    ended_.push_back(&transfer);
}

void Http::move_on(int timeout_msec) {
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    bool any = false;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        HttpTransfer* transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        end(*transfer, message->data.result);
        any = true;
    }
    if (!any) curl_multi_poll(multi_, nullptr, 0, timeout_msec, nullptr);
}

HttpTransfer* Http::wait(int timeout_msec) {
    if (ended_.empty()) move_on(timeout_msec);
    if (ended_.empty()) return nullptr;
    auto* first = ended_.front();
    ended_.pop_front();
    return first;
}

Result<HttpAnswer> Http::get(HttpRequest request) {
    constexpr int kLongMsec = 1000;
    HttpTransfer transfer{std::move(request)};
    start(transfer);
    while (!transfer.result_)
        move_on(kLongMsec);
    std::erase(ended_, &transfer);
    return transfer.take_result();
}

}  // namespace podd::fetch
