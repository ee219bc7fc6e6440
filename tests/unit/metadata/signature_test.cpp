// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/signature.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/base64.h"
#include "pods.h"

using namespace podd;
using namespace podd::metadata;

namespace {

const std::string kKey(kKeyBytes, 'k');

using Fields = std::vector<std::pair<std::string, std::string>>;

Form form_of(const Fields& fields) {
    Form form;
    for (const auto& [name, value] : fields)
        form.add(name, 0, value);
    return form;
}

Answer signed_by(std::string_view key, const Fields& fields) {
    auto form = form_of(fields);
    return sign(key, pod(), form);
}

unsigned verified(const Fields& fields) {
    auto form = form_of(fields);
    return verify(kKey, form).status;
}

}  // namespace

TEST_SUITE("metadata/signature") {
    TEST_CASE("a signature is 64 bytes in base64, and holds for its pod and content alone") {
        const auto signature = signed_by(kKey, {{"content", "hello"}});
        CHECK(signature.status == kOk);
        CHECK(base::from_base64(signature.text).value().size() == 64);
        const auto& text = signature.text;
        CHECK(verified({{"content", "hello"}, {"uuid", kUuid}, {"signature", text}}) == kOk);
        // Whatever the order.
        CHECK(verified({{"signature", text}, {"uuid", kUuid}, {"content", "hello"}}) == kOk);
        CHECK(verified({{"content", "hello."}, {"uuid", kUuid}, {"signature", text}}) ==
              kForbidden);
        CHECK(verified({{"content", "hello"},
                        {"uuid", "6733c088-a507-4694-aabf-0edebea70a4d"},
                        {"signature", text}}) == kForbidden);
        const auto other_key = signed_by(std::string(kKeyBytes, 'x'), {{"content", "hello"}});
        CHECK(other_key.text != text);
        CHECK(verified({{"content", "hello"}, {"uuid", kUuid}, {"signature", other_key.text}}) ==
              kForbidden);
    }

    TEST_CASE("as whom one signs is nothing that a form could say") {
        const auto plain = signed_by(kKey, {{"content", "hello"}});
        const auto forged = signed_by(
            kKey, {{"content", "hello"}, {"uuid", "00000000-0000-0000-0000-000000000001"}});
        CHECK(forged.text == plain.text);
    }

    TEST_CASE("the signature is the same after a restart, and in pieces") {
        Form form;
        form.add("content", 0, "");
        form.add("content", 0, "he");
        form.add("content", 2, "llo");
        CHECK(sign(kKey, pod(), form).text == signed_by(kKey, {{"content", "hello"}}).text);
    }

    TEST_CASE("forms that lack a field or have it twice") {
        const auto text = signed_by(kKey, {{"content", "hello"}}).text;
        CHECK(signed_by(kKey, {}).status == kBadRequest);
        CHECK(signed_by(kKey, {{"content", ""}}).status == kBadRequest);
        CHECK(signed_by(kKey, {{"Content", "hello"}}).status == kBadRequest);
        CHECK(signed_by(kKey, {{"content", "a"}, {"content", "b"}}).status == kBadRequest);
        struct Case {
            Fields fields;
            unsigned status;
        };
        for (const auto& c : {
                 Case{{{"uuid", kUuid}, {"signature", text}}, kBadRequest},
                 Case{{{"content", "hello"}, {"signature", text}}, kBadRequest},
                 Case{{{"content", "hello"}, {"uuid", kUuid}}, kBadRequest},
                 Case{{{"content", "hello"}, {"uuid", "x"}, {"signature", text}}, kBadRequest},
                 Case{{{"content", "hello"}, {"uuid", kUuid}, {"signature", ""}}, kBadRequest},
                 Case{{{"content", "hello"}, {"uuid", kUuid}, {"signature", "*"}}, kBadRequest},
                 Case{{{"content", "hello"}, {"uuid", kUuid}, {"signature", text + text}},
                      kBadRequest},
                 Case{{{"content", "hello"}, {"uuid", kUuid}, {"uuid", kUuid}, {"signature", text}},
                      kBadRequest},
                 Case{{{"content", "hello"}, {"uuid", kUuid}, {"signature", text.substr(4)}},
                      kForbidden},
             })
            CHECK(verified(c.fields) == c.status);
    }

    TEST_CASE("a content of 1 MiB is signed, one byte more is not") {
        const std::string most(kMaxContentBytes, 'x');
        CHECK(signed_by(kKey, {{"content", most}}).status == kOk);
        CHECK(signed_by(kKey, {{"content", most + "x"}}).status == kTooLarge);
        Form form;
        form.add("content", 0, most);
        form.add("content", most.size(), "x");
        CHECK(sign(kKey, pod(), form).status == kTooLarge);
    }
}
