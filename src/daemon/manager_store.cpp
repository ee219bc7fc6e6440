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
                   auto arguments = work.arguments;
                   for (const std::string& word : work.images) {
                       const auto image = Images::find(word);
                       if (!image) return reply.fail(image.error());
                       arguments.push_back("--id=" + image->id);
                   }
                   transfers_.work(arguments, work.description, std::move(*held), user,
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
              .images = {},
              .description = "Removal of unused images of podd",
              .action = kManageImages,
              .details = {},
              .check = check_report_fd};
    if (grace != UINT64_MAX) work.arguments.push_back(fmt::format("--grace-usec={}", grace));
    start_work(std::move(result), work, report, flags);
}

void ManagerObject::VerifyImages(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                                 std::vector<std::string> images, sdbus::UnixFd report, bool repair,
                                 std::uint64_t flags) {
    Work work{.arguments = {"verify"},
              .images = std::move(images),
              .description = "Verification of images of podd",
              .action = kManageImages,
              .details = {},
              .check = check_report_fd};
    if (repair) work.arguments.emplace_back("--repair");
    start_work(std::move(result), work, report, flags);
}

void ManagerObject::CheckStore(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                               sdbus::UnixFd report, bool repair, std::uint64_t flags) {
    Work work{.arguments = {"fsck"},
              .images = {},
              .description = "Check of podd's store",
              .action = kManageImages,
              .details = {},
              .check = check_report_fd};
    if (repair) work.arguments.emplace_back("--repair");
    start_work(std::move(result), work, report, flags);
}

void ManagerObject::ExportImage(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                                std::string image, sdbus::UnixFd file, std::uint64_t flags) {
    const Work work{.arguments = {"export"},
                    .images = {image},
                    .description = "Export of an image of podd",
                    .action = kManageImages,
                    .details = {{"image", image}},
                    .check = check_export_fd};
    start_work(std::move(result), work, file, flags);
}

void ManagerObject::ExtractImage(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                                 std::string image, bool dependencies, sdbus::UnixFd file,
                                 std::uint64_t flags) {
    Work work{.arguments = {"extract"},
              .images = {image},
              .description = "Extraction of an image of podd",
              .action = kManageImages,
              .details = {{"image", image}},
              .check = check_export_fd};
    if (!dependencies) work.arguments.emplace_back("--own");
    start_work(std::move(result), work, file, flags);
}

void ManagerObject::GetImageHistory(sdbus::Result<std::uint32_t, sdbus::ObjectPath>&& result,
                                    std::string image, sdbus::UnixFd report, std::uint64_t flags) {
    const Work work{.arguments = {"history"},
                    .images = {image},
                    .description = "History of an image of podd",
                    .action = kInspectPods,
                    .details = {{"image", image}},
                    .check = check_report_fd};
    start_work(std::move(result), work, report, flags);
}

}  // namespace podd::daemon
