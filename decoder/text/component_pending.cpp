// Holds the place of the component assembler, so that the text layer links before it is there.
#include "decoder/text/parser.hpp"

namespace airlock::decoder::text {

Result<Assembled> assemble_component(Cursor& cursor, const Limits&) {
  auto error = cursor.error("the text format of components is not read yet");
  error.error().kind = ErrorKind::unsupported;
  return error;
}

}  // namespace airlock::decoder::text
