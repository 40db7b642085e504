#include "runtime/instantiation.hpp"

#include <algorithm>
#include <new>

#include "runtime/constant_expression.hpp"
#include "runtime/import_matching.hpp"
#include "runtime/initial_memory.hpp"
#include "runtime/instance_storage.hpp"
#include "runtime/store.hpp"

namespace airlock::runtime {
namespace {

using decoder::SegmentMode;

/// One allocation, step by step in the order of the specification's `instantiate` and
/// `allocmodule`.
class Allocation final : RootSource {
 public:
  Allocation(Store& store, Instance& instance)
      : store_(store),
        instance_(instance),
        storage_(*instance.storage),
        module_(*instance.module),
        tree_(instance.module->tree) {
    store_.heap().add(*this);
  }
  ~Allocation() { store_.heap().remove(*this); }
  Allocation(const Allocation&) = delete;
  Allocation& operator=(const Allocation&) = delete;

  /// A constant expression may start a collection before the instance belongs to the store.
  void trace(Marker& marker) override { instance_.trace(marker); }

  Result<void> run(std::span<const External> imports) {
    storage_.charge = BookkeepingCharge(&store_.bookkeeping());
    if (auto step = charge(instance_bytes()); !step) return step;
    if (module_.has_heap_types) store_.heap().know_types();
    if (auto step = bind_imports(imports); !step) return step;
    storage_.functions.resize((tree_.functions.size() + Storage::functions_per_page - 1) /
                              Storage::functions_per_page);
    if (auto step = allocate_memories(); !step) return step;
    allocate_tags();
    publish_pointers();
    if (auto step = initialize_globals(); !step) return step;
    if (auto step = allocate_tables(); !step) return step;
    instance_.tables = storage_.tables.data();
    return evaluate_elements();
  }

 private:
  using Storage = Instance::Storage;

  /// What an instance of the module takes before it makes any function object.
  [[nodiscard]] std::uint64_t instance_bytes() const {
    const auto pages = tree_.functions.size() / Storage::functions_per_page + 1;
    return sizeof(Instance) + sizeof(Storage) +
           (pages + tree_.imports.size() + 4 * tree_.global_types.size() + tree_.tables.size() +
            tree_.memories.size() + tree_.tags.size()) *
               sizeof(Slot) +
           tree_.tables.size() * sizeof(Table) + tree_.memories.size() * sizeof(Memory) +
           tree_.tags.size() * sizeof(Tag) + (tree_.elements.size() + tree_.data.size()) / 8;
  }

  Result<void> charge(std::uint64_t bytes) {
    if (storage_.charge.add(bytes)) return {};
    return fail(ErrorKind::limit, store_.bookkeeping().exhausted_text());
  }

  Result<void> bind_imports(std::span<const External> imports) {
    if (imports.size() < tree_.imports.size()) {
      const auto& missing = tree_.imports[imports.size()];
      return fail(ErrorKind::unlinkable,
                  "unknown import: `" + missing.module + "` `" + missing.name + '`');
    }
    if (imports.size() > tree_.imports.size())
      return fail(ErrorKind::argument, "more imports given than the module declares");
    for (std::size_t i = 0; i < imports.size(); ++i) {
      auto& types = store_.engine().types();
      if (!matches_import(types, module_, tree_.imports[i], imports[i]))
        return std::unexpected(incompatible_import(types, module_, tree_.imports[i], imports[i]));
      bind(imports[i]);
    }
    return {};
  }

  void bind(const External& given) {
    switch (given.kind) {
      case decoder::ExternKind::function:
        storage_.imported_functions.push_back(given.function);
        break;
      case decoder::ExternKind::table:
        storage_.tables.push_back(given.table);
        break;
      case decoder::ExternKind::memory:
        storage_.memories.push_back(given.memory);
        // A shared memory may belong to another store.
        if (given.memory->type().is_shared)
          storage_.shared_memories.push_back(given.memory->weak_from_this().lock());
        break;
      case decoder::ExternKind::global:
        storage_.globals.push_back(given.global);
        storage_.global_cells.push_back(given.global->storage);
        break;
      case decoder::ExternKind::tag:
        storage_.tags.push_back(given.tag);
        break;
    }
  }

  Result<void> allocate_memories() {
    for (const auto& type : tree_.memories) {
      auto memory = allocate_memory(store_, type);
      if (!memory) return propagate(std::move(memory));
      storage_.memories.push_back(memory->get());
      storage_.own_memories.push_back(*std::move(memory));
    }
    return {};
  }

  void allocate_tags() {
    for (const auto& tag : tree_.tags) {
      const auto& type = tree_.types[tag.type].composite.function;
      auto& made = storage_.own_tags.emplace_back();
      made.type = module_.type_ids[tag.type];
      made.slots = count_slots(type.parameters);
      made.instance = &instance_;
      made.index = static_cast<std::uint32_t>(storage_.tags.size());
      storage_.tags.push_back(&made);
    }
  }

  /// Lays out the defined globals and sets every pointer that handlers and constant expressions
  /// read.
  void publish_pointers() {
    std::size_t slots = 0;
    for (const auto& global : tree_.globals) slots += slot_count(global.type.value);
    storage_.global_slots.resize(slots);
    Slot* next = storage_.global_slots.data();
    for (const auto& global : tree_.globals) {
      storage_.global_cells.push_back(next);
      next += slot_count(global.type.value);
    }
    storage_.globals.resize(tree_.global_types.size());

    instance_.globals = storage_.global_slots.data();
    instance_.global_cells = storage_.global_cells.data();
    instance_.memories = storage_.memories.data();
    instance_.memory0 = storage_.memories.empty() ? nullptr : storage_.memories[0];
    instance_.imported_functions = storage_.imported_functions.data();
    instance_.tags = storage_.tags.data();
    instance_.type_ids = module_.type_ids.data();
  }

  Result<void> initialize_globals() {
    const auto imported = tree_.imported_globals();
    for (std::size_t i = 0; i < tree_.globals.size(); ++i) {
      const auto value = evaluate(tree_.globals[i].initializer);
      if (!value) return std::unexpected(value.error());
      std::copy_n(value->data(), slot_count(tree_.globals[i].type.value),
                  storage_.global_cells[imported + i]);
    }
    return {};
  }

  Result<void> allocate_tables() {
    for (const auto& defined : tree_.tables) {
      Slot initial{};
      if (defined.initializer) {
        const auto value = evaluate(*defined.initializer);
        if (!value) return std::unexpected(value.error());
        initial = (*value)[0];
      }
      auto type = defined.type;
      type.element = canonical(type.element, module_.type_ids);
      auto table = allocate_table(store_, type, initial);
      if (!table) return propagate(std::move(table));
      storage_.tables.push_back(table->get());
      storage_.own_tables.push_back(*std::move(table));
    }
    return {};
  }

  /// Segments given as function indices need no values of their own: see `initialize_table`.
  Result<void> evaluate_elements() {
    instance_.dropped_elements.resize(tree_.elements.size());
    instance_.dropped_data.resize(tree_.data.size());
    for (std::uint32_t i = 0; i < tree_.elements.size(); ++i) {
      const auto& segment = tree_.elements[i];
      if (segment.mode == SegmentMode::declarative) {
        instance_.dropped_elements[i] = true;
        continue;
      }
      if (segment.expressions.empty()) continue;
      if (auto step = charge(segment.expressions.size() * sizeof(Slot)); !step) return step;
      auto& values = storage_.element_values[i];
      values.reserve(segment.expressions.size());
      for (const auto& expression : segment.expressions) {
        const auto value = evaluate(expression);
        if (!value) return std::unexpected(value.error());
        values.push_back((*value)[0]);
      }
    }
    return {};
  }

  Result<std::array<Slot, 2>> evaluate(const decoder::Expression& expression) {
    return evaluate_constant(instance_, expression, store_.engine().limits());
  }

  Store& store_;
  Instance& instance_;
  Storage& storage_;
  const CompiledModule& module_;
  const decoder::Module& tree_;
};

/// The offset of an active segment, whose width follows the address type of its memory or table.
Result<std::uint64_t> segment_offset(Instance& instance, const decoder::Expression& expression,
                                     decoder::AddressType address) {
  const auto value = evaluate_constant(instance, expression, instance.store->engine().limits());
  if (!value) return std::unexpected(value.error());
  return address == decoder::AddressType::i64 ? (*value)[0].i64 : (*value)[0].i32;
}

Result<void> run_active_elements(Instance& instance) {
  const auto& tree = instance.module->tree;
  for (std::uint32_t i = 0; i < tree.elements.size(); ++i) {
    const auto& segment = tree.elements[i];
    if (segment.mode != SegmentMode::active) continue;
    const auto offset =
        segment_offset(instance, *segment.offset, tree.table_types[segment.table].address);
    if (!offset) return std::unexpected(offset.error());
    const auto code = instance.initialize_table(segment.table, i, *offset, 0, segment.size());
    if (code != TrapCode::none) return std::unexpected(to_error(Trap(code)));
    instance.drop_elements(i);
  }
  return {};
}

Result<void> run_active_data(Instance& instance) {
  const auto& tree = instance.module->tree;
  std::size_t covered = 0;
  if (auto* initial = instance.module->initial_memory.get()) {
    covered = initial->covered_segments();
    initial->apply(std::span(instance.memories, tree.memory_types.size()));
  }
  for (std::uint32_t i = 0; i < tree.data.size(); ++i) {
    const auto& segment = tree.data[i];
    if (segment.mode != SegmentMode::active) continue;
    if (i >= covered) {
      const auto offset =
          segment_offset(instance, *segment.offset, tree.memory_types[segment.memory].address);
      if (!offset) return std::unexpected(offset.error());
      const auto size = segment.bytes.size();
      const auto code = instance.initialize_memory(segment.memory, i, *offset, 0, size);
      if (code != TrapCode::none) return std::unexpected(to_error(Trap(code)));
    }
    instance.drop_data(i);
  }
  return {};
}

std::unexpected<Error> too_many_elements(std::uint64_t wanted, std::uint64_t most,
                                         const char* limit) {
  return fail(ErrorKind::limit, "a table of " + std::to_string(wanted) +
                                    " elements exceeds the limit of " + std::to_string(most) +
                                    " (Limits::" + limit + ")");
}

}  // namespace

Result<std::unique_ptr<Instance>> allocate_instance(Store& store,
                                                    std::shared_ptr<const CompiledModule> module,
                                                    std::span<const External> imports,
                                                    std::string path) {
  auto instance = std::make_unique<Instance>();
  instance->store = &store;
  if (path.empty()) path = module->tree.names.module;
  instance->path = std::move(path);
  instance->module = std::move(module);
  if (auto done = Allocation(store, *instance).run(imports); !done)
    return propagate(std::move(done));
  return instance;
}

Result<void> run_active_segments(Instance& instance) {
  if (auto done = run_active_elements(instance); !done) return done;
  return run_active_data(instance);
}

namespace {

/// Whether a value of one of the types may be a reference.
bool has_reference(std::span<const decoder::ValueType> types) {
  return std::ranges::any_of(types, &decoder::ValueType::is_reference);
}

/// Whether code of a module can put a reference where others find it.
bool can_pass_references(const decoder::Module& tree) {
  if (tree.imported_tables() != 0 || tree.imported_tags() != 0) return true;
  for (std::uint32_t i = 0; i < tree.imported_globals(); ++i)
    if (tree.global_types[i].value.is_reference()) return true;
  for (std::uint32_t i = 0; i < tree.imported_functions(); ++i) {
    const auto& type = tree.types[tree.function_types[i]].composite.function;
    if (has_reference(type.parameters) || has_reference(type.results)) return true;
  }
  return false;
}

}  // namespace

bool may_be_known(const Instance& instance, bool has_run) {
  const auto& tree = instance.module->tree;
  for (std::uint32_t i = 0; i < tree.elements.size(); ++i) {
    const auto& segment = tree.elements[i];
    // An active segment is dropped once it has been written.
    if (segment.mode == SegmentMode::active && segment.table < tree.imported_tables() &&
        segment.size() != 0 && instance.dropped_elements[i])
      return true;
  }
  return has_run && (instance.is_known_to_host || can_pass_references(tree));
}

Result<std::unique_ptr<Table>> allocate_table(Store& store, const decoder::TableType& type,
                                              Slot initial) {
  const auto& limits = store.engine().limits();
  const auto size = type.limits.minimum;
  auto& budget = store.table_budget();
  if (size > limits.table_elements)
    return too_many_elements(size, limits.table_elements, "table_elements");
  if (size > budget.limit - budget.used)
    return too_many_elements(size, budget.limit - budget.used, "store_table_elements");

  auto table = std::make_unique<Table>();
  table->type = type;
  table->maximum =
      std::min(type.limits.maximum.value_or(limits.table_elements), limits.table_elements);
  table->budget = &budget;
  if (table->grow(size, initial) < 0)
    return fail(ErrorKind::system,
                "cannot allocate a table of " + std::to_string(size) + " elements");
  return table;
}

Result<std::unique_ptr<Memory>> allocate_memory(Store& store, const decoder::MemoryType& type) {
  const auto& configuration = store.engine().configuration();
  const bool guarded = configuration.bounds_checks == BoundsChecks::guard_pages;
  return Memory::create(type, guarded, configuration.limits.memory_bytes, store.memory_budget());
}

}  // namespace airlock::runtime
