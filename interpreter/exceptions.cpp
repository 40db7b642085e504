#include "interpreter/exceptions.hpp"

#include "interpreter/backtrace.hpp"
#include "runtime/store.hpp"

namespace airlock::interpreter {

using runtime::ExceptionObject;
using runtime::NativeCall;
using runtime::Outcome;
using runtime::Tag;
using runtime::Trap;

namespace {

/// One search, from the throw to the clause or native code that catches.
class Search {
 public:
  Search(Registers& r, Thrown thrown, Place place) : r_(r), thrown_(thrown), place_(place) {}

  void run() {
    const Place origin = place_;
    while (place_.code != finish_cell) {
      if (place_.code == far_return_cell) {
        go_to(*reinterpret_cast<const Continuation*>(place_.frame));
      } else if (place_.code == boundary_cell) {
        note_backtrace(origin);
        if (ask_native_code()) return;
      } else if (search_frame()) {
        return;
      }
    }
    note_backtrace(origin);
    give_up();
  }

 private:
  void go_to(const Continuation& caller) {
    place_ = {
        .code = caller.code, .is_return = true, .frame = caller.frame, .instance = caller.instance};
  }

  /// Goes to the handler in this frame if there is one, else to the caller's frame.
  bool search_frame() {
    // The cell after a call may belong to another instruction; the cell before it does not.
    const Cell* position = place_.is_return ? place_.code - 1 : place_.code;
    const auto& cells = function_of(position).translation.cells;
    const auto& table = function_->translation.catches;
    const auto cell = static_cast<std::uint32_t>(position - cells.data());
    for (auto range = table.innermost(cell); range != CatchRange::none;
         range = table.ranges[range].next) {
      for (auto n = table.ranges[range].first_row; n != CatchRow::none; n = table.rows[n].next) {
        const CatchRow& row = table.rows[n];
        if (row.tag != CatchRow::none && place_.instance->tags[row.tag] != thrown_.tag) continue;
        handle(row, cells.data());
        return true;
      }
    }
    const Slot* record = place_.frame + read_entry(cells.data()).record;
    place_.code = return_code(record);
    place_.frame = return_frame(record);
    place_.is_return = true;
    return false;
  }

  /// The function that a position is in. Frames of one function often follow each other.
  const FunctionCode& function_of(const Cell* position) {
    const auto holds = [&](const FunctionCode& function) {
      const auto& cells = function.translation.cells;
      return position >= cells.data() && position < cells.data() + cells.size();
    };
    if (function_ == nullptr || !holds(*function_))
      function_ =
          static_cast<const TranslatedModule*>(place_.instance->module->code.get())->find(position);
    return *function_;
  }

  /// Goes on at a clause's target. All frames further in are gone.
  void handle(const CatchRow& row, const Cell* cells) {
    if (row.exception != CatchRow::none && !make_exception()) return;
    Slot* frame = place_.frame;
    if (row.tag != CatchRow::none)
      std::memmove(static_cast<void*>(frame + row.values), thrown_.values,
                   thrown_.tag->slots * sizeof(Slot));
    if (row.exception != CatchRow::none)
      frame[row.exception].bits = reinterpret_cast<std::uint64_t>(thrown_.exception);
    r_.code = cells + row.target;
    r_.frame = frame;
    r_.instance = place_.instance;
    r_.load_memory();
  }

  /// Gives the exception an identity. False, and the run ends, if there is no room for it.
  bool make_exception() {
    if (thrown_.exception != nullptr) return true;
    thrown_.exception =
        r_.run->store->make_exception(*thrown_.tag, {thrown_.values, thrown_.tag->slots});
    if (thrown_.exception != nullptr) {
      thrown_.values = thrown_.exception->values().data();
      return true;
    }
    end_run(Trap(TrapCode::out_of_memory));
    return false;
  }

  /// Hands the exception to the native code that entered the frame. Goes on outside of it if that
  /// does not catch.
  bool ask_native_code() {
    if (!make_exception()) return true;
    Slot* place = place_.frame;
    auto* record = reinterpret_cast<BoundaryRecord*>(place);
    const BoundaryRecord saved = *record;
    NativeCall call = leave_boundary(r_, record);
    // The native code may allocate.
    const auto root = r_.run->heap->root(reinterpret_cast<std::uint64_t>(thrown_.exception));
    const Outcome outcome = resume_thrown(saved, call, *thrown_.exception);
    if (outcome == Outcome::thrown) {
      call.trap.forget();
      thrown_.exception = call.exception;
      thrown_.tag = call.exception->tag;
      thrown_.values = call.exception->values().data();
      go_to(saved.caller);
      return false;
    }
    if (outcome == Outcome::trapped && call.trap.backtrace.empty() &&
        call.trap.code != TrapCode::exit)
      call.trap.backtrace = std::move(backtrace_);
    settle(r_, outcome, call, place, saved.caller);
    return true;
  }

  /// Where it was thrown must be known before native code may overwrite the frames.
  void note_backtrace(const Place& origin) {
    if (backtrace_.empty())
      backtrace_ = backtrace(origin.code, origin.is_return, origin.frame, origin.instance);
  }

  void give_up() {
    const std::span<const Slot> slots{thrown_.values, thrown_.tag->slots};
    end_run(runtime::uncaught(*r_.run->store, *thrown_.tag, slots));
  }

  void end_run(Trap trap) {
    trap.backtrace = std::move(backtrace_);
    raise_native(r_, std::move(trap), {place_.code, place_.frame, place_.instance});
  }

  Registers& r_;
  Thrown thrown_;
  Place place_;
  const FunctionCode* function_ = nullptr;
  std::vector<runtime::BacktraceFrame> backtrace_;
};

}  // namespace

void throw_exception(Registers& r, Thrown thrown, Place place) { Search(r, thrown, place).run(); }

}  // namespace airlock::interpreter
