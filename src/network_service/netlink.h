// SPDX-License-Identifier: LGPL-2.1-or-later
// Requests to the kernel's network. Source: netlink(7), rtnetlink(7).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libmnl/libmnl.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::network_service {

/// One request, built from front to back. Small by design: what does not fit ends the program.
class Message {
public:
    Message(std::uint16_t type, std::uint16_t flags);
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;

    /// The family's own header, zeroed: at the front, or in the middle of a nest.
    template <typename Header>
    Header& header() {
        return *static_cast<Header*>(mnl_nlmsg_put_extra_header(header_, sizeof(Header)));
    }
    template <std::size_t size>
    void put(std::uint16_t type, const std::array<std::uint8_t, size>& bytes) {
        mnl_attr_put(header_, type, size, bytes.data());
    }
    void put(std::uint16_t type, std::uint32_t number) { mnl_attr_put_u32(header_, type, number); }
    void put(std::uint16_t type, std::uint8_t number) { mnl_attr_put_u8(header_, type, number); }
    void put(std::uint16_t type, const std::string& text) {
        mnl_attr_put_strz(header_, type, text.c_str());
    }
    void put(std::uint16_t type, const std::vector<std::uint8_t>& bytes) {
        mnl_attr_put(header_, type, bytes.size(), bytes.data());
    }
    nlattr* begin(std::uint16_t type) { return mnl_attr_nest_start(header_, type); }
    void end(nlattr* nest) { mnl_attr_nest_end(header_, nest); }

    nlmsghdr* get() { return header_; }

private:
    static constexpr std::size_t kSize = 2048;
    alignas(nlmsghdr) std::array<char, kSize> buffer_{};
    nlmsghdr* header_;
};

/// The family's own header of an answer; calls `each` with type and attribute of what is behind it.
template <typename Header, typename Each>
const Header& read_message(const nlmsghdr& message, Each each) {
    for (auto* attribute =
             static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(&message, sizeof(Header)));
         mnl_attr_ok(attribute, static_cast<int>(
                                    static_cast<const char*>(mnl_nlmsg_get_payload_tail(&message)) -
                                    reinterpret_cast<const char*>(attribute)));
         attribute = mnl_attr_next(attribute))
        each(mnl_attr_get_type(attribute), *attribute);
    return *static_cast<const Header*>(mnl_nlmsg_get_payload(&message));
}

/// The same of what is in an attribute.
template <typename Each>
void read_nest(const nlattr& nest, Each each) {
    const auto* attribute = static_cast<const nlattr*>(mnl_attr_get_payload(&nest));
    const auto* const end =
        reinterpret_cast<const char*>(attribute) + mnl_attr_get_payload_len(&nest);
    for (; mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)));
         attribute = mnl_attr_next(attribute))
        each(mnl_attr_get_type(attribute), *attribute);
}

/// A socket to the kernel, in one network namespace.
class Netlink {
public:
    /// In this process's namespace; `family` as of netlink(7).
    static base::Result<Netlink> open(int family);
    /// One that somebody else has opened, elsewhere.
    explicit Netlink(base::UniqueFd socket) : socket_{std::move(socket)} {}

    using Each = std::function<void(const nlmsghdr&)>;

    /// Waits until the kernel has done it; `each` sees what it answers. Errors: kIo, `what` first.
    base::Result<> ask(
        Message& message, std::string_view what, const Each& each = [](const nlmsghdr&) {});

private:
    base::UniqueFd socket_;
    std::uint32_t sequence_ = 0;
};

}  // namespace podd::network_service
