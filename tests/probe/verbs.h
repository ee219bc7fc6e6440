// SPDX-License-Identifier: LGPL-2.1-or-later
// What the probe can be asked to do; each returns the exit status.
#pragma once

namespace probe {

int first();
int list_descriptors();
int count();
int answer_connections();
int ids();
int watch();
int stop();
int send_notification(const char* text, int fd);

}  // namespace probe
