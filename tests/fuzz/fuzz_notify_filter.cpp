// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as an app's notification: what is let through consists of lines that the app sent, and
// is let through again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "notify_filter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using podd::stage1::filter_notification;
    const std::string sent{reinterpret_cast<const char*>(data), size};
    std::string message = sent;
    message.resize(filter_notification(message.data(), message.size()));
    for (std::size_t at = 0; at < message.size();) {
        const auto end = std::min(message.find('\n', at), message.size());
        const auto line = message.substr(at, end - at);
        if (('\n' + sent + '\n').find('\n' + line + '\n') == std::string::npos) std::abort();
        if (line.find("MAINPID") == 0 || line.find("FDSTORE") == 0) std::abort();
        at = end + 1;
    }
    std::string again = message;
    if (filter_notification(again.data(), again.size()) != message.size()) std::abort();
    return 0;
}
