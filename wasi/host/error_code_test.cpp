#include "wasi/host/error_code.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "wasi/preview1/types.hpp"

namespace airlock::wasi {
namespace {

using preview1::Errno;
using preview1::errno_of;

struct Mapping {
  int host;
  std::string_view name;   ///< in wasi:filesystem
  std::uint16_t preview1;  ///< position among the witx cases of `errno`
};

// Written down from the two specifications, not from the code.
constexpr Mapping mappings[] = {
    {EACCES, "access", 2},
    {EAGAIN, "would-block", 6},
    {EWOULDBLOCK, "would-block", 6},
    {EALREADY, "already", 7},
    {EBADF, "bad-descriptor", 8},
    {EBUSY, "busy", 10},
    {EDEADLK, "deadlock", 16},
    {EDQUOT, "quota", 19},
    {EEXIST, "exist", 20},
    {EFBIG, "file-too-large", 22},
    {EILSEQ, "illegal-byte-sequence", 25},
    {EINPROGRESS, "in-progress", 26},
    {EINTR, "interrupted", 27},
    {EINVAL, "invalid", 28},
    {EIO, "io", 29},
    {EISDIR, "is-directory", 31},
    {ELOOP, "loop", 32},
    {EMFILE, "too-many-open-files", 33},
    {ENFILE, "too-many-open-files", 33},
    {EMLINK, "too-many-links", 34},
    {EMSGSIZE, "message-size", 35},
    {ENAMETOOLONG, "name-too-long", 37},
    {ENODEV, "no-device", 43},
    {ENOENT, "no-entry", 44},
    {ENOLCK, "no-lock", 46},
    {ENOMEM, "insufficient-memory", 48},
    {ENOSPC, "insufficient-space", 51},
    {ENOTDIR, "not-directory", 54},
    {ENOTEMPTY, "not-empty", 55},
    {ENOTRECOVERABLE, "not-recoverable", 56},
    {ENOTSUP, "unsupported", 58},
    {ENOSYS, "unsupported", 58},
    {ENOTTY, "no-tty", 59},
    {ENXIO, "no-such-device", 60},
    {EOVERFLOW, "overflow", 61},
    {EPERM, "not-permitted", 63},
    {EPIPE, "pipe", 64},
    {EROFS, "read-only", 69},
    {ESPIPE, "invalid-seek", 70},
    {ETXTBSY, "text-file-busy", 74},
    {EXDEV, "cross-device", 75},
    {EKEYREJECTED, "io", 29},
    {0, "io", 29},
};

TEST(ErrorCode, every_errno_has_its_word_in_both_versions) {
  for (const Mapping& mapping : mappings) {
    const ErrorCode code = error_from_errno(mapping.host);
    EXPECT_EQ(error_name(code), mapping.name);
    EXPECT_EQ(static_cast<std::uint16_t>(errno_of(code)), mapping.preview1) << mapping.name;
  }
}

TEST(ErrorCode, what_0_2_does_not_know_has_a_neighbour_there) {
  for (int host = 0; host < 200; ++host) {
    EXPECT_LT(static_cast<int>(in_preview2(error_from_errno(host))), error_code_count);
  }
}

TEST(ErrorCode, the_last_cases_stand_where_the_specifications_have_them) {
  EXPECT_EQ(static_cast<int>(ErrorCode::cross_device), 36);
  EXPECT_EQ(static_cast<int>(Errno::notcapable), 76);
}

}  // namespace
}  // namespace airlock::wasi
