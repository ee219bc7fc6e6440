// SPDX-License-Identifier: LGPL-2.1-or-later
// The methods of org.podd1.Manager that are about images.
#include <ctime>

#include <fmt/format.h>

#include "base/log.h"
#include "client/bus_path.h"
#include "daemon/announce.h"
#include "daemon/import_options.h"
#include "daemon/local_file.h"
#include "daemon/manager_object.h"
#include "daemon/received_fd.h"

namespace podd::daemon {

namespace {

// Takes it out of the options; an empty descriptor where there is none.
base::Result<base::UniqueFd> take_signature(std::map<std::string, sdbus::Variant>& options,
                                            const std::string& key) {
    const auto found = options.find(key);
    if (found == options.end()) return base::UniqueFd{};
    const auto given = client::guarded([&] { return found->second.get<sdbus::UnixFd>(); });
    options.erase(found);
    if (!given)
        return base::Error{base::ErrorCode::kInvalidArgument,
                           fmt::format("option {}: {}", key, given.error().message())};
    auto fd = TRY(take_fd(*given));
    TRY(check_sealed_fd(fd.get(), "signature"));
    return fd;
}

std::uint64_t now_usec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

base::Result<std::string> text_in(const std::map<std::string, sdbus::Variant>& options,
                                  const std::string& key) {
    const auto found = options.find(key);
    if (found == options.end()) return std::string{};
    auto text = client::guarded([&] { return found->second.get<std::string>(); });
    if (text && !text->empty()) return text;
    return base::Error{
        base::ErrorCode::kInvalidArgument,
        fmt::format("option {}: {}", key, text ? "an empty text" : text.error().message())};
}

// Takes it out of the options; empty where there is none.
base::Result<std::string> take_text(std::map<std::string, sdbus::Variant>& options,
                                    const std::string& key) {
    auto text = text_in(options, key);
    options.erase(key);
    return text;
}

// What ImportImage() was given, with its descriptors held.
struct ImportOrder {
    base::UniqueFd file;
    base::UniqueFd signature;  // that is to be looked at
    base::UniqueFd beside;     // that need not be
    std::string place;
    std::map<std::string, sdbus::Variant> options;
};

base::Result<ImportOrder> take_order(const sdbus::UnixFd& file,
                                     std::map<std::string, sdbus::Variant> options) {
    ImportOrder order;
    order.file = TRY(take_fd(file));
    order.signature = TRY(take_signature(options, "Signature"));
    order.beside = TRY(take_signature(options, "SignatureBeside"));
    order.place = TRY(take_text(options, "Place"));
    order.options = std::move(options);
    if (order.beside && order.place.empty())
        return base::Error{base::ErrorCode::kInvalidArgument,
                           "option SignatureBeside is of a file with a Place"};
    return order;
}

// Where the policy is asked about it, as of an image that is fetched; a file without a place is
// its giver's word. What is left of `order` is to be done.
base::Result<std::string> accepted_options(ImportOrder& order, uid_t user) {
    using Signature = LocalFile::Signature;
    if (order.place.empty()) return import_options(order.options, user);
    // Who is root may say what he likes of a file, and could import it.
    if (user != 0) TRY(check_lies_at(order.file.get(), order.place));
    const auto digest = TRY(text_in(order.options, "Digest"));
    const auto signature = order.signature ? Signature::kNamed
                           : order.beside  ? Signature::kBeside
                                           : Signature::kNone;
    const auto policy = TRY(trust::Policy::read());
    const auto accepted = TRY(
        accept_file({.path = order.place, .digest = digest, .signature = signature}, policy, user));
    if (accepted.needs_signature() && order.beside) order.signature = std::move(order.beside);
    return import_options(order.options, user, accepted.verification);
}

}  // namespace

void ManagerObject::refresh_images() {
    if (const auto done = images_.refresh(); !done)
        base::log_line(base::LogLevel::kWarning, "reading the store: " + done.error().message());
}

void ManagerObject::transfer_ended(const Transfer& transfer,
                                   const base::Result<ImportedImage>& result) {
    refresh_images();
    std::string image;
    std::string error;
    std::string message;
    if (result) {
        image = result->id;
    } else {
        error = client::bus_error_name(result.error().code());
        message = result.error().message();
    }
    announce([&] {
        emitTransferRemoved(transfer.id(), sdbus::ObjectPath{transfer.path()}, image, error,
                            message);
    });
}

void ManagerObject::ListImages(sdbus::Result<std::vector<ImageRow>>&& result) {
    const Reply<std::vector<ImageRow>> reply{std::move(result), activity_};
    if (const auto done = images_.refresh(); !done) return reply.fail(done.error());
    std::vector<ImageRow> rows;
    for (const store::ImageRecord& image : images_.list())
        rows.emplace_back(image.id, image.manifest.name.str(), labels_of(image), image.size_bytes,
                          image.imported_usec, sdbus::ObjectPath{client::image_path(image.id)});
    reply.ok(rows);
}

void ManagerObject::GetImageManifest(sdbus::Result<std::string>&& result, std::string image,
                                     std::uint64_t flags) {
    const Reply<std::string> reply{std::move(result), activity_};
    authorized(reply, {sender(), kInspectPods, {{"image", image}}, flags}, [reply, image](uid_t) {
        const auto record = Images::find(image);
        if (!record) return reply.fail(record.error());
        reply.ok(record->manifest.to_json().str());
    });
}

void ManagerObject::ImportImage(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                                sdbus::UnixFd file, Options options, std::uint64_t flags) {
    const TransferReply reply{std::move(result), activity_};
    auto taken = take_order(file, std::move(options));
    if (!taken) return reply.fail(taken.error());
    const auto order = std::make_shared<ImportOrder>(std::move(*taken));
    authorized(reply, {sender(), kManageImages, {}, flags},
               [this, reply, order, caller = sender()](uid_t user) {
                   if (const auto good = check_image_fd(order->file.get(), user); !good)
                       return reply.fail(good.error());
                   const auto text = accepted_options(*order, user);
                   if (!text) return reply.fail(text.error());
                   if (order->signature)
                       return import_signed(
                           reply, caller, std::make_shared<base::UniqueFd>(std::move(order->file)),
                           std::move(order->signature), *text, user);
                   begin_import(reply, std::move(order->file), *text, user);
               });
}

void ManagerObject::begin_import(const TransferReply& reply, base::UniqueFd file,
                                 const std::string& options, uid_t user) {
    transfers_.import(std::move(file), options, user,
                      [this, reply](const base::Result<const Transfer*>& started) {
                          transfer_started(reply, started, Transfers::Told::kNow);
                      });
}

void ManagerObject::transfer_started(const TransferReply& reply,
                                     const base::Result<const Transfer*>& started,
                                     Transfers::Told told) {
    if (!started) return reply.fail(started.error());
    const Transfer& transfer = **started;
    const sdbus::ObjectPath path{transfer.path()};
    reply.ok(transfer.id(), path);
    if (told == Transfers::Told::kNow) announce([&] { emitTransferNew(transfer.id(), path); });
}

Transfers::Started ManagerObject::fetch_started(const TransferReply& reply,
                                                const std::string& peer) {
    return
        [this, reply, peer](const base::Result<const Transfer*>& transfer, Transfers::Told told) {
            if (transfer) transfers_.join((*transfer)->id(), peer);
            transfer_started(reply, transfer, told);
        };
}

void ManagerObject::FetchImage(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                               std::string reference, Options options, std::uint64_t flags) {
    const TransferReply reply{std::move(result), activity_};
    authorized(reply, {sender(), kManageImages, {{"image", schema::shown(reference)}}, flags},
               [this, reply, reference, peer = sender(),
                options = std::move(options)](uid_t user) mutable {
                   const auto parsed = schema::parse_fetch_reference(reference);
                   if (!parsed) return reply.fail(parsed.error());
                   const auto signature = take_text(options, "Signature");
                   if (!signature) return reply.fail(signature.error());
                   const auto pod = take_text(options, "StartOf");
                   if (!pod) return reply.fail(pod.error());
                   const auto asked = fetch_options(options);
                   if (!asked) return reply.fail(asked.error());
                   const PullPolicy pull = control_.pull_policy_of(*pod).value_or(*asked);
                   const Caller caller{peer, user};
                   const auto* docker = std::get_if<schema::DockerReference>(&*parsed);
                   if (docker == nullptr)
                       return fetch_aci(reply, *parsed, *signature, pull, caller);
                   if (!signature->empty())
                       return reply.fail({base::ErrorCode::kInvalidArgument,
                                          "only ACIs, by URL or by name, have such a signature"});
                   fetch_image(reply, *docker, pull, caller);
               });
}

void ManagerObject::fetch_aci(const TransferReply& reply, const schema::FetchReference& reference,
                              const std::string& signature, PullPolicy pull, const Caller& caller) {
    const auto started = fetch_started(reply, caller.peer);
    const auto images = Images::stored();
    if (!images) return reply.fail(images.error());
    const auto have = stored_aci(*images, reference, pull, now_usec(), Images::check_accepted);
    if (!have) return reply.fail(have.error());
    if (const auto& take = have->take; take)
        return transfers_.found(*take, {caller.user, schema::kept(reference)}, started);
    const auto policy = trust::Policy::read();
    if (!policy) return reply.fail(policy.error());
    const auto plan = plan_aci(reference, signature, *policy, caller.user);
    if (!plan) return reply.fail(plan.error());
    transfers_.fetch_aci(*plan, *policy, have->known, caller.user, started);
}

void ManagerObject::fetch_image(const TransferReply& reply,
                                const schema::DockerReference& reference, PullPolicy pull,
                                const Caller& caller) {
    const auto started = fetch_started(reply, caller.peer);
    const auto policy = trust::Policy::read();
    if (!policy) return reply.fail(policy.error());
    const auto image = Images::find_fetched(reference, *policy);
    if (image && pull != PullPolicy::kAlways)
        return transfers_.found(*image, {caller.user, reference.str()}, started);
    if (pull == PullPolicy::kNever) return reply.fail(image.error());
    const auto plan = plan_fetch(reference, *policy, caller.user);
    if (!plan) return reply.fail(plan.error());
    if (plan->needs_signature())
        if (const auto keys = key_files_for(reference.name()); !keys)
            return reply.fail(keys.error());
    const auto images = Images::stored();
    if (!images) return reply.fail(images.error());
    InStore in_store{.blobs = stored_blobs(*images)};
    // One of that name that came from elsewhere has no id that a registry knows.
    if (image && image->kind == store::ImageKind::kOci) in_store.known = image->id;
    transfers_.fetch(*plan, in_store, caller.user, started);
}

void ManagerObject::RemoveImage(sdbus::Result<std::string>&& result, std::string image,
                                std::uint64_t flags) {
    const Reply<std::string> reply{std::move(result), activity_};
    authorized(reply, {sender(), kManageImages, {{"image", image}}, flags},
               [this, reply, image](uid_t user) {
                   const auto record = Images::find(image);
                   if (!record) return reply.fail(record.error());
                   remove_image(record->id, user,
                                [reply, id = record->id](const base::Result<>& done) {
                                    if (!done) return reply.fail(done.error());
                                    reply.ok(id);
                                });
               });
}

void ManagerObject::remove_image(const std::string& id, uid_t user, client::Done<> done) {
    transfers_.remove(id, user, [this, done = std::move(done)](const base::Result<>& removed) {
        refresh_images();
        done(removed);
    });
}

}  // namespace podd::daemon
