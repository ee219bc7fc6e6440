// SPDX-License-Identifier: LGPL-2.1-or-later
// What system tests run as an app: one static program, so that its first line is the app's first
// line.
//   probe first            what the process has, as text: descriptors, environment, signals; then
//                          wait
//   probe fds              the descriptors only
//   probe report PATH…     what an app can see and do, as JSON; of each PATH, too
//   probe count            each signal that arrives and who sent it; end a second after SIGTERM
//   probe notify TEXT…     send each TEXT to $NOTIFY_SOCKET
//   probe notify-fd TEXT   the same, with a descriptor
//   probe listen           what systemd has handed it; then say at each of its sockets which it is
//   probe key              whether its session keyring is the one that systemd made for the unit
//   probe ids              real and effective ids
//   probe watch            try to get hold of each process that joins the pod, as long as it is
//                          podd's
//   probe stop             stop each such process
// And those of escape.h and flood.h.
#include <cstdio>
#include <string>
#include <vector>

#include <unistd.h>

#include "escape.h"
#include "flood.h"
#include "report.h"
#include "verbs.h"

int main(int argc, char** argv) {
    using namespace probe;
    const std::string verb = argc > 1 ? argv[1] : "first";
    if (verb == "first") return first();
    if (verb == "report") {
        std::printf("%s", report({argv, argv + argc}).c_str());
        return 0;
    }
    if (verb == "count") return count();
    if (verb == "ids") return ids();
    if (verb == "key") return std::puts(key_of_systemd().c_str()) < 0 ? 1 : 0;
    if (verb == "listen") return answer_connections();
    if (verb == "watch") return watch();
    if (verb == "stop") return stop();
    if (verb == "fds") return list_descriptors();
    if (const auto done = escape(verb, argc > 2 ? argv[2] : nullptr)) return *done;
    if (const auto done = flood(verb, argc > 2 ? argv[2] : nullptr)) return *done;
    if (verb == "notify-fd" && argc == 3) return send_notification(argv[2], STDOUT_FILENO);
    int status = verb == "notify" ? 0 : 2;
    for (int i = 2; i < argc && status == 0; ++i)
        status = send_notification(argv[i], -1);
    return status;
}
