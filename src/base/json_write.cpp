// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>

#include "base/json.h"

namespace podd::base {

namespace {

void write_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\t': out += "\\t"; break;
            case '\r': out += "\\r"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                    out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
                else
                    out += c;
        }
    }
    out += '"';
}

class Writer {
public:
    explicit Writer(int indent) : indent_{indent} {}

    void write(const Json& json, int level) {
        if (const auto* array = json.as_array())
            write_all(*array, level, '[', ']', [&](const Json& item) { write(item, level + 1); });
        else if (const auto* object = json.as_object())
            write_all(*object, level, '{', '}', [&](const Json::Member& member) {
                write_string(out_, member.first);
                out_ += indent_ > 0 ? ": " : ":";
                write(member.second, level + 1);
            });
        else
            write_scalar(json);
    }
    std::string take() { return std::move(out_); }

private:
    void write_scalar(const Json& json) {
        if (const auto* text = json.as_string())
            write_string(out_, *text);
        else if (const auto* flag = json.as_bool())
            out_ += *flag ? "true" : "false";
        else if (const auto integer = json.as_int())
            out_ += fmt::format("{}", *integer);
        else if (const auto natural = json.as_uint())
            out_ += fmt::format("{}", *natural);
        else if (const auto* real = json.as_double())
            write_real(*real);
        else
            out_ += "null";
    }
    void write_real(double value) {
        const std::string text = fmt::format("{}", value);
        out_ += text;
        // "1" would be read again as an integer.
        if (text.find_first_not_of("-0123456789") == std::string::npos) out_ += ".0";
    }
    template <typename Items, typename WriteItem>
    void write_all(const Items& items, int level, char open, char close, WriteItem write_item) {
        out_ += open;
        bool first = true;
        for (const auto& item : items) {
            if (!first) out_ += ',';
            first = false;
            new_line(level + 1);
            write_item(item);
        }
        if (!first) new_line(level);
        out_ += close;
    }
    void new_line(int level) {
        if (indent_ <= 0) return;
        out_ += '\n';
        out_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(level), ' ');
    }

    int indent_;
    std::string out_;
};

}  // namespace

std::string Json::str(int indent) const {
    Writer writer{indent};
    writer.write(*this, 0);
    return writer.take();
}

}  // namespace podd::base
