// wasi_unstable, the snapshot before wasi_snapshot_preview1: what differs from it.
//
// Programs built before 2020 import it. `fd_seek` numbers its bases differently, `filestat` has
// a narrower count of links, and a clock's subscription has an identifier that is not used.
// Everything else is as in the later snapshot (preview0/witx on the branch wasi-0.1 of WASI).
#pragma once

#include <cstdint>

#include "wasi/preview1/call.hpp"

namespace airlock::wasi::preview1::unstable {

Errno fd_filestat_get(Call& call, std::uint32_t fd, std::uint32_t out);
Errno fd_seek(Call& call, std::uint32_t fd, std::uint64_t delta, std::uint32_t whence,
              std::uint32_t out);
Errno path_filestat_get(Call& call, std::uint32_t fd, std::uint32_t flags, std::uint32_t path,
                        std::uint32_t length, std::uint32_t out);
Errno poll_oneoff(Call& call, std::uint32_t subscriptions, std::uint32_t events,
                  std::uint32_t count, std::uint32_t out);

}  // namespace airlock::wasi::preview1::unstable
