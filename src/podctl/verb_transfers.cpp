// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl list-transfers, podctl cancel-transfer
#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "podctl/manager.h"
#include "podctl/progress_text.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"
#include "transfer_proxy.h"  // generated from dbus/org.podd1.Transfer.xml

namespace podd::podctl {

namespace {

constexpr const char* kInterface = org::podd1::Transfer_proxy::INTERFACE_NAME;

using Properties = std::map<std::string, sdbus::Variant>;

base::Result<std::map<std::uint32_t, Properties>> all_transfers(sdbus::IConnection& bus) {
    return client::guarded([&] {
        std::map<sdbus::ObjectPath, std::map<std::string, Properties>> objects;
        client::make_proxy(bus, client::kBusName, client::kManagerPath)
            ->callMethod("GetManagedObjects")
            .onInterface("org.freedesktop.DBus.ObjectManager")
            .storeResultsTo(objects);
        std::map<std::uint32_t, Properties> transfers;
        for (const auto& [path, interfaces] : objects)
            if (const auto found = interfaces.find(kInterface); found != interfaces.end())
                transfers.emplace(property_or<std::uint32_t>(found->second, "Id", 0),
                                  found->second);
        return transfers;
    });
}

std::vector<Cell> row_of(std::uint32_t id, const Properties& all) {
    const auto number = [&](const char* name) {
        return property_or<std::uint64_t>(all, name, std::uint64_t{0});
    };
    const auto text = [&](const char* name) { return property_or(all, name, std::string{}); };
    const TransferState state{text("Phase"), number("Bytes"), number("Total"), number("Rate"), {}};
    const std::string rate = state.rate == 0 ? "-" : fmt::format("{}/s", human_bytes(state.rate));
    const std::string total = state.total == 0 ? "-" : human_bytes(state.total);
    return {{std::uint64_t{id}, fmt::format("{}", id)},
            {state.phase, state.phase},
            {state.bytes, human_bytes(state.bytes)},
            {state.total, total},
            {state.rate, rate},
            {text("Reference"), text("Reference")},
            {text("Unit"), text("Unit")}};
}

base::Result<> cancel(const Session& session, const std::string& word) {
    std::uint32_t id = 0;
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, id);
    const auto transfers = TRY(all_transfers(*session.bus));
    if (error != std::errc{} || stop != end || !transfers.contains(id))
        return base::Error{base::ErrorCode::kNotFound,
                           fmt::format("there is no transfer \"{}\"", word)};
    return client::guarded([&] {
        bool stopped = false;
        client::make_proxy(*session.bus, client::kBusName,
                           fmt::format("{}/transfer/{}", client::kManagerPath, id))
            ->callMethod("Cancel")
            .onInterface(kInterface)
            .withArguments(session.manager->flags())
            .storeResultsTo(stopped);
    });
}

}  // namespace

base::Result<int> verb_list_transfers(const Arguments& arguments) {
    const Session session = TRY(Session::open(arguments.options));
    Table table{"transfers",
                {{"ID", "id", true},
                 {"PHASE", "phase"},
                 {"BYTES", "bytes", true},
                 {"TOTAL", "total", true},
                 {"RATE", "rate", true},
                 {"IMAGE", "image"},
                 {"UNIT", "unit"}},
                {}};
    for (const auto& [id, all] : TRY(all_transfers(*session.bus)))
        table.rows.push_back(row_of(id, all));
    print_table(table, arguments.options);
    return kOk;
}

base::Result<int> verb_cancel_transfer(const Arguments& arguments) {
    const Session session = TRY(Session::open(arguments.options));
    int status = kOk;
    for (const std::string& word : arguments.words) {
        const auto done = cancel(session, word);
        if (done) continue;
        print_error(done.error(), arguments.options.json);
        status = kFailure;
    }
    return status;
}

}  // namespace podd::podctl
