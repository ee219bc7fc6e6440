// SPDX-License-Identifier: LGPL-2.1-or-later
// Base for objects whose address others hold: event sources, D-Bus objects, owners of callbacks.
#pragma once

namespace podd::base {

class Pinned {
protected:
    Pinned() = default;
    ~Pinned() = default;

public:
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;
};

}  // namespace podd::base
