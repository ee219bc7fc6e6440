// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl import
#include "podctl/app_settings.h"
#include "podctl/local_import.h"
#include "podctl/manager.h"
#include "podctl/transfer_watch.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

base::Result<BusOptions> bus_options(const Arguments& arguments) {
    const Options& options = arguments.options;
    BusOptions bus;
    if (!options.name.empty()) bus.emplace("Name", sdbus::Variant{options.name});
    if (!options.reference.empty()) bus.emplace("Reference", sdbus::Variant{options.reference});
    if (!options.labels.empty())
        bus.emplace("Labels", sdbus::Variant{std::map<std::string, std::string>{
                                  options.labels.begin(), options.labels.end()}});
    if (!options.signature.empty()) TRY(add_signature(bus, "Signature", options.signature));
    const std::string app = TRY(app_settings(options, arguments.after));
    if (!app.empty()) bus.emplace("App", sdbus::Variant{app});
    return bus;
}

}  // namespace

base::Result<int> verb_import(const Arguments& arguments) {
    const auto image = TRY(parse_local_image(arguments.words.front()));
    if (!image.reference.empty() && !arguments.options.reference.empty())
        return base::Error{base::ErrorCode::kInvalidArgument,
                           "--ref= and the word for the image both say which one of several"};
    const BusOptions options = TRY(bus_options(arguments));
    const std::string id = TRY(import_local(image, options, arguments.options));
    print_image_id(id, arguments.options.json);
    return kOk;
}

}  // namespace podd::podctl
