// SPDX-License-Identifier: LGPL-2.1-or-later
// What happens with a fetch's folder when the fetcher has ended, whatever ended it.
#pragma once

#include "base/result.h"

namespace podd::fetcher {

enum class End : unsigned char {
    kDone,     // somebody else needs what is there now
    kCut,      // it may be gone on with
    kStopped,  // with podd: nobody will
};
/// As the service manager tells commands of ExecStopPost=.
End end_of_service();

/// Empties the folder where nothing in it is of use. Errors: kIo.
base::Result<> tidy(int directory_fd, End end);

}  // namespace podd::fetcher
