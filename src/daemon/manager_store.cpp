// SPDX-License-Identifier: LGPL-2.1-or-later
// The methods of org.podd1.Manager that look after the store. The work and all reading of images is
// the importer's.
#include "client/bus_path.h"
#include "daemon/announce.h"
#include "daemon/manager_object.h"
#include "daemon/received_fd.h"

namespace podd::daemon {

void ManagerObject::start_work(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                               const Work& work, const sdbus::UnixFd& file, std::uint64_t flags) {
    const Reply<std::uint32_t, sdbus::ObjectPath> reply{std::move(result), activity_};
    auto taken = take_fd(file);
    if (!taken) return reply.fail(taken.error());
    const auto held = std::make_shared<base::UniqueFd>(std::move(*taken));
    authorized(reply, {sender(), work.action, work.details, flags},
               [this, reply, held, work](uid_t user) {
                   if (const auto good = work.check(held->get()); !good)
                       return reply.fail(good.error());
                   transfers_.work(work.arguments, work.description, std::move(*held), user,
                                   [this, reply](const base::Result<const Transfer*>& started) {
                                       if (!started) return reply.fail(started.error());
                                       const Transfer& transfer = **started;
                                       reply.ok(transfer.id(), sdbus::ObjectPath{transfer.path()});
                                       announce([&] {
                                           emitTransferNew(transfer.id(),
                                                           sdbus::ObjectPath{transfer.path()});
                                       });
                                   });
               });
}

void ManagerObject::CollectImages(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                                  sdbus::UnixFd report, std::uint64_t grace, std::uint64_t flags) {
    Work work{.arguments = {"gc"},
              .description = "Removal of unused images of podd",
              .action = kManageImages,
              .details = {},
              .check = check_report_fd};
    if (grace != UINT64_MAX) work.arguments.push_back(fmt::format("--grace-usec={}", grace));
    start_work(std::move(result), work, report, flags);
}

}  // namespace podd::daemon
