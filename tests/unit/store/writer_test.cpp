// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/writer.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "store/layout.h"
#include "store/record.h"

using namespace podd;  // NOLINT
using store::Writer;

namespace {

std::string tree_id(char digit) {
    return fmt::format("sha256:{}", std::string(64, digit));
}

base::Result<std::set<std::string>> no_pods() {
    return std::set<std::string>{};
}

// A store in the test's own temporary directory.
class Store {
public:
    Store() : top_{make()}, writer_{open(top_)} {}
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store() { std::filesystem::remove_all(top_); }

    Writer& writer() { return writer_; }
    std::string path(const std::string& file) const { return top_ + "/store/" + file; }
    bool has(const std::string& file) const { return ::access(path(file).c_str(), F_OK) == 0; }
    void write(const std::string& file, const std::string& text) const {
        const auto dir = base::open_path(path("."), O_RDONLY | O_DIRECTORY);
        REQUIRE(dir);
        REQUIRE(base::write_file(dir->get(), file, text, 0600));
    }

    // Image of one tree, whose only file says `text`.
    void add(char digit, const std::string& name, const std::string& text = "hello") {
        const auto workspace = writer_.begin(no_pods);
        REQUIRE(workspace);
        make_tree(*workspace, text);
        REQUIRE(workspace->make_blob("blob"));
        store::NewImage image{.record = record(digit, name),
                              .trees = {{"tree", tree_id(digit)}},
                              .blobs = {{"blob", "sha256/" + std::string(64, digit)}}};
        REQUIRE(writer_.publish(*workspace, image));
    }

    static void make_tree(const store::Workspace& workspace, const std::string& text) {
        const auto rootfs = workspace.make_tree("tree", ::getuid(), ::getgid());
        REQUIRE(rootfs);
        REQUIRE(base::write_file(rootfs->get(), "file", text, 0644));
        REQUIRE(workspace.make_digests("tree"));
    }

    static store::ImageRecord record(char digit, const std::string& name) {
        auto manifest = schema::ImageManifest::parse(fmt::format(
            R"({{"acKind":"ImageManifest","acVersion":"0.8.11","name":"{}","labels":[]}})", name));
        REQUIRE(manifest);
        return {.id = tree_id(digit),
                .kind = store::ImageKind::kOci,
                .manifest = std::move(manifest).value(),
                .trees = {tree_id(digit)},
                .blobs = {"sha256/" + std::string(64, digit)},
                .size_bytes = 1,
                .imported_usec = 1,
                .verification = {"import", "uid 0"}};
    }

private:
    static std::string make() {
        char name[] = "/tmp/podd-store-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        return name;
    }
    static Writer open(const std::string& top) {
        auto writer = Writer::open(top + "/store");
        REQUIRE(writer);
        return std::move(writer).value();
    }
    std::string top_;
    Writer writer_;
};

base::Result<std::set<std::string>> nobody(const store::ImageRecord&) {
    return std::set<std::string>{};
}

std::vector<std::string> files_of(const std::vector<store::Problem>& problems) {
    std::vector<std::string> files;
    for (const auto& problem : problems)
        files.push_back(problem.file);
    return files;
}

}  // namespace

TEST_SUITE("store/writer") {
    TEST_CASE("removing takes the image, its name, its tree and its blob, and nothing else") {
        Store store;
        store.add('a', "example.com/a");
        store.add('b', "example.com/b");
        REQUIRE(store.writer().remove(tree_id('a'), nobody));
        CHECK_FALSE(store.has(store::image_file(tree_id('a'))));
        CHECK_FALSE(store.has("trees/" + tree_id('a')));
        CHECK_FALSE(store.has("blobs/sha256/" + std::string(64, 'a')));
        CHECK_FALSE(store.has(store::ref_file("example.com/a")));
        CHECK(store.has("trees/" + tree_id('b') + "/rootfs/file"));
        CHECK(store.has("blobs/sha256/" + std::string(64, 'b')));
    }

    TEST_CASE("what the check refuses stays, and the check is called where no pod can start") {
        Store store;
        store.add('a', "example.com/a");
        bool held = true;
        const auto done = store.writer().remove(
            tree_id('a'),
            [&](const store::ImageRecord& image) -> base::Result<std::set<std::string>> {
                const auto images = base::open_path(store.path("images"), O_RDONLY | O_DIRECTORY);
                REQUIRE(images);
                held = !base::try_lock(images->get(), base::LockKind::kShared).value();
                return base::Error{base::ErrorCode::kConflict, image.id};
            });
        REQUIRE_FALSE(done);
        CHECK(done.error().code() == base::ErrorCode::kConflict);
        CHECK(held);
        CHECK(store.has("trees/" + tree_id('a') + "/rootfs/file"));
        CHECK(store.writer().reader().by_id(tree_id('a')));
    }

    TEST_CASE("collecting removes what no image refers to, but nothing that is in use") {
        Store store;
        store.add('a', "example.com/a");
        for (const char* folder : {"trees/x", "tmp/import-1"})
            REQUIRE(::mkdir(store.path(folder).c_str(), 0700) == 0);
        REQUIRE(::mkdir(store.path("trees/" + tree_id('c')).c_str(), 0700) == 0);
        store.write("blobs/sha256/" + std::string(64, 'd'), "rubbish");
        const auto collected = store.writer().collect({tree_id('c')});
        REQUIRE(collected);
        CHECK(collected->removed ==
              std::vector<std::string>{"tmp/import-1", "trees/x",
                                       "blobs/sha256/" + std::string(64, 'd')});
        CHECK(collected->left.empty());
        CHECK(store.has("trees/" + tree_id('a')));
        CHECK(store.has("trees/" + tree_id('c')));
    }

    TEST_CASE("records and names that were not written to their end are found, and go") {
        Store store;
        store.add('a', "example.com/a");
        const std::vector<std::string> files{"images/.#" + tree_id('b') + ".json.0123456789abcdef",
                                             "refs/.#example.com%a.0123456789abcdef"};
        const auto write = [&] {
            for (const auto& file : files)
                store.write(file, "{");
        };
        write();
        const auto found = store.writer().problems({});
        REQUIRE(found);
        CHECK(files_of(*found) == files);
        for (const auto& problem : *found)
            CHECK(problem.cure == store::Problem::Cure::kCollect);
        const auto collected = store.writer().collect({});
        REQUIRE(collected);
        CHECK(collected->removed == files);
        CHECK(files_of(*store.writer().problems({})).empty());
        write();
        REQUIRE(store.writer().begin(no_pods));
        CHECK(files_of(*store.writer().problems({})).empty());
        CHECK(store.has(store::image_file(tree_id('a'))));
    }

    TEST_CASE("a record that is gone takes no tree from a pod, whatever comes next") {
        struct {
            const char* what;
            base::Result<std::set<std::string>> in_use;
            bool stays;
        } cases[] = {{"a pod uses it", std::set{tree_id('a')}, true},
                     {"nobody uses it", std::set<std::string>{}, false},
                     {"not known", base::Error{base::ErrorCode::kConflict, "a plan"}, true}};
        for (const auto& one : cases) {
            CAPTURE(one.what);
            Store store;
            store.add('a', "example.com/a");
            store.add('b', "example.com/b");
            REQUIRE(::unlink(store.path(store::image_file(tree_id('a'))).c_str()) == 0);
            REQUIRE(store.writer().begin([&] { return one.in_use; }));
            CHECK(store.has("trees/" + tree_id('a')) == one.stays);
            if (!one.in_use) continue;
            REQUIRE(store.writer().remove(tree_id('b'),
                                          [&](const store::ImageRecord&) { return one.in_use; }));
            CHECK(store.has("trees/" + tree_id('a')) == one.stays);
            CHECK_FALSE(store.has("trees/" + tree_id('b')));
        }
    }

    TEST_CASE("the last use of an image is remembered, and is no older than its import") {
        Store store;
        store.add('a', "example.com/a");
        const auto file = store.path(store::image_file(tree_id('a')));
        const timespec long_ago[] = {{1, 0}, {1, 0}};
        REQUIRE(::utimensat(AT_FDCWD, file.c_str(), long_ago, 0) == 0);
        const auto& reader = store.writer().reader();
        CHECK(reader.by_id(tree_id('a'))->used_usec == 1'000'000);
        reader.note_use(tree_id('a'));
        CHECK(reader.by_id(tree_id('a'))->used_usec > 1'700'000'000'000'000);
        reader.note_use(tree_id('b'));  // just removed: nobody cares
        const timespec before[] = {{0, 0}, {0, 0}};
        REQUIRE(::utimensat(AT_FDCWD, file.c_str(), before, 0) == 0);
        CHECK(reader.by_id(tree_id('a'))->used_usec == 1);
    }

    TEST_CASE("beside an import only dead folders go") {
        Store store;
        const auto import = store.writer().begin(no_pods);
        REQUIRE(import);
        REQUIRE(::mkdir(store.path("trees/x").c_str(), 0700) == 0);
        REQUIRE(::mkdir(store.path("tmp/import-1").c_str(), 0700) == 0);
        const auto collected = store.writer().collect({});
        REQUIRE(collected);
        CHECK(collected->removed == std::vector<std::string>{"tmp/import-1"});
        CHECK(collected->left.size() == 1);
        CHECK(store.has("trees/x"));
    }

    TEST_CASE("one record that cannot be read blocks nothing and costs no tree") {
        Store store;
        store.add('a', "example.com/a");
        store.add('b', "example.com/b");
        store.write(store::image_file(tree_id('a')), "{ rubbish");
        const auto images = store.writer().reader().list();
        REQUIRE(images);
        CHECK(images->size() == 1);
        store.add('c', "example.com/c");
        REQUIRE(store.writer().remove(tree_id('c'), nobody));
        CHECK(store.has("trees/" + tree_id('a') + "/rootfs/file"));
        const auto collected = store.writer().collect({});
        REQUIRE(collected);
        CHECK(collected->left.size() == 1);
        CHECK(store.has("trees/" + tree_id('a') + "/rootfs/file"));
    }

    TEST_CASE("one name that cannot be read blocks nothing, and is made again") {
        Store store;
        store.add('a', "example.com/a");
        store.add('b', "example.com/b");
        store.write(store::ref_file("example.com/a"), "{ rubbish");
        REQUIRE(store.writer().remove(tree_id('b'), nobody));
        CHECK(store.writer().begin(no_pods));
        CHECK(store.writer().reader().by_name("example.com/a", {}));
        CHECK(store.has("broken/example.com%a"));
    }

    TEST_CASE("problems are found, each with its file, and cured") {
        using Files = std::vector<std::string>;
        Store store;
        store.add('a', "example.com/a");
        store.add('b', "example.com/b");
        REQUIRE(store.writer().problems({}));
        CHECK(files_of(*store.writer().problems({})) == Files{});

        struct Case {
            const char* what;
            std::function<void()> damage;
            Files files;
            bool cured;
        };
        const auto record = store::image_file(tree_id('a'));
        const Case cases[] = {
            {"a file of no image",
             [&] { store.write("images/README", ""); },
             {"images/README"},
             true},
            {"a name that leads nowhere",
             [&] { REQUIRE(::unlink(store.path(store::ref_file("example.com/a")).c_str()) == 0); },
             {record},
             true},
            {"a name that cannot be read",
             [&] { store.write(store::ref_file("example.com/a"), "[]"); },
             {store::ref_file("example.com/a"), record},
             true},
            {"a name of an image that is gone",
             [&] {
                 const auto ref = store::to_json(store::Ref{
                     .name = "example.com/c", .images = {{.id = tree_id('c'), .labels = {}}}});
                 store.write(store::ref_file("example.com/c"), ref.str());
             },
             {store::ref_file("example.com/c")},
             true},
            {"a blob too few",
             [&] {
                 REQUIRE(::unlink(store.path("blobs/sha256/" + std::string(64, 'b')).c_str()) == 0);
             },
             {store::image_file(tree_id('b'))},
             false},
        };
        for (const auto& test : cases) {
            CAPTURE(test.what);
            test.damage();
            const auto found = store.writer().problems({});
            REQUIRE(found);
            CHECK(files_of(*found) == test.files);
            for (const auto& problem : *found) {
                CHECK_FALSE(problem.advice.empty());
                const auto cured =
                    store.writer().cure(problem, [](std::string_view) { return base::Result<>{}; });
                REQUIRE(cured);
                CHECK(*cured == test.cured);
            }
            CHECK(files_of(*store.writer().problems({})).empty() == test.cured);
        }
    }

    TEST_CASE("a record that cannot be read goes aside only when nobody uses the image") {
        Store store;
        store.add('a', "example.com/a");
        store.write(store::image_file(tree_id('a')), "{ rubbish");
        const auto found = store.writer().problems({});
        REQUIRE(found);
        REQUIRE(found->size() >= 1);
        const auto refused =
            store.writer().cure(found->front(), [](std::string_view id) -> base::Result<> {
                return base::Error{base::ErrorCode::kConflict, std::string{id}};
            });
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message() == tree_id('a'));
        CHECK(store.has(store::image_file(tree_id('a'))));
        REQUIRE(
            store.writer().cure(found->front(), [](std::string_view) { return base::Result<>{}; }));
        CHECK_FALSE(store.has(store::image_file(tree_id('a'))));
        CHECK(store.has("broken/" + tree_id('a') + ".json"));
    }

    TEST_CASE("a tree is replaced at once, and not while it is in use") {
        Store store;
        store.add('a', "example.com/a", "broken");
        {
            const auto workspace = store.writer().begin(no_pods);
            REQUIRE(workspace);
            Store::make_tree(*workspace, "whole");
            const auto refused = store.writer().replace_tree(
                *workspace, {"tree", tree_id('a')}, []() -> base::Result<> {
                    return base::Error{base::ErrorCode::kConflict, "in use"};
                });
            CHECK_FALSE(refused);
            const auto file = "trees/" + tree_id('a') + "/rootfs/file";
            CHECK(base::read_file(store.path(file), 100).value() == "broken");
            REQUIRE(store.writer().replace_tree(*workspace, {"tree", tree_id('a')},
                                                []() -> base::Result<> { return {}; }));
            CHECK(base::read_file(store.path(file), 100).value() == "whole");
        }
        CHECK(base::list_dir(base::open_path(store.path("tmp"), O_RDONLY)->get())->empty());
    }
}
