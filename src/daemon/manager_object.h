// SPDX-License-Identifier: LGPL-2.1-or-later
// D-Bus object /org/podd1: unpack, authorise, delegate, answer. No pod logic lives here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/pinned.h"
#include "client/sdbus_compat.h"
#include "daemon/activity.h"
#include "daemon/authorizer.h"
#include "daemon/images.h"
#include "daemon/network_links.h"
#include "daemon/pod_control.h"
#include "daemon/pods.h"
#include "daemon/reply.h"
#include "daemon/transfers.h"
#include "daemon/verifier_unit.h"
#include "manager_adaptor.h"  // generated from dbus/org.podd1.Manager.xml

namespace podd::daemon {

class ManagerObject final
    : public sdbus::AdaptorInterfaces<org::podd1::Manager_adaptor, sdbus::ObjectManager_adaptor>,
      private base::Pinned {
public:
    /// `event` and `bus` must outlive this object.
    ManagerObject(sd_event* event, sdbus::IConnection& bus, Activity& activity);
    ~ManagerObject();

    /// Asks systemd for its version and its units; `ready` when calls can be answered.
    void load(client::Done<> ready);

private:
    using PodRow = sdbus::Struct<std::string, std::string, std::vector<std::string>, std::string,
                                 sdbus::ObjectPath>;
    using ImageRow = sdbus::Struct<std::string, std::string, std::map<std::string, std::string>,
                                   std::uint64_t, std::uint64_t, sdbus::ObjectPath>;
    using KeyRow = sdbus::Struct<std::string, std::vector<std::string>, std::uint64_t,
                                 std::uint64_t, bool, bool>;
    using FoundKeyRow = sdbus::Struct<std::string, std::string, std::vector<std::string>,
                                      std::uint64_t, std::uint64_t, bool, bool, std::string>;
    using TrustedKeyRow = sdbus::Struct<std::string, std::string, std::string, std::string>;
    using LinkRow = sdbus::Struct<
        std::string, std::string, std::string, std::vector<std::string>,
        std::vector<sdbus::Struct<std::string, std::string, std::uint16_t, std::uint16_t>>,
        std::uint64_t, std::uint64_t, std::vector<std::string>>;
    using InterfaceRow = sdbus::Struct<std::string, std::string, std::vector<std::string>>;
    using Diagnostic = sdbus::Struct<std::string, std::string>;
    using Options = std::map<std::string, sdbus::Variant>;

    void StartTransientPod(sdbus::Result<sdbus::ObjectPath>&& result, std::string name,
                           sdbus::UnixFd manifest, std::uint64_t flags) override;
    void StartPod(sdbus::Result<sdbus::ObjectPath>&& result, std::string name,
                  std::uint64_t flags) override;
    void StartPodWithOptions(sdbus::Result<sdbus::ObjectPath>&& result, std::string name,
                             Options options, std::uint64_t flags) override;
    void StopPod(sdbus::Result<>&& result, std::string name, std::uint64_t flags) override;
    void ListPods(sdbus::Result<std::vector<PodRow>>&& result) override;
    void GetPodManifest(sdbus::Result<std::string>&& result, std::string name,
                        std::uint64_t flags) override;
    void ListNetworkLinks(sdbus::Result<std::vector<LinkRow>>&& result,
                          std::uint64_t flags) override;
    void ListPodInterfaces(sdbus::Result<std::vector<InterfaceRow>>&& result, std::string name,
                           std::uint64_t flags) override;
    void VerifyManifest(sdbus::Result<std::vector<Diagnostic>>&& result, sdbus::UnixFd manifest,
                        std::string name) override;
    void ListImages(sdbus::Result<std::vector<ImageRow>>&& result) override;
    void GetImageManifest(sdbus::Result<std::string>&& result, std::string image,
                          std::uint64_t flags) override;
    void ImportImage(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result, sdbus::UnixFd file,
                     Options options, std::uint64_t flags) override;
    void FetchImage(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result, std::string reference,
                    Options options, std::uint64_t flags) override;
    void RemoveImage(sdbus::Result<std::string>&& result, std::string image,
                     std::uint64_t flags) override;
    void CollectImages(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                       sdbus::UnixFd report, std::uint64_t grace, std::uint64_t flags) override;
    void VerifyImages(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                      std::vector<std::string> images, sdbus::UnixFd report, bool repair,
                      std::uint64_t flags) override;
    void CheckStore(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result, sdbus::UnixFd report,
                    bool repair, std::uint64_t flags) override;
    void ExportImage(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result, std::string image,
                     sdbus::UnixFd file, std::uint64_t flags) override;
    void ExtractImage(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result, std::string image,
                      bool dependencies, sdbus::UnixFd file, std::uint64_t flags) override;
    void GetImageHistory(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                         std::string image, sdbus::UnixFd report, std::uint64_t flags) override;
    void InspectKey(sdbus::Result<std::vector<KeyRow>>&& result, sdbus::UnixFd key,
                    std::uint64_t flags) override;
    void FetchKeys(sdbus::Result<std::vector<FoundKeyRow>>&& result, std::string source,
                   std::uint64_t flags) override;
    void TrustKey(sdbus::Result<std::vector<std::string>>&& result, sdbus::UnixFd key,
                  std::string prefix, std::vector<std::string> fingerprints,
                  std::uint64_t flags) override;
    void DistrustKey(sdbus::Result<std::vector<std::string>>&& result, std::string fingerprint,
                     std::string prefix, std::uint64_t flags) override;
    void ListTrustedKeys(sdbus::Result<std::vector<TrustedKeyRow>>&& result) override;
    void Subscribe(sdbus::Result<>&& result) override;
    void Unsubscribe(sdbus::Result<>&& result) override;
    std::string Version() override { return PODD_VERSION; }
    std::uint32_t NPods() override { return pods_.count(); }
    std::uint32_t NTransfers() override { return transfers_.count(); }

    std::string sender() { return client::current_sender(getObject()); }
    /// Asks whether the caller may; then runs `next` with the caller's user id, else answers no.
    template <typename... Values>
    void authorized(const Reply<Values...>& reply, Request request,
                    std::function<void(uid_t)> next);
    void start_pod(const Reply<sdbus::ObjectPath>& reply, const std::string& name,
                   std::optional<PullPolicy> pull);
    void stop_pod(sdbus::Result<>&& result, const std::string& sender, const std::string& name,
                  std::uint64_t flags);
    void enter_app(sdbus::Result<std::string>&& result, const std::string& sender, EnterCall call);
    using TransferReply = Reply<std::uint32_t, sdbus::ObjectPath>;
    struct Caller {
        std::string peer;  // unique bus name
        uid_t user;
    };
    void fetch_image(const TransferReply& reply, const schema::DockerReference& reference,
                     PullPolicy pull, const Caller& caller);
    void fetch_aci(const TransferReply& reply, const schema::FetchReference& reference,
                   const std::string& signature, PullPolicy pull, const Caller& caller);
    /// Answers, and knows then who waits.
    Transfers::Started fetch_started(const TransferReply& reply, const std::string& peer);
    void transfer_started(const TransferReply& reply, const base::Result<const Transfer*>& started,
                          Transfers::Told told);
    void remove_image(const std::string& id, uid_t user, client::Done<> done);
    // One run of the importer, and what must hold before it starts.
    struct Work {
        std::vector<std::string> arguments;
        std::vector<std::string> images;  // words that callers know images by
        std::string description;
        const char* action;
        std::map<std::string, std::string> details;
        base::Result<> (*check)(int fd);
    };
    void start_work(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result, const Work& work,
                    const sdbus::UnixFd& file, std::uint64_t flags);
    void begin_import(const TransferReply& reply, base::UniqueFd file, const std::string& options,
                      uid_t user);
    /// Begins the import once the signature is found to be good.
    void import_signed(const TransferReply& reply, const std::string& sender,
                       std::shared_ptr<base::UniqueFd> file, base::UniqueFd signature,
                       const std::string& options, uid_t user);
    void refresh_images();
    void transfer_ended(const Transfer& transfer, const base::Result<ImportedImage>& result);
    // What the objects that are made beneath this one call back.
    PodObject::Handlers pod_handlers();
    Pods::Signals pod_signals();
    ImageObject::Remover image_remover();

    Activity& activity_;
    client::BusDriver driver_;
    client::Polkit polkit_;
    client::Systemd systemd_;
    Authorizer authorizer_;
    PodControl control_;
    Pods pods_;
    Images images_;
    Transfers transfers_;
    VerifierUnits verifier_;
    NetworkLinks network_links_;
};

template <typename... Values>
void ManagerObject::authorized(const Reply<Values...>& reply, Request request,
                               std::function<void(uid_t)> next) {
    authorizer_.check(std::move(request),
                      [reply, next = std::move(next)](const base::Result<uid_t>& user) {
                          if (!user) return reply.fail(user.error());
                          next(*user);
                      });
}

}  // namespace podd::daemon
