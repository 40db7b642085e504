#include "canonical-abi/component_instance.hpp"

#include <algorithm>

namespace airlock::canonical_abi {

void InstanceValue::add(const std::string& name, ExternValue value) {
  if (exports.insert_or_assign(name, std::move(value)).second) order.push_back(name);
}

const ExternValue* InstanceValue::find(std::string_view name) const {
  const auto found = exports.find(name);
  return found == exports.end() ? nullptr : &found->second;
}

bool CoreInstanceValue::find(std::string_view name, runtime::External& out) const {
  if (instance) return instance->find_export(name, out);
  const auto found = exports.find(name);
  if (found == exports.end()) return false;
  out = found->second;
  return true;
}

namespace {

constexpr std::size_t most_kept_lenders = 1024;

}  // namespace

void HandleLog::undo() {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    HandleTable& table = change->inst->handles;
    if (!change->is_added) {
      table.restore(change->index, change->handle);
      continue;
    }
    if (Task* scope = change->handle.borrow_scope) scope->num_borrows -= 1;
    table.remove(change->index);
  }
  clear();
}

void HandleLog::clear() {
  if (changes_.capacity() > most_kept) changes_ = {};
  if (lifted_.capacity() > most_kept) lifted_ = {};
  changes_.clear();
  lifted_.clear();
  next_ = 0;
}

void Subtask::deliver_resolve() {
  for (const std::uint32_t index : lenders) {
    // A lent handle cannot be removed, so the number still means the same entry.
    if (Handle* handle = inst->handles.get(index)) handle->num_lends -= 1;
  }
  lenders.clear();
}

CallRecord* Store::Contents::acquire_record(runtime::Trap& trap) {
  if (!free_record) {
    if (charge.add(sizeof(CallRecord))) return &records.emplace_back();
    trap = runtime::Trap(runtime::TrapCode::out_of_memory, charge.budget()->exhausted_text());
    return nullptr;
  }
  CallRecord* record = free_record;
  free_record = record->next_free;
  return record;
}

void Store::Contents::release_record(CallRecord& record) {
  record.task = {};
  // What one call with many handles has needed is not kept for the next.
  if (record.subtask.lenders.capacity() > most_kept_lenders) record.subtask.lenders = {};
  record.subtask.lenders.clear();
  record.handles.clear();
  record.values.clear();
  record.continuation.reset();
  record.next_free = free_record;
  free_record = &record;
}

const Signature* Composition::signature(FunctionType type) {
  Signature& signature = signatures.emplace_back();
  signature.type = std::move(type);
  if (signature.type.result) signature.results.push_back({{}, signature.type.result});
  for (const bool memory64 : {false, true}) {
    const std::size_t width = memory64 ? 1 : 0;
    signature.parameters[width] = tuple_layout(signature.type.parameters, memory64);
    signature.result_layouts[width] = tuple_layout(signature.results, memory64);
    signature.must_lift_first[width] =
        signature.parameters[width].is_flat(max_flat_params)
            ? lift_may_fail_after_realloc(signature.type.parameters)
            : std::ranges::any_of(signature.type.parameters,
                                  [](const Field& field) { return field.type->lift_may_fail; });
  }
  signature.contains_borrow = std::ranges::any_of(
      signature.type.parameters, [](const Field& field) { return field.type->contains_borrow; });
  return &signature;
}

Store::Store(runtime::Store& core) : core_(core), contents_(std::make_unique<Contents>(core)) {}
Store::~Store() = default;

void Store::set_waiter(Waiter waiter) {
  contents_->waiter = std::move(waiter);
  core_.set_waiter([this](runtime::Stack&, runtime::Trap& trap) {
    const Result<void> waited = contents_->waiter(*this);
    if (!waited) trap = runtime::Trap(runtime::TrapCode::host, waited.error().message);
    return waited.has_value();
  });
}

Result<void> begin_definitions(Store& store, std::uint64_t count) {
  constexpr std::uint64_t definition_bytes = 128;
  if (!store.contents().composition->charge.add(count * definition_bytes))
    return fail(ErrorKind::limit, store.core().bookkeeping().exhausted_text());
  const auto due = store.core().due();
  if (due == runtime::TrapCode::none) return {};
  return std::unexpected(runtime::to_error(runtime::Trap(due)));
}

const std::string& path_of(const ComponentInstance& instance) { return instance.path; }

}  // namespace airlock::canonical_abi
