// SPDX-License-Identifier: LGPL-2.1-or-later
// MESSAGE_ID= of the steps in the life of a pod or an image. They never change: scripts look for
// them. Each is described by units/podd.catalog and podd.service(8).
#pragma once

#include <string_view>

namespace podd::message_id {

// POD_NAME, POD_UUID, and one POD_APP and POD_IMAGE for each app.
inline constexpr std::string_view kPodStarted = "ccbc174d89404dc78f245702b3654236";
// POD_NAME, POD_UUID, POD_RESULT.
inline constexpr std::string_view kPodEnded = "a1bb7d8a003e473ca94ffce1d99c91d4";
// POD_NAME; POD_UUID when it got that far.
inline constexpr std::string_view kPodStartFailed = "b16637292432494589d26b3e644a934d";
// POD_NAME, POD_UUID, POD_APP.
inline constexpr std::string_view kAppStartFailed = "40dc9b119c414150bd4b5563df95ba66";
// POD_NAME, POD_APP.
inline constexpr std::string_view kAppHealthy = "42292a33c8ab4990a32e47036552603d";
inline constexpr std::string_view kAppUnhealthy = "5152984f1fbc4b5eba40dbbd828acb93";
// POD_NAME, POD_APP, POD_CALLER_UID.
inline constexpr std::string_view kEnteredPrivileged = "c528b5803275417eba2d3daf8ebdf8cd";
// As that.
inline constexpr std::string_view kEnteredAsUser = "a814e037708f46ab8b87984f4cae633a";
// POD_IMAGE, POD_IMAGE_NAME.
inline constexpr std::string_view kImageImported = "5e85cd2a3d2645808efba58e6369ce68";
inline constexpr std::string_view kImageRemoved = "ccc222f721544bb8890265f149de1d90";
// None.
inline constexpr std::string_view kImportFailed = "a9e2b5dadfb043d6966253eda2cb3272";

}  // namespace podd::message_id
