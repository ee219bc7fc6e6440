// SPDX-License-Identifier: LGPL-2.1-or-later
// JSON pointers into a pod's manifest, for what is found when it is looked at as a whole; pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "schema/pod_manifest.h"

namespace podd::pod {

/// "/annotations/2", "/isolators/0", after `at`; the list itself when none is called so.
std::string annotation_pointer(const std::string& at,
                               const std::vector<schema::Annotation>& annotations,
                               std::string_view name);
std::string isolator_pointer(const std::string& at, const std::vector<schema::Isolator>& isolators,
                             std::string_view name);

/// Of one app. What stands in its image instead is at "/apps/0/image".
class AppPointers {
public:
    /// Borrows the manifest.
    AppPointers(const schema::PodManifest& manifest, std::size_t index);

    std::string image() const { return app_ + "/image"; }
    /// Of the "app" object, "/apps/0/app/user"; empty `path`: the object.
    std::string member(std::string_view path) const;
    /// Of the app, or else of the pod.
    std::string isolator(std::string_view name) const;
    std::string handler(schema::EventHandler::Name name) const;
    std::string annotation(std::string_view name) const;
    /// What puts a volume there: an entry of "mounts", or a mount point.
    std::string mount(std::string_view target) const;
    /// The volume there, where the manifest has it.
    std::string volume(const schema::Volume& volume, std::string_view target) const;

private:
    const schema::PodManifest& manifest_;
    const schema::RuntimeApp& runtime_;
    std::string app_;
};

}  // namespace podd::pod
