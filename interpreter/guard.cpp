#include "interpreter/guard.hpp"

#include <signal.h>
#include <ucontext.h>

#include <mutex>

#include "interpreter/dispatch.hpp"

namespace airlock::interpreter {

namespace {

/// What a guarded memory reserves: two 32-bit numbers and the widest access.
constexpr std::uint64_t reservation = (std::uint64_t{1} << 33) + (std::uint64_t{1} << 16);

/// One activation of the dispatch loop, for the signal handler.
struct Activation {
  Registers* registers;
  sigjmp_buf leave;
};

thread_local Activation* innermost = nullptr;

struct sigaction previous_action[2];

/// Where the interpreter's registers are when the signal comes.
void read_registers([[maybe_unused]] const ucontext_t& context, [[maybe_unused]] Registers& r) {
#if AIRLOCK_FAST_DISPATCH && defined(__x86_64__)
  // The order in which `preserve_none` assigns registers to arguments.
  const auto& machine = context.uc_mcontext.gregs;
  r.code = reinterpret_cast<const Cell*>(machine[REG_R12]);
  r.frame = reinterpret_cast<Slot*>(machine[REG_R13]);
  r.memory = reinterpret_cast<std::byte*>(machine[REG_R14]);
  r.instance = reinterpret_cast<Instance*>(machine[REG_R15]);
#endif
}

/// Hands a signal that is not ours to whoever was there before.
void forward(int signal, siginfo_t* information, void* context) {
  const struct sigaction& previous = previous_action[signal == SIGBUS ? 1 : 0];
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, information, context);
  } else if (previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN) {
    // The access is repeated and ends the process as it would have.
    sigaction(signal, &previous, nullptr);
  } else {
    previous.sa_handler(signal);
  }
}

void on_fault(int signal, siginfo_t* information, void* context) {
  Activation* activation = innermost;
  if (activation != nullptr) {
    Registers r = *activation->registers;
    read_registers(*static_cast<const ucontext_t*>(context), r);
    const auto base = reinterpret_cast<std::uintptr_t>(r.memory);
    const auto address = reinterpret_cast<std::uintptr_t>(information->si_addr);
    if (base != 0 && address >= base && address - base < reservation) {
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
    sigaction(SIGSEGV, &action, &previous_action[0]);
    sigaction(SIGBUS, &action, &previous_action[1]);
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

}  // namespace airlock::interpreter
