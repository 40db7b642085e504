// The types that host instances declare in WIT, made when a component first asks for them.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "canonical-abi/host.hpp"
#include "canonical-abi/types.hpp"
#include "decoder/component/wit/wit.hpp"
#include "decoder/error.hpp"

namespace airlock::canonical_abi {

class Linker;

/// The text of `HostInstance::declare`, and what has been made of it so far.
struct Declaration {
  explicit Declaration(std::string text_in_wit) : text(std::move(text_in_wit)) {}

  const std::string text;
  /// Read when it is first needed.
  std::optional<Result<decoder::component::wit::Interface>> interface;
  std::map<std::string_view, const decoder::component::wit::Use*> uses;
  std::map<std::string_view, const decoder::component::wit::TypeDefinition*> definitions;
  std::map<std::string_view, const decoder::component::wit::Function*> functions;

  std::map<std::string_view, NamedType> types;
  std::map<std::string_view, FunctionType> function_types;
};

/// The types of all host instances of one linker.
class DeclaredTypes {
 public:
  /// The declared type of a function; null if the instance declares none of that name. Lives as
  /// long as the linker.
  /// @return an error of kind `argument` if the declaration is wrong
  [[nodiscard]] Result<const FunctionType*> function(const Linker& linker,
                                                     const HostInstance& instance,
                                                     std::string_view name);

  /// The type that a name means in an instance.
  [[nodiscard]] Result<NamedType> type(const Linker& linker, const HostInstance& instance,
                                       std::string_view name);

 private:
  std::mutex mutex_;  ///< stores on several threads may share a linker
  TypeTable table_;
};

}  // namespace airlock::canonical_abi
