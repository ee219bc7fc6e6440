// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes tar archives by hand, also such as no program writes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

namespace podd::test {

struct Member {
    std::string name;
    char type =
        '0';  // ustar's: 0 file, 1 hard link, 2 symlink, 3 char, 4 block, 5 directory, 6 FIFO
    std::string data = {};
    std::string link = {};
    unsigned mode = 0644;
    std::uint64_t uid = 0;
    std::uint64_t gid = 0;
    std::map<std::string, std::string> pax = {};  // records in front of it
    unsigned major = 0;
    unsigned minor = 0;
};

class TarBuilder {
public:
    TarBuilder& add(const Member& member) {
        if (!member.pax.empty()) {
            std::string records;
            for (const auto& [key, value] : member.pax)
                records += record(key, value);
            header({.name = "pax", .type = 'x'}, records.size());
            data(records);
        }
        header(member, member.data.size());
        data(member.data);
        return *this;
    }
    TarBuilder& file(const std::string& name, const std::string& text = "x") {
        return add({.name = name, .data = text});
    }
    TarBuilder& directory(const std::string& name, unsigned mode = 0755) {
        return add({.name = name, .type = '5', .mode = mode});
    }
    TarBuilder& symlink(const std::string& name, const std::string& target) {
        return add({.name = name, .type = '2', .link = target, .mode = 0777});
    }
    TarBuilder& hardlink(const std::string& name, const std::string& target) {
        return add({.name = name, .type = '1', .link = target});
    }
    TarBuilder& raw(std::string_view bytes) {
        text_ += bytes;
        return *this;
    }
    /// A header with any size, whatever data follows.
    void header(const Member& member, std::uint64_t size) {
        char block[512] = {};
        const auto put = [&](std::size_t at, std::size_t width, const std::string& value) {
            std::memcpy(block + at, value.data(), std::min(width, value.size()));
        };
        const auto octal = [&](std::size_t at, std::size_t width, std::uint64_t value) {
            if (value < (std::uint64_t{1} << (3 * (width - 1)))) {
                char digits[32];
                std::snprintf(digits, sizeof digits, "%0*llo", static_cast<int>(width - 1),
                              static_cast<unsigned long long>(value));
                put(at, width - 1, digits);
                return;
            }
            block[at] = static_cast<char>(0x80);  // GNU base 256
            for (std::size_t i = 0; i + 1 < width && i < 8; ++i)
                block[at + width - 1 - i] = static_cast<char>(value >> (8 * i));
        };
        put(0, 100, member.name);
        octal(100, 8, member.mode);
        octal(108, 8, member.uid);
        octal(116, 8, member.gid);
        octal(124, 12, size);
        octal(136, 12, 1'700'000'000);
        block[156] = member.type;
        put(157, 100, member.link);
        put(257, 8,
            std::string("ustar\0"
                        "00",
                        8));
        octal(329, 8, member.major);
        octal(337, 8, member.minor);
        unsigned sum = 8 * ' ';
        for (const char c : block)
            sum += static_cast<unsigned char>(c);
        char digits[16];
        std::snprintf(digits, sizeof digits, "%06o", sum & 0777777);
        put(148, 6, digits);
        block[155] = ' ';
        text_.append(block, sizeof block);
    }
    void data(std::string_view bytes) {
        text_ += bytes;
        text_.append((512 - bytes.size() % 512) % 512, '\0');
    }
    /// The whole archive with its end mark.
    std::string str() const { return text_ + std::string(1024, '\0'); }
    const std::string& unfinished() const { return text_; }

    /// "LENGTH key=value\n", the length counting itself. Source: pax(1), POSIX.
    static std::string record(const std::string& key, const std::string& value) {
        const auto rest = key.size() + value.size() + 3;
        auto length = rest + std::to_string(rest).size();
        length = rest + std::to_string(length).size();
        return std::to_string(length) + " " + key + "=" + value + "\n";
    }

private:
    std::string text_;
};

}  // namespace podd::test
