// What C++ exceptions need in addition to libc++ and libc++abi if these were built without
// exceptions, like Debian's packages for wasm32: the functions that `throw` and `catch` are
// compiled to (Itanium C++ ABI, Exception Handling, level II), and the choice of a handler, which
// an unwinder and a personality function make on other machines. In WebAssembly the runtime
// unwinds: a `throw` is a Wasm exception with the tag `__cpp_exception`, and a landing pad asks
// which of its handlers to run.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <typeinfo>

__asm__(
    ".globl __cpp_exception\n"
    ".tagtype __cpp_exception i32\n"
    "__cpp_exception:\n");

namespace {

/// In WebAssembly's C++ ABI a destructor returns the object.
using Destructor = void* (*)(void*);

/// The header before the thrown object.
struct alignas(16) Exception {
  const std::type_info* type;
  Destructor destroy;
  int handlers;      ///< that have caught it and have not ended; negative: it was thrown again
  Exception* below;  ///< the exception caught before it
  void* adjusted;    ///< the object as the handler sees it

  void* object() { return this + 1; }
};

/// The innermost caught exception whose handler has not ended.
Exception* caught = nullptr;

/// The type descriptors of libc++abi know what a handler may catch; this is the position of that
/// function in their virtual table.
class TypeDescriptor : public std::type_info {
 public:
  virtual void reserved_one() const;
  virtual void reserved_two() const;
  virtual bool can_catch(const TypeDescriptor* thrown, void*& object) const = 0;
};

std::uint32_t read_unsigned(const std::uint8_t*& at) {
  std::uint32_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = *at++;
    value |= std::uint32_t{byte & 0x7fu} << shift;
    if ((byte & 0x80) == 0) return value;
  }
}

std::int32_t read_signed(const std::uint8_t*& at) {
  std::int32_t value = 0;
  unsigned shift = 0;
  std::uint8_t byte = 0;
  do {
    byte = *at++;
    value |= static_cast<std::int32_t>(std::uint32_t{byte & 0x7fu} << shift);
    shift += 7;
  } while ((byte & 0x80) != 0);
  if ((byte & 0x40) != 0 && shift < 32) value |= static_cast<std::int32_t>(~0u << shift);
  return value;
}

bool catches(const std::type_info* handler, Exception& exception) {
  exception.adjusted = exception.object();
  if (handler == nullptr) return true;  // catch (...)
  return static_cast<const TypeDescriptor*>(handler)->can_catch(
      static_cast<const TypeDescriptor*>(exception.type), exception.adjusted);
}

constexpr std::uint8_t omitted = 0xff;

}  // namespace

extern "C" {

/// A landing pad writes the first two and reads the third.
struct {
  std::uint32_t landing_pad;
  const std::uint8_t* table;  ///< of the function: handlers by landing pad
  std::int32_t selector;
} __wasm_lpad_context;

/// Chooses the handler of a landing pad. Zero: there is none, only a cleanup.
int _Unwind_CallPersonality(void* thrown) {
  auto& exception = *static_cast<Exception*>(thrown);
  __wasm_lpad_context.selector = 0;
  const std::uint8_t* at = __wasm_lpad_context.table;
  if (*at++ != omitted) std::abort();  // base of landing pads
  const std::uint8_t* types = nullptr;
  if (*at++ != omitted) {
    const std::uint32_t offset = read_unsigned(at);
    types = at + offset;
  }
  ++at;  // encoding of the next table, which is always this one
  const std::uint32_t length = read_unsigned(at);
  const std::uint8_t* action = at + length;
  for (std::uint32_t i = 0; i < __wasm_lpad_context.landing_pad; ++i) {
    read_unsigned(at);
    read_unsigned(at);
  }
  read_unsigned(at);
  const std::uint32_t first = read_unsigned(at);
  if (first == 0) return 0;
  for (action += first - 1;;) {
    const std::int32_t handler = read_signed(action);
    const std::uint8_t* const here = action;
    const std::int32_t next = read_signed(action);
    if (handler > 0) {
      const std::type_info* type;
      std::memcpy(&type, types - handler * sizeof type, sizeof type);
      if (catches(type, exception)) {
        __wasm_lpad_context.selector = handler;
        return 0;
      }
    }
    if (next == 0) return 0;
    action = here + next;
  }
}

void* __cxa_allocate_exception(std::size_t size) throw() {
  auto* exception = static_cast<Exception*>(std::calloc(1, sizeof(Exception) + size));
  if (exception == nullptr) std::terminate();
  return exception->object();
}

void __cxa_free_exception(void* object) throw() { std::free(static_cast<Exception*>(object) - 1); }

void __cxa_throw(void* object, std::type_info* type, Destructor destroy) {
  auto* exception = static_cast<Exception*>(object) - 1;
  exception->type = type;
  exception->destroy = destroy;
  __builtin_wasm_throw(0, exception);
}

void* __cxa_get_exception_ptr(void* thrown) throw() {
  return static_cast<Exception*>(thrown)->adjusted;
}

void* __cxa_begin_catch(void* thrown) throw() {
  auto* exception = static_cast<Exception*>(thrown);
  exception->handlers = std::abs(exception->handlers) + 1;
  if (caught != exception) {
    exception->below = caught;
    caught = exception;
  }
  return exception->adjusted;
}

void __cxa_end_catch() {
  Exception* exception = caught;
  if (exception == nullptr) return;
  const bool is_thrown_again = exception->handlers < 0;
  exception->handlers += is_thrown_again ? 1 : -1;
  if (exception->handlers != 0) return;
  caught = exception->below;
  if (is_thrown_again) return;
  if (exception->destroy != nullptr) exception->destroy(exception->object());
  __cxa_free_exception(exception->object());
}

void __cxa_rethrow() {
  if (caught == nullptr) std::terminate();
  caught->handlers = -caught->handlers;
  __builtin_wasm_throw(0, caught);
}

}  // extern "C"
