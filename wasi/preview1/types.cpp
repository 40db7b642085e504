#include "wasi/preview1/types.hpp"

namespace airlock::wasi::preview1 {

Errno errno_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::access:
      return Errno::acces;
    case ErrorCode::would_block:
      return Errno::again;
    case ErrorCode::already:
      return Errno::already;
    case ErrorCode::bad_descriptor:
      return Errno::badf;
    case ErrorCode::busy:
      return Errno::busy;
    case ErrorCode::deadlock:
      return Errno::deadlk;
    case ErrorCode::quota:
      return Errno::dquot;
    case ErrorCode::exist:
      return Errno::exist;
    case ErrorCode::file_too_large:
      return Errno::fbig;
    case ErrorCode::illegal_byte_sequence:
      return Errno::ilseq;
    case ErrorCode::in_progress:
      return Errno::inprogress;
    case ErrorCode::interrupted:
      return Errno::intr;
    case ErrorCode::invalid:
      return Errno::inval;
    case ErrorCode::io:
      return Errno::io;
    case ErrorCode::is_directory:
      return Errno::isdir;
    case ErrorCode::loop:
      return Errno::loop;
    case ErrorCode::too_many_links:
      return Errno::mlink;
    case ErrorCode::message_size:
      return Errno::msgsize;
    case ErrorCode::name_too_long:
      return Errno::nametoolong;
    case ErrorCode::no_device:
      return Errno::nodev;
    case ErrorCode::no_entry:
      return Errno::noent;
    case ErrorCode::no_lock:
      return Errno::nolck;
    case ErrorCode::insufficient_memory:
      return Errno::nomem;
    case ErrorCode::insufficient_space:
      return Errno::nospc;
    case ErrorCode::not_directory:
      return Errno::notdir;
    case ErrorCode::not_empty:
      return Errno::notempty;
    case ErrorCode::not_recoverable:
      return Errno::notrecoverable;
    case ErrorCode::unsupported:
      return Errno::notsup;
    case ErrorCode::no_tty:
      return Errno::notty;
    case ErrorCode::no_such_device:
      return Errno::nxio;
    case ErrorCode::overflow:
      return Errno::overflow;
    case ErrorCode::not_permitted:
      return Errno::perm;
    case ErrorCode::pipe:
      return Errno::pipe;
    case ErrorCode::read_only:
      return Errno::rofs;
    case ErrorCode::invalid_seek:
      return Errno::spipe;
    case ErrorCode::text_file_busy:
      return Errno::txtbsy;
    case ErrorCode::cross_device:
      return Errno::xdev;
    case ErrorCode::too_many_open_files:
      return Errno::mfile;
  }
  return Errno::io;
}

Filetype filetype_of(FileType type) {
  switch (type) {
    case FileType::block_device:
      return Filetype::block_device;
    case FileType::character_device:
      return Filetype::character_device;
    case FileType::directory:
      return Filetype::directory;
    case FileType::regular_file:
      return Filetype::regular_file;
    case FileType::symbolic_link:
      return Filetype::symbolic_link;
    case FileType::socket:
      return Filetype::socket_stream;
    case FileType::fifo:  // 0.1 has no word for it
    case FileType::unknown:
      break;
  }
  return Filetype::unknown;
}

}  // namespace airlock::wasi::preview1
