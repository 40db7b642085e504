// WASI for hosts that use the embedding API.
#include "airlock/component.hpp"
#include "airlock/linker.hpp"
#include "airlock/wasi.hpp"

namespace airlock::wasi {
namespace {

std::unexpected<Error> store_is_gone() {
  return fail(ErrorKind::argument, "the store of this linker has been destroyed");
}

}  // namespace

Result<void> grant(const airlock::Linker& linker, const std::shared_ptr<Context>& context) {
  auto* inner = linker.inner();
  if (inner == nullptr) return store_is_gone();
  return define_preview1(*inner, context);
}

Result<void> grant(const component::Linker& linker, const std::shared_ptr<Context>& context) {
  auto* store = linker.inner_store();
  if (store == nullptr) return store_is_gone();
  define_preview2(linker.inner(), context);
  run_event_loop(*store, context);
  return {};
}

}  // namespace airlock::wasi
