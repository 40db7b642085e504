// What a component's imports are linked to.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/host.hpp"

namespace airlock::canonical_abi {

class ComponentInstance;

/// An interface or plain name with its version split off: `wasi:io/streams@0.2.12`.
struct VersionedName {
  std::string_view name;     ///< `wasi:io/streams`
  std::string_view version;  ///< `0.2.12`, or empty
};
[[nodiscard]] VersionedName split_version(std::string_view name);

/// The part of a version that compatible versions share: `2` of `2.7.1`, `0.2` of `0.2.12`, all of
/// `0.0.3` and of pre-releases (semantic versioning; Component Model: Explainer, canonical
/// interface names).
[[nodiscard]] std::string_view compatible_version(std::string_view version);

/// Definitions by name. A linker may be used for any number of instantiations.
class Linker {
 public:
  Linker();
  ~Linker();
  Linker(Linker&&) noexcept;
  Linker& operator=(Linker&&) noexcept;

  /// The host instance of a name, made empty if there is none yet. `wasi:io/streams@0.2.12` serves
  /// imports of every compatible version (`wasi:io/streams@0.2.0`).
  HostInstance& instance(std::string_view name);

  /// Functions that components import without an interface.
  HostInstance& root();

  /// Links an import name to another component's instance: its exports become those of the import,
  /// if they are of the types it declares.
  void define(std::string_view name, ComponentInstance& instance);

  /// What to say when an import of this interface or package is missing: "pass --allow-network".
  /// @param prefix of interface names, e.g. `wasi:sockets/`
  void explain_missing(std::string_view prefix, std::string advice);

  /// The host instance an import name links to; null if there is none. A store keeps those it uses.
  [[nodiscard]] std::shared_ptr<HostInstance> find_instance(std::string_view name) const;
  [[nodiscard]] ComponentInstance* find_component(std::string_view name) const;
  [[nodiscard]] std::shared_ptr<HostInstance> shared_root() const;
  /// All host instances with a name.
  [[nodiscard]] std::vector<std::shared_ptr<const HostInstance>> host_instances() const;

  /// The type under which a host instance of this linker offers a function: the one it was defined
  /// with or declared in WIT. Null if there is neither.
  [[nodiscard]] Result<const FunctionType*> function_type(const HostInstance& instance,
                                                          std::string_view name) const;
  /// The type that a name means in a host instance of this linker.
  [[nodiscard]] Result<NamedType> named_type(const HostInstance& instance,
                                             std::string_view name) const;

  /// Why an instance of this name is missing: `unlinkable`, with the version that is offered if
  /// there is one; or `denied`, with the advice for it.
  [[nodiscard]] Error missing_instance(std::string_view name) const;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace airlock::canonical_abi
