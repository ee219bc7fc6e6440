// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/keys.h"

#include <cstdlib>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "trust/key_changes.h"

using namespace podd;
using trust::KeyFile;
using trust::KeyState;

namespace {

const std::string kA(40, 'a');
const std::string kB(40, 'b');

// A folder for the administrator and one for the vendor.
class Store {
public:
    Store() {
        char path[] = "/tmp/podd-keys-test-XXXXXX";
        REQUIRE(::mkdtemp(path) != nullptr);
        root_ = path;
        directories.local = root_ + "/etc";
        directories.vendor = root_ + "/usr";
    }
    ~Store() {
        const auto tmp = base::open_path("/tmp", O_RDONLY | O_DIRECTORY);
        CHECK(base::remove_tree(tmp->get(), root_.substr(5)).has_value());
    }
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // "etc/root.d/…"; all folders on the way are made.
    std::string add(const std::string& file, std::string_view text = "a key", mode_t mode = 0644) {
        const auto path = root_ + "/" + file;
        for (auto slash = path.find('/', root_.size() + 1); slash != std::string::npos;
             slash = path.find('/', slash + 1))
            (void)::mkdir(path.substr(0, slash).c_str(), 0755);
        const auto fd = base::open_path(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        REQUIRE(fd.has_value());
        REQUIRE(base::write_all(fd->get(), text).has_value());
        REQUIRE(::fchmod(fd->get(), mode) == 0);
        return path;
    }
    void link_to_null(const std::string& file) {
        const auto path = add(file);
        REQUIRE(::unlink(path.c_str()) == 0);
        REQUIRE(::symlink("/dev/null", path.c_str()) == 0);
    }

    trust::KeyDirectories directories;

private:
    std::string root_;
};

bool trusted(const Store& store, const std::string& fingerprint, const std::string& name) {
    const auto keys = trust::list_keys(store.directories);
    REQUIRE(keys.has_value());
    const bool listed = trust::is_trusted(*keys, fingerprint, name);
    // Both ways to ask have one answer.
    const auto looked_up = trust::check_trusted(fingerprint, name, store.directories);
    CHECK(looked_up.has_value() == listed);
    if (!looked_up) CHECK(looked_up.error().code() == base::ErrorCode::kUntrusted);
    return listed;
}

}  // namespace

TEST_CASE("a prefix is one in whole components") {
    struct Row {
        const char* prefix;
        const char* name;
        bool matches;
    };
    for (const Row& row : {Row{"", "example.com/app", true},
                           {"example.com", "example.com", true},
                           {"example.com", "example.com/app", true},
                           {"example.com/app", "example.com/app", true},
                           {"example.com/app", "example.com/app/one", true},
                           {"example.com/app", "example.com/apple", false},
                           {"example.com/app", "example.com", false},
                           {"example.com", "example.com.evil.org/app", false},
                           {"example.com", "www.example.com/app", false},
                           {"app", "example.com/app", false}}) {
        CAPTURE(row.prefix);
        CAPTURE(row.name);
        CHECK(trust::is_prefix_of(row.prefix, row.name) == row.matches);
    }
}

TEST_CASE("what is a fingerprint") {
    CHECK(trust::is_fingerprint(kA));
    CHECK(trust::is_fingerprint(std::string(64, '0')));
    for (const auto& bad :
         {std::string{}, std::string(39, 'a'), std::string(41, 'a'), std::string(40, 'A'),
          std::string(40, 'g'), "../" + std::string(37, 'a')})
        CHECK_FALSE(trust::is_fingerprint(bad));
}

TEST_CASE("where a key lies") {
    CHECK(trust::key_file(kA, "") == "root.d/" + kA);
    CHECK(trust::key_file(kA, "example.com/app") == "prefix.d/example.com%app/" + kA);
    CHECK(trust::unescape_prefix(trust::escape_prefix("a/b/c")) == "a/b/c");
}

TEST_CASE("keys of all images and of some") {
    Store store;
    store.add("etc/root.d/" + kA);
    store.add("usr/prefix.d/example.com%app/" + kB);
    CHECK(trusted(store, kA, "example.com"));
    CHECK(trusted(store, kA, "elsewhere.org/x/y"));
    CHECK(trusted(store, kB, "example.com/app"));
    CHECK(trusted(store, kB, "example.com/app/sub/more"));
    CHECK_FALSE(trusted(store, kB, "example.com"));
    CHECK_FALSE(trusted(store, kB, "example.com/apple"));
    CHECK_FALSE(trusted(store, std::string(40, 'c'), "example.com/app"));
}

TEST_CASE("no folders, no keys") {
    Store store;
    CHECK_FALSE(trusted(store, kA, "example.com/app"));
    CHECK(trust::list_keys(store.directories)->empty());
}

TEST_CASE("an empty file and a link to /dev/null mask the vendor's key") {
    Store store;
    for (const char* file : {"root.d/", "prefix.d/example.com/"}) {
        store.add(std::string{"usr/"} + file + kA);
        store.add(std::string{"usr/"} + file + kB);
    }
    CHECK(trusted(store, kA, "example.com/app"));
    store.add("etc/root.d/" + kA, "");
    CHECK(trusted(store, kA, "example.com/app"));  // still by its prefix
    CHECK_FALSE(trusted(store, kA, "elsewhere.org/app"));
    store.link_to_null("etc/prefix.d/example.com/" + kA);
    CHECK_FALSE(trusted(store, kA, "example.com/app"));
    CHECK(trusted(store, kB, "example.com/app"));

    const auto keys = *trust::list_keys(store.directories);
    REQUIRE(keys.size() == 4);
    CHECK(keys[0] == KeyFile{kA, "", store.directories.local + "/root.d/" + kA, KeyState::kMasked});
    CHECK(keys[3] == KeyFile{kB, "example.com",
                             store.directories.vendor + "/prefix.d/example.com/" + kB,
                             KeyState::kTrusted});
    CHECK(trust::trusted_keys(keys).size() == 2);
}

TEST_CASE("the administrator's key comes before the vendor's") {
    Store store;
    store.add("usr/root.d/" + kA, "");
    store.add("etc/root.d/" + kA, "a key");
    CHECK(trusted(store, kA, "example.com"));
}

TEST_CASE("what is no key file is passed over") {
    Store store;
    store.add("etc/root.d/README");
    store.add("etc/root.d/" + std::string(40, 'A'));
    store.add("etc/root.d/" + kA + "/folder");
    CHECK(trust::list_keys(store.directories)->empty());
    CHECK_FALSE(trusted(store, kA, "example.com"));
}

TEST_CASE("a key that others may write is none") {
    if (::geteuid() != 0) return;
    Store store;
    store.add("etc/root.d/" + kA, "a key", 0666);
    const auto listed = trust::list_keys(store.directories);
    REQUIRE_FALSE(listed.has_value());
    CHECK(listed.error().code() == base::ErrorCode::kDenied);
    const auto looked_up = trust::check_trusted(kA, "example.com", store.directories);
    REQUIRE_FALSE(looked_up.has_value());
    CHECK(looked_up.error().code() == base::ErrorCode::kDenied);
}

TEST_CASE("what comes from a record and is no name becomes no path") {
    Store store;
    store.add("etc/root.d/" + kA);
    for (const char* name : {"", "/", "/etc"})
        CHECK_FALSE(trust::check_trusted(kA, name, store.directories).has_value());
    CHECK_FALSE(
        trust::check_trusted("../root.d/" + kA, "example.com", store.directories).has_value());
}

TEST_CASE("trusting a key and taking that back") {
    Store store;
    const auto& directories = store.directories;
    store.add("etc/README");
    const auto file = trust::trust_key(kA, "example.com/app", "text", directories);
    REQUIRE(file.has_value());
    CHECK(*file == directories.local + "/prefix.d/example.com%app/" + kA);
    CHECK(*base::read_file(*file, 100) == "text");
    REQUIRE(trust::trust_key(kB, "", "text", directories).has_value());
    CHECK(trusted(store, kA, "example.com/app"));
    CHECK(trusted(store, kB, "elsewhere.org"));

    CHECK(trust::distrust_key(kA, "", directories).error().code() == base::ErrorCode::kNotFound);
    CHECK(trust::distrust_key(kA, "example.com/app", directories).has_value());
    CHECK_FALSE(trusted(store, kA, "example.com/app"));
    CHECK(trust::distrust_key(kA, "example.com/app", directories).error().code() ==
          base::ErrorCode::kNotFound);
    // The folder goes with its last key.
    CHECK(::access((directories.local + "/prefix.d/example.com%app").c_str(), F_OK) != 0);
    CHECK(trusted(store, kB, "elsewhere.org"));
}

TEST_CASE("a key of the vendor's is masked, and may be trusted again") {
    Store store;
    const auto& directories = store.directories;
    store.add("etc/README");
    store.add("usr/root.d/" + kA);
    REQUIRE(trust::distrust_key(kA, "", directories).has_value());
    CHECK_FALSE(trusted(store, kA, "example.com"));
    CHECK(trust::list_keys(directories)->front().state == KeyState::kMasked);
    CHECK(trust::distrust_key(kA, "", directories).error().code() == base::ErrorCode::kNotFound);
    REQUIRE(trust::trust_key(kA, "", "text", directories).has_value());
    CHECK(trusted(store, kA, "example.com"));
    // Both files: the vendor's must not shine through.
    REQUIRE(trust::distrust_key(kA, "", directories).has_value());
    CHECK_FALSE(trusted(store, kA, "example.com"));
}
