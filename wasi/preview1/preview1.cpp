// From calls of the interpreter to the functions of WASI 0.1, and back when they have to wait.

#include "wasi/preview1/preview1.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "runtime/instance.hpp"
#include "wasi/preview1/call.hpp"
#include "wasi/preview1/unstable.hpp"

namespace airlock::wasi::preview1 {

namespace {

using decoder::ValueType;
using runtime::NativeCall;
using runtime::Outcome;
using runtime::Slot;

/// The most parameters a function has (path_open).
constexpr std::size_t most_parameters = 9;
using Arguments = std::array<Slot, most_parameters>;
using Invoke = Errno (*)(Call&, const Arguments&);

template <typename T>
T argument(const Slot& slot) {
  static_assert(std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t>);
  if constexpr (sizeof(T) == 4) {
    return slot.i32;
  } else {
    return slot.i64;
  }
}

/// Name, core type and entry of a function, from its C++ type.
struct Row {
  std::string_view name;
  std::vector<ValueType> parameters;
  Invoke invoke = nullptr;
};

template <auto function, typename... Parameters, std::size_t... index>
Row make_row(std::string_view name, Errno (*)(Call&, Parameters...),
             std::index_sequence<index...>) {
  static_assert(sizeof...(Parameters) <= most_parameters);
  return {name,
          {(sizeof(Parameters) == 4 ? decoder::i32 : decoder::i64)...},
          [](Call& call, [[maybe_unused]] const Arguments& arguments) {
            return function(call, argument<Parameters>(arguments[index])...);
          }};
}

template <auto function, typename... Parameters>
Row row_of(std::string_view name, Errno (*pointer)(Call&, Parameters...)) {
  return make_row<function>(name, pointer, std::index_sequence_for<Parameters...>{});
}

template <auto function>
Row row(std::string_view name) {
  return row_of<function>(name, function);
}

std::vector<Row> all_rows() {
  return {
      row<args_get>("args_get"),
      row<args_sizes_get>("args_sizes_get"),
      row<environ_get>("environ_get"),
      row<environ_sizes_get>("environ_sizes_get"),
      row<clock_res_get>("clock_res_get"),
      row<clock_time_get>("clock_time_get"),
      row<fd_advise>("fd_advise"),
      row<fd_allocate>("fd_allocate"),
      row<fd_close>("fd_close"),
      row<fd_datasync>("fd_datasync"),
      row<fd_fdstat_get>("fd_fdstat_get"),
      row<fd_fdstat_set_flags>("fd_fdstat_set_flags"),
      row<fd_fdstat_set_rights>("fd_fdstat_set_rights"),
      row<fd_filestat_get>("fd_filestat_get"),
      row<fd_filestat_set_size>("fd_filestat_set_size"),
      row<fd_filestat_set_times>("fd_filestat_set_times"),
      row<fd_pread>("fd_pread"),
      row<fd_prestat_get>("fd_prestat_get"),
      row<fd_prestat_dir_name>("fd_prestat_dir_name"),
      row<fd_pwrite>("fd_pwrite"),
      row<fd_read>("fd_read"),
      row<fd_readdir>("fd_readdir"),
      row<fd_renumber>("fd_renumber"),
      row<fd_seek>("fd_seek"),
      row<fd_sync>("fd_sync"),
      row<fd_tell>("fd_tell"),
      row<fd_write>("fd_write"),
      row<path_create_directory>("path_create_directory"),
      row<path_filestat_get>("path_filestat_get"),
      row<path_filestat_set_times>("path_filestat_set_times"),
      row<path_link>("path_link"),
      row<path_open>("path_open"),
      row<path_readlink>("path_readlink"),
      row<path_remove_directory>("path_remove_directory"),
      row<path_rename>("path_rename"),
      row<path_symlink>("path_symlink"),
      row<path_unlink_file>("path_unlink_file"),
      row<poll_oneoff>("poll_oneoff"),
      row<proc_exit>("proc_exit"),
      row<proc_raise>("proc_raise"),
      row<sched_yield>("sched_yield"),
      row<random_get>("random_get"),
      row<sock_accept>("sock_accept"),
      row<sock_recv>("sock_recv"),
      row<sock_send>("sock_send"),
      row<sock_shutdown>("sock_shutdown"),
  };
}

/// The rows of wasi_unstable, which knew no `sock_accept`.
std::vector<Row> unstable_rows() {
  std::vector<Row> rows = all_rows();
  std::erase_if(rows, [](const Row& row) { return row.name == "sock_accept"; });
  for (Row& older : std::vector<Row>{
           row<unstable::fd_filestat_get>("fd_filestat_get"),
           row<unstable::fd_seek>("fd_seek"),
           row<unstable::path_filestat_get>("path_filestat_get"),
           row<unstable::poll_oneoff>("poll_oneoff"),
       }) {
    *std::ranges::find(rows, older.name, &Row::name) = std::move(older);
  }
  return rows;
}

/// The memory that a call's addresses belong to: by the application ABI of WASI the export
/// `memory`, which in a module with several need not be the first.
runtime::Memory* memory_of(runtime::Instance* caller) {
  if (caller == nullptr) return nullptr;
  const bool has_choice = caller->module != nullptr && caller->module->tree.memory_types.size() > 1;
  runtime::External named;
  if (!has_choice || !caller->find_export("memory", named) ||
      named.kind != decoder::ExternKind::memory) {
    return caller->memory0;
  }
  return named.memory;
}

/// What an attempt of a call begins with.
struct Attempt {
  Arguments arguments{};
  std::uint64_t started = 0;
  std::uint64_t progress = 0;
};

/// A call that waits. Owned by the state word of its boundary.
struct Suspended {
  Attempt next;
  EventLoop::Watch watch;
};

class HostFunction final : public runtime::NativeFunction, public runtime::Boundary {
 public:
  HostFunction(std::shared_ptr<Process> process, std::size_t parameters, Invoke invoke,
               bool returns)
      : process_(std::move(process)), parameters_(parameters), invoke_(invoke), returns_(returns) {}

  Outcome call(NativeCall& native) override {
    Attempt first{.started = monotonic_now()};
    std::copy_n(native.slots, parameters_, first.arguments.begin());
    return attempt(native, first);
  }

  Outcome resume(NativeCall& native, std::uint64_t state) override {
    const std::unique_ptr<Suspended> suspended(reinterpret_cast<Suspended*>(state));
    return attempt(native, suspended->next);
  }

  void unwind(std::uint64_t state, runtime::Trap& /*trap*/) override {
    delete reinterpret_cast<Suspended*>(state);
  }

 private:
  Outcome attempt(NativeCall& native, const Attempt& from) {
    Call call(*process_, GuestMemory(memory_of(native.caller)), from.started);
    call.progress = from.progress;
    call.store = native.store;
    const Errno answer = invoke_(call, from.arguments);
    if (call.trap) return native.trapped(std::move(*call.trap));
    if (answer == Errno::pending) {
      auto suspended = std::make_unique<Suspended>();
      suspended->next = from;
      suspended->next.progress = call.progress;
      suspended->watch = process_->state().loop.watch(std::move(call.waits_for));
      return native.suspend(*this, reinterpret_cast<std::uint64_t>(suspended.release()));
    }
    if (returns_) native.slots[0].bits = static_cast<std::uint16_t>(answer);
    return native.returned();
  }

  std::shared_ptr<Process> process_;
  std::size_t parameters_;
  Invoke invoke_;
  bool returns_;
};

std::vector<Definition> definitions_of(std::vector<Row> rows,
                                       const std::shared_ptr<Process>& process) {
  std::vector<Definition> all;
  for (Row& row : rows) {
    const bool returns = row.name != "proc_exit";
    Definition definition;
    definition.name = row.name;
    definition.native =
        std::make_unique<HostFunction>(process, row.parameters.size(), row.invoke, returns);
    definition.type.parameters = std::move(row.parameters);
    if (returns) definition.type.results.push_back(decoder::i32);
    all.push_back(std::move(definition));
  }
  return all;
}

}  // namespace

std::vector<Definition> definitions(const std::shared_ptr<Process>& process) {
  return definitions_of(all_rows(), process);
}

std::vector<Definition> unstable_definitions(const std::shared_ptr<Process>& process) {
  return definitions_of(unstable_rows(), process);
}

}  // namespace airlock::wasi::preview1

namespace airlock::wasi {

namespace {

Result<void> define_all(runtime::Linker& linker, std::string_view module_name,
                        std::vector<preview1::Definition> definitions) {
  for (preview1::Definition& definition : definitions) {
    Result<void> defined = linker.define_native(module_name, definition.name, definition.type,
                                                std::move(definition.native));
    if (!defined) return defined;
  }
  return {};
}

}  // namespace

Result<void> define_preview1(runtime::Linker& linker, const std::shared_ptr<Context>& context) {
  const auto process = std::make_shared<preview1::Process>(context);
  Result<void> defined = define_all(linker, preview1::module_name, preview1::definitions(process));
  if (!defined) return defined;
  defined =
      define_all(linker, preview1::unstable_module_name, preview1::unstable_definitions(process));
  if (!defined) return defined;
  run_event_loop(linker.store(), context);
  return {};
}

void run_event_loop(runtime::Store& store, const std::shared_ptr<Context>& context) {
  store.set_waiter([context, interruption = store.interruption()](runtime::Stack& /*stack*/,
                                                                  runtime::Trap& trap) {
    const Result<void> turned = context->state().loop.turn(interruption.get());
    if (!turned) trap = runtime::Trap(runtime::TrapCode::host, turned.error().message);
    return turned.has_value();
  });
}

}  // namespace airlock::wasi
