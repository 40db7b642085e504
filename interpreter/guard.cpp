#include "interpreter/guard.hpp"

#include <signal.h>
#include <ucontext.h>

#include <cstdint>
#include <mutex>

#include "interpreter/dispatch.hpp"
#include "runtime/store.hpp"

namespace airlock::interpreter {

#if AIRLOCK_FAST_DISPATCH && defined(__x86_64__) && defined(__linux__)

/// Where the section of the handlers begins and ends: made by the linker.
extern "C" const char __start_airlock_handlers[] __attribute__((visibility("hidden")));
extern "C" const char __stop_airlock_handlers[] __attribute__((visibility("hidden")));

namespace {

/// One activation of the dispatch loop, for the signal handler.
struct Activation {
  Registers* registers;
  sigjmp_buf leave;
};

thread_local Activation* innermost = nullptr;

struct sigaction previous_action[2];

std::uint64_t machine_register(const ucontext_t& context, int number) {
  return static_cast<std::uint64_t>(context.uc_mcontext.gregs[number]);
}

bool is_in_handler(const ucontext_t& context) {
  const std::uint64_t position = machine_register(context, REG_RIP);
  return position >= reinterpret_cast<std::uint64_t>(__start_airlock_handlers) &&
         position < reinterpret_cast<std::uint64_t>(__stop_airlock_handlers);
}

/// The interpreter's registers when the signal came, in the order in which `preserve_none` assigns
/// machine registers to arguments.
void read_registers(const ucontext_t& context, Registers& r) {
  r.code = reinterpret_cast<const Cell*>(machine_register(context, REG_R12));
  r.frame = reinterpret_cast<Slot*>(machine_register(context, REG_R13));
  r.memory = reinterpret_cast<std::byte*>(machine_register(context, REG_R14));
  r.instance = reinterpret_cast<Instance*>(machine_register(context, REG_R15));
}

/// Whether an access at `address` is one beyond the end of the memory that the running handler
/// accesses unchecked. Nothing that a register holds is believed: the instance must be one of the
/// store that runs. Its lists do not change while a handler accesses memory.
bool is_access_of_guest(const Registers& r, std::uint64_t address) {
  if (!r.run->store->owns(r.instance)) return false;
  const runtime::Memory* memory = r.instance->memory0;
  if (memory == nullptr || !memory->is_guarded() || memory->base != r.memory) return false;
  const auto base = reinterpret_cast<std::uint64_t>(memory->base);
  return address >= base && address - base < memory->reserved();
}

/// Lets a signal end the process as if there were no handler: it comes again when the handler is
/// left, by itself if the processor raised it, else because it is raised here.
void end_process(int signal, const siginfo_t& information) {
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
  if (information.si_code <= 0) ::raise(signal);
}

/// Hands a signal that is not ours to the handler installed before, under the conditions that it
/// was installed with.
void forward(int signal, siginfo_t* information, void* context) {
  struct sigaction& previous = previous_action[signal == SIGBUS ? 1 : 0];
  const bool has_information = (previous.sa_flags & SA_SIGINFO) != 0;
  if (!has_information && previous.sa_handler == SIG_IGN && information->si_code <= 0) return;
  if (!has_information && (previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN))
    return end_process(signal, *information);
  sigset_t blocked = previous.sa_mask;
  if ((previous.sa_flags & SA_NODEFER) == 0) sigaddset(&blocked, signal);
  sigset_t outer;
  pthread_sigmask(SIG_BLOCK, &blocked, &outer);
  const struct sigaction action = previous;
  if ((previous.sa_flags & static_cast<int>(SA_RESETHAND)) != 0) {
    previous.sa_flags = 0;
    previous.sa_handler = SIG_DFL;
  }
  if (has_information)
    action.sa_sigaction(signal, information, context);
  else
    action.sa_handler(signal);
  pthread_sigmask(SIG_SETMASK, &outer, nullptr);
}

void on_fault(int signal, siginfo_t* information, void* context) {
  Activation* activation = innermost;
  const auto& machine = *static_cast<const ucontext_t*>(context);
  // A positive code: the processor raised it, and the address is that of the access.
  if (activation != nullptr && information->si_code > 0 && is_in_handler(machine)) {
    Registers r = *activation->registers;
    read_registers(machine, r);
    if (is_access_of_guest(r, reinterpret_cast<std::uint64_t>(information->si_addr))) {
      *activation->registers = r;
      siglongjmp(activation->leave, 1);
    }
  }
  forward(signal, information, context);
}

void install() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action{};
    action.sa_sigaction = on_fault;
    // The handler does not return, so the signal must not stay blocked.
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, nullptr, &previous_action[0]);
    sigaction(SIGBUS, nullptr, &previous_action[1]);
    sigaction(SIGSEGV, &action, nullptr);
    sigaction(SIGBUS, &action, nullptr);
  });
}

}  // namespace

void dispatch_guarded(Registers& r) {
  install();
  Run* const run = r.run;
  Activation activation{.registers = &r, .leave = {}};
  Activation* const outer = innermost;
  innermost = &activation;
  if (sigsetjmp(activation.leave, 0) == 0) {
    dispatch(r);
  } else {
    r.run = run;
    raise(r, TrapCode::out_of_bounds_memory_access);
  }
  innermost = outer;
}

#else

/// Never called with guarded memories: see `guard_pages_supported`.
void dispatch_guarded(Registers& r) { dispatch(r); }

#endif

}  // namespace airlock::interpreter
