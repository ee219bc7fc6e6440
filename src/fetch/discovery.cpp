// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/discovery.h"

#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "fetch/discovery_text.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;
using schema::AcIdentifier;
using schema::quoted;

namespace {

constexpr std::size_t kMaxPage = std::size_t{1} << 20;
constexpr std::string_view kHint = "\nhint: ";

// What was tried in vain.
class Attempts {
public:
    void add(const std::string& url, const Error& error) {
        const auto hint = error.message().find(kHint);
        words_ += fmt::format("{}{}: {}", words_.empty() ? "" : "; ", quoted(url),
                              error.message().substr(0, hint));
        if (hint != std::string::npos) hint_ = error.message().substr(hint);
        // That a page does not exist says less than that a server could not be asked.
        if (error.code() != ErrorCode::kNotFound) code_ = error.code();
    }
    void add(const std::string& url, std::string words) {
        add(url, Error{ErrorCode::kNotFound, std::move(words)});
    }
    Error error(const AcIdentifier& name, std::string_view what) const {
        return {code_, fmt::format("nobody says where {} of {} {}: {}{}", what, quoted(name.str()),
                                   what == "the image" ? "is" : "are", words_, hint_)};
    }

private:
    std::string words_{};
    std::string hint_{};
    ErrorCode code_ = ErrorCode::kNotFound;
};

class Walk {
public:
    // Takes what it wants from a page and says whether that was anything.
    using Take = std::function<bool(const std::string& url, const Discovered&, Attempts&)>;

    Walk(Web& web, const AcIdentifier& name, Take take)
        : web_{web}, name_{name}, take_{std::move(take)} {}

    Result<> run(std::string_view what) {
        for (const auto& place : TRY(discovery_places(name_)))
            if (asks("https", place) || asks("http", place))
                return {};
            else if (is_host_lost_)
                break;
        return attempts_.error(name_, what);
    }

private:
    bool asks(std::string_view scheme, const std::string& place) {
        const auto url = fmt::format("{}://{}?ac-discovery=1", scheme, place);
        const bool is_plain = scheme == "http";
        const bool may_be_plain = web_.check(fmt::format("http://{}", place)).has_value();
        if (is_plain && !may_be_plain) return false;
        if (!is_plain && is_tls_lost_) return false;
        const auto page =
            web_.get(url, kMaxPage, may_be_plain && !is_plain ? Tries::kOne : Tries::kSeveral);
        if (!page) {
            attempts_.add(url, page.error());
            note_loss(page.error(), may_be_plain && !is_plain);
            return false;
        }
        if (page->status != 200) {
            attempts_.add(url, web_.refusal(*page));
            return false;
        }
        const auto found = read_discovery_page(page->body, name_.str());
        if (!found) attempts_.add(url, found.error());
        return found && take_(url, *found, attempts_);
    }

    // All places have the same host: one that cannot be reached is not asked for each of them.
    void note_loss(const Error& error, bool has_other_scheme) {
        if (error.code() != ErrorCode::kUnavailable && error.code() != ErrorCode::kUntrusted)
            return;
        (has_other_scheme ? is_tls_lost_ : is_host_lost_) = true;
    }

    Web& web_;
    const AcIdentifier& name_;
    Take take_;
    Attempts attempts_{};
    bool is_tls_lost_ = false;
    bool is_host_lost_ = false;
};

// Whether this URL may be asked; why not is noted.
bool is_usable(const Web& web, const std::string& page, const std::string& url,
               Attempts& attempts) {
    const auto checked = web.check(url);
    if (!checked) attempts.add(page, checked.error());
    return checked.has_value();
}

}  // namespace

Result<std::vector<ImageUrls>> discover_images(Web& web, const schema::ImageReference& reference) {
    if (!reference.name) return schema::found_wanted("no name", "one");
    const auto& name = *reference.name;
    std::vector<ImageUrls> urls;
    const auto take = [&](const std::string& page, const Discovered& found, Attempts& attempts) {
        if (found.templates.empty()) attempts.add(page, "has no tag \"ac-discovery\" for it");
        for (const auto& text : found.templates) {
            auto image = render_template(text, name, reference.labels, "aci");
            auto signature = render_template(text, name, reference.labels, "aci.asc");
            if (!image || !signature)
                attempts.add(page, fmt::format("template {} wants {{ext}} and labels that were "
                                               "given",
                                               quoted(text)));
            else if (is_usable(web, page, *image, attempts))
                urls.push_back({std::move(*image), std::move(*signature)});
        }
        return !urls.empty();
    };
    TRY(Walk(web, name, take).run("the image"));
    return urls;
}

Result<std::vector<std::string>> discover_keys(Web& web, const AcIdentifier& name) {
    std::vector<std::string> urls;
    const auto take = [&](const std::string& page, const Discovered& found, Attempts& attempts) {
        if (found.keys.empty()) attempts.add(page, "has no tag \"ac-discovery-pubkeys\" for it");
        for (const auto& url : found.keys)
            if (is_usable(web, page, url, attempts)) urls.push_back(url);
        return !urls.empty();
    };
    TRY(Walk(web, name, take).run("the keys"));
    return urls;
}

}  // namespace podd::fetch
