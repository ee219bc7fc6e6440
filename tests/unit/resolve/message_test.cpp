// SPDX-License-Identifier: LGPL-2.1-or-later
#include "resolve/message.h"

#include <doctest/doctest.h>

#include "resolve/packets.h"

using namespace podd::resolve;
using namespace podd::test;
using namespace std::string_literals;

namespace {

podd::network::Connection web() {
    podd::network::Connection pod;
    pod.pod = "web";
    pod.ipv4 = {10, 80, 0, 2};
    pod.ipv6 = podd::network::parse_ipv6("fdab::2");
    return pod;
}

Query query(const std::string& message) {
    auto received = read_query(message);
    REQUIRE(received.query);
    return *received.query;
}

// Of an answer behind the question: name, type, class, how long it may be kept.
std::string record(unsigned type, const std::string& data) {
    return "\xC0\x0C"s + number(type) + number(1) + number(0) + number(0) +
           number(static_cast<unsigned>(data.size())) + data;
}

const std::string kIpv4 = "\x0A\x50\x00\x02"s;
const std::string kIpv6 = "\xFD\xAB"s + std::string(13, '\0') + '\x02';

}  // namespace

TEST_CASE("a question is read as it stands, its name in lower case") {
    const auto read = query(question("WeB.Example.com", kAaaa));
    CHECK(read.id == 0x1234);
    CHECK(read.question.name == "web.example.com");
    CHECK(read.question.type == kAaaa);
    CHECK(read.question.network_class == 1);
    CHECK(read.question.bytes == wire_name("WeB.Example.com") + number(kAaaa) + number(1));
    CHECK_FALSE(read.has_edns);
    CHECK(query(question("", kA)).question.name == "");
    CHECK(query(question("a", kA, 0x0100, 1) + edns()).has_edns);
}

TEST_CASE("a dot within a label is none between two") {
    const auto message = number(1) + number(0x0100) + number(1) + number(0) + number(0) +
                         number(0) + "\x10web.pod.internal\x00"s + number(kA) + number(1);
    CHECK(query(message).question.name == "web\\.pod\\.internal");
}

TEST_CASE("what is no question is refused, or not answered at all") {
    const auto good = question("a.b", kA);
    const auto counts = [&](unsigned questions, unsigned answers, unsigned authorities,
                            unsigned additional) {
        return number(0x1234) + number(0x0100) + number(questions) + number(answers) +
               number(authorities) + number(additional) + good.substr(12);
    };
    const auto error = [](unsigned flags) {
        return number(0x1234) + number(flags) + std::string(8, '\0');
    };
    const auto malformed = error(0x8181);
    std::string longest;  // 254 bytes; with a root behind it as long as a name can be
    for (int i = 0; i < 127; ++i)
        longest += wire_name("a").substr(0, 2);
    const struct {
        const char* name;
        std::string message;
        std::string error;
    } cases[] = {
        {"nothing", "", ""},
        {"half a header", good.substr(0, 11), ""},
        {"an answer", question("a.b", kA, 0x8100), ""},
        {"no question", good.substr(0, 12), malformed},
        {"a notification", question("a.b", kA, 0x2000), error(0xA084)},
        {"an update", question("a.b", kA, 0x2900), error(0xA984)},
        {"no question, it says", counts(0, 0, 0, 0), malformed},
        {"two questions, it says", counts(2, 0, 0, 0), malformed},
        {"with an answer", counts(1, 1, 0, 0), malformed},
        {"with an authority", counts(1, 0, 1, 0), malformed},
        {"more additional records than there are kinds of", counts(1, 0, 0, 3), malformed},
        {"an additional record that is not there", counts(1, 0, 0, 1), malformed},
        {"half an additional record", counts(1, 0, 0, 1) + edns().substr(0, 10), malformed},
        {"cut", good.substr(0, good.size() - 1), malformed},
        {"with more behind it", good + "x", malformed},
        {"a name that points to itself", good.substr(0, 12) + "\xC0\x0C"s + number(kA) + number(1),
         malformed},
        {"a name that points ahead",
         good.substr(0, 12) +
             "\x01"
             "a\xC0\x10\x00"s +
             number(kA) + number(1),
         malformed},
        {"the longest name, which points to a root",
         good.substr(0, 12) + longest + "\xC0\x08"s + number(kA) + number(1), malformed},
        {"a label of a kind that there is not",
         good.substr(0, 12) +
             "\x81"
             "a\x00"s +
             number(kA) + number(1),
         malformed},
        {"a name without end", good.substr(0, 12) + std::string(300, '\x01'), malformed},
        {"too long", question("a", kA, 0x0100, 1) + std::string(kMaxQuery, '\0'), malformed},
    };
    for (const auto& one : cases) {
        CAPTURE(one.name);
        const auto received = read_query(one.message);
        CHECK_FALSE(received.query);
        CHECK(received.error == one.error);
    }
}

TEST_CASE("the addresses of a pod, byte for byte") {
    const auto head = [](unsigned answers, unsigned additional) {
        return number(0x1234) + number(0x8580) + number(1) + number(answers) + number(0) +
               number(additional);
    };
    const auto asked = [](unsigned type) { return question("Web", type).substr(12); };
    CHECK(address_answer(query(question("Web", kA)), web()) ==
          head(1, 0) + asked(kA) + record(kA, kIpv4));
    CHECK(address_answer(query(question("Web", kAaaa)), web()) ==
          head(1, 0) + asked(kAaaa) + record(kAaaa, kIpv6));
    CHECK(address_answer(query(question("Web", kAny)), web()) ==
          head(2, 0) + asked(kAny) + record(kA, kIpv4) + record(kAaaa, kIpv6));
    CHECK(address_answer(query(question("Web", kMx)), web()) == head(0, 0) + asked(kMx));
    auto old = web();
    old.ipv6.reset();
    CHECK(address_answer(query(question("Web", kAaaa)), old) == head(0, 0) + asked(kAaaa));
    const auto with_edns = address_answer(query(question("Web", kA, 0x0100, 1) + edns()), web());
    CHECK(with_edns == head(1, 1) + asked(kA) + record(kA, kIpv4) + "\0"s + number(41) +
                           number(1232) + number(0) + number(0) + number(0));
}

TEST_CASE("the name of an address, and errors") {
    const auto pointer = query(question("2.0.80.10.in-addr.arpa", kPtr));
    CHECK(name_answer(pointer, "web.pod.internal") ==
          number(0x1234) + number(0x8580) + number(1) + number(1) + number(0) + number(0) +
              pointer.question.bytes + record(kPtr, wire_name("web.pod.internal")));
    // Without recursion asked for; only what is known of pods comes from who has the say.
    const auto plain = query(question("x", kA, 0));
    const auto end = number(1) + number(0) + number(0) + number(0) + plain.question.bytes;
    CHECK(error_answer(plain, Rcode::kNoSuchName) == number(0x1234) + number(0x8483) + end);
    CHECK(error_answer(plain, Rcode::kRefused) == number(0x1234) + number(0x8085) + end);
}

TEST_CASE("a response is taken only for its own question and under its own id") {
    const auto asked = query(question("a.b", kA));
    const auto response = [](std::string_view name, unsigned type, unsigned flags = 0x8180) {
        return with_id(question(name, type, flags), 0x4321);
    };
    CHECK(is_answer(response("a.b", kA), asked, 0x4321));
    CHECK(is_answer(response("A.B", kA, 0x8183), asked, 0x4321));
    CHECK(code_of(response("A.B", kA, 0x8183)) == Rcode::kNoSuchName);
    CHECK_FALSE(is_answer(response("a.b", kA), asked, 0x4322));
    CHECK_FALSE(is_answer(response("a.c", kA), asked, 0x4321));
    CHECK_FALSE(is_answer(response("a.b", kAaaa), asked, 0x4321));
    CHECK_FALSE(is_answer(response("a.b", kA, 0x0100), asked, 0x4321));
    CHECK_FALSE(is_answer(response("a.b", kA, 0xA180), asked, 0x4321));
    CHECK_FALSE(is_answer(response("a.b", kA).substr(0, 12), asked, 0x4321));
    CHECK_FALSE(is_answer("", asked, 0x4321));
    auto of_another_class = response("a.b", kA);
    of_another_class.back() = '\x03';
    CHECK_FALSE(is_answer(of_another_class, asked, 0x4321));
    auto without = response("a.b", kA);
    without[5] = '\0';
    CHECK_FALSE(is_answer(without, asked, 0x4321));
    CHECK(with_id(response("a.b", kA), 0x1234) == question("a.b", kA, 0x8180));
}
