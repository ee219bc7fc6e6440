// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl import
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "podctl/app_settings.h"
#include "podctl/manager.h"
#include "podctl/progress.h"
#include "podctl/sealed_file.h"
#include "podctl/transfer_watch.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

// The verifier takes no larger one.
constexpr std::size_t kMaxSignatureBytes = std::size_t{64} << 10;

using BusOptions = std::map<std::string, sdbus::Variant>;

base::Result<BusOptions> bus_options(const Arguments& arguments) {
    const Options& options = arguments.options;
    BusOptions bus;
    if (!options.name.empty()) bus.emplace("Name", sdbus::Variant{options.name});
    if (!options.reference.empty()) bus.emplace("Reference", sdbus::Variant{options.reference});
    if (!options.labels.empty())
        bus.emplace("Labels", sdbus::Variant{std::map<std::string, std::string>{
                                  options.labels.begin(), options.labels.end()}});
    if (!options.signature.empty()) {
        base::UniqueFd file =
            TRY_CONTEXT(sealed_copy(options.signature, kMaxSignatureBytes), "--signature");
        bus.emplace("Signature", sdbus::Variant{sdbus::UnixFd{file.release(), sdbus::adopt_fd}});
    }
    const std::string app = TRY(app_settings(options, arguments.after));
    if (!app.empty()) bus.emplace("App", sdbus::Variant{app});
    return bus;
}

base::Result<base::UniqueFd> open_image(const std::string& path) {
    if (path != "-") return base::open_path(path, O_RDONLY | O_NOCTTY);
    base::UniqueFd copy{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)};
    if (!copy) return base::errno_error("standard input", errno);
    return copy;
}

}  // namespace

base::Result<int> verb_import(const Arguments& arguments) {
    const std::string& path = arguments.words.front();
    const BusOptions options = TRY(bus_options(arguments));
    base::UniqueFd file = TRY(open_image(path));
    Session session = TRY(Session::open(arguments.options));
    ProgressLine line{"Importing", path, arguments.options.quiet};
    TransferWatch watch{session, line};
    const std::string id = TRY_CONTEXT(watch.run([&] {
        return session.manager->ImportImage(sdbus::UnixFd{file.release(), sdbus::adopt_fd}, options,
                                            session.manager->flags());
    }),
                                       "import \"{}\"", path);
    line.clear();
    print_image_id(id, arguments.options.json);
    return kOk;
}

}  // namespace podd::podctl
