// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attach.h"

#include <fmt/format.h>

#include "network/cni_result.h"
#include "plugin.h"

namespace podd::cni {

using base::Json;
using base::Result;
using network::Attachment;
using network::Attachments;
using network::CniCommand;

namespace {

const std::string& type_of(const Attachment& one, std::size_t plugin) {
    return *one.network.plugins[plugin].find("type")->as_string();
}

// Where an error belongs: network, plugin and step.
std::string step_of(CniCommand command, const Attachment& one, std::size_t plugin) {
    return fmt::format("network \"{}\" at {}: plugin \"{}\", {}", one.network.name, one.interface,
                       type_of(one, plugin), name_of(command));
}

Result<Json> read_answer(const std::string& said) {
    auto result = TRY_CONTEXT(network::parse_plugin_answer(said), "its answer is not understood");
    TRY(network::cni_result(result));
    return result;
}

const Json* result_of(const Attachment& one) {
    return one.result ? &*one.result : nullptr;
}

}  // namespace

Result<> Caller::find_all(const Attachments& attachments) const {
    for (const auto& one : attachments.list)
        for (const auto& type : plugin_types(one.network))
            TRY_CONTEXT(network::find_plugin(settings_.plugin_folders, type), "network \"{}\"",
                        one.network.name);
    return {};
}

Result<std::string> Caller::call(CniCommand command, const Attachments& attachments,
                                 const Attachment& one, std::size_t plugin, const Json* previous,
                                 const std::string& netns) const {
    PluginCall call;
    call.path = TRY(network::find_plugin(settings_.plugin_folders, type_of(one, plugin)));
    call.environment =
        plugin_environment(command, attachments, one, netns, settings_.plugin_folders);
    call.request = plugin_request(one, plugin, previous).str();
    call.patience = std::chrono::seconds{settings_.plugin_timeout_sec};
    // What a plugin has given back only in part it may not find again: rules by addresses of a link
    // that is gone. Who adds is killed with its caller, and asked to give back all of it.
    call.outlives_caller = command == CniCommand::kDel;
    auto said = call_plugin(call);
    if (said) return said;
    return std::move(said).error().with_context(step_of(command, one, plugin));
}

Result<> Caller::add(const Attachments& attachments, Attachment& one,
                     const std::string& netns) const {
    for (std::size_t i = 0; i < one.network.plugins.size(); ++i) {
        const auto said = TRY(call(CniCommand::kAdd, attachments, one, i, result_of(one), netns));
        one.result = TRY_CONTEXT(read_answer(said), "{}", step_of(CniCommand::kAdd, one, i));
    }
    return {};
}

Result<> Caller::remove(const Attachments& attachments, const Attachment& one,
                        const std::string& netns) const {
    Result<> all;
    const auto* previous = is_checkable(one.network) ? result_of(one) : nullptr;
    for (std::size_t i = one.network.plugins.size(); i-- > 0;) {
        auto done = call(CniCommand::kDel, attachments, one, i, previous, netns);
        if (!done && all) all = std::move(done).error();
    }
    return all;
}

Result<> Caller::check(const Attachments& attachments, const Attachment& one,
                       const std::string& netns) const {
    if (one.network.disable_check || !is_checkable(one.network) || !one.result) return {};
    for (std::size_t i = 0; i < one.network.plugins.size(); ++i)
        TRY(call(CniCommand::kCheck, attachments, one, i, result_of(one), netns));
    return {};
}

}  // namespace podd::cni
