// The host's way in: finding and calling what a component exports (Canonical ABI: Embedding API).
#include "canonical-abi/canon.hpp"
#include "canonical-abi/component.hpp"
#include "canonical-abi/component_instance.hpp"
#include "decoder/plural.hpp"
#include "runtime/trap.hpp"

namespace airlock::canonical_abi {

namespace {

/// Whether an exported interface is the wanted one: `a:b/c@1.2.0` is, for `a:b/c` and for
/// `a:b/c@1.0.0`.
bool is_interface(std::string_view exported, std::string_view wanted) {
  if (exported == wanted) return true;
  const VersionedName have = split_version(exported);
  const VersionedName want = split_version(wanted);
  if (have.name != want.name || have.name.empty()) return false;
  return want.version.empty() ||
         compatible_version(have.version) == compatible_version(want.version);
}

std::unexpected<Error> wrong_argument(const ExportedFunction& function, std::string what) {
  return fail(ErrorKind::argument,
              "`" + function.name + "` is `" + to_string(function.type) + "`: " + std::move(what));
}

}  // namespace

std::span<const ExportedFunction> exported_functions(ComponentInstance& instance) {
  return instance.exported_functions;
}

const ExportedFunction* find_export(ComponentInstance& instance, std::string_view interface,
                                    std::string_view function) {
  for (const ExportedFunction& exported : instance.exported_functions) {
    if (exported.name == function && is_interface(exported.interface, interface)) return &exported;
  }
  return nullptr;
}

Result<std::optional<Value>> call(Store& store, const ExportedFunction& function,
                                  std::span<const Value> arguments, runtime::Trap* trap) {
  const auto& parameters = function.type.parameters;
  if (arguments.size() != parameters.size()) {
    return wrong_argument(function, count_of(arguments.size(), "argument") +
                                        (arguments.size() == 1 ? " was given" : " were given"));
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!matches(arguments[i], parameters[i].type)) {
      return wrong_argument(function, "argument " + std::to_string(i + 1) + " is not a `" +
                                          to_string(parameters[i].type) + "`");
    }
  }
  const auto& callee = *static_cast<const FuncInst*>(function.implementation);
  std::optional<Value> result;
  runtime::Trap why;
  if (!invoke(store, callee, arguments, result, why)) {
    Error error = runtime::to_error(why);
    if (trap) *trap = std::move(why);
    return std::unexpected(std::move(error));
  }
  return result;
}

Result<void> Store::drop(const Value& own) {
  if (!own.is(TypeKind::own) || !own.resource()) {
    return fail(ErrorKind::argument, "only an own handle can be dropped");
  }
  runtime::Trap trap;
  if (!drop_resource(*this, *own.resource(), own.rep(), trap)) {
    return std::unexpected(runtime::to_error(trap));
  }
  return {};
}

}  // namespace airlock::canonical_abi
