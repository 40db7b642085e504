#include "canonical-abi/linker.hpp"

#include <set>

#include "canonical-abi/linking/declared_types.hpp"

namespace airlock::canonical_abi {

VersionedName split_version(std::string_view name) {
  const std::size_t at = name.rfind('@');
  if (at == std::string_view::npos) return {name, {}};
  return {name.substr(0, at), name.substr(at + 1)};
}

std::string_view compatible_version(std::string_view version) {
  // A pre-release (`0.3.0-rc.1`) is compatible with nothing but itself.
  if (version.find('-') != std::string_view::npos) return version;
  std::size_t end = 0;
  // The first number that is not zero ends the compatible part.
  while (true) {
    const std::size_t dot = version.find('.', end);
    const std::string_view number =
        version.substr(end, dot == std::string_view::npos ? dot : dot - end);
    if (dot == std::string_view::npos) return version.substr(0, version.find('+'));
    if (number.find_first_not_of('0') != std::string_view::npos) return version.substr(0, dot);
    end = dot + 1;
  }
}

namespace {

/// The key under which compatible names meet: `wasi:io/streams@0.2`.
std::string key_of(std::string_view name) {
  const VersionedName split = split_version(name);
  std::string key(split.name);
  if (!split.version.empty()) {
    key += '@';
    key += compatible_version(split.version);
  }
  return key;
}

/// A component instance, and the name it was linked under.
struct LinkedComponent {
  std::string name;
  ComponentInstance* instance = nullptr;
};

/// "in version 0.2.12"
std::string versions_text(const std::set<std::string_view>& versions) {
  if (versions.size() == 1 && versions.begin()->empty()) return "without a version";
  std::string text;
  for (const std::string_view version : versions) {
    text += (text.empty() ? "" : ", ") + std::string(version.empty() ? "none" : version);
  }
  return (versions.size() == 1 ? "in version " : "in the versions ") + text;
}

/// `wasi:io` of `wasi:io/streams@0.2.0`
std::string_view package_of(std::string_view name) {
  name = split_version(name).name;
  return name.substr(0, name.find('/'));
}

}  // namespace

struct Linker::Contents {
  std::map<std::string, std::shared_ptr<HostInstance>, std::less<>> instances;
  std::map<std::string, LinkedComponent, std::less<>> components;
  std::map<std::string, std::string, std::less<>> advice;
  std::shared_ptr<HostInstance> root = std::make_shared<HostInstance>();
  DeclaredTypes types;
};

Linker::Linker() : contents_(std::make_unique<Contents>()) {}
Linker::~Linker() = default;
Linker::Linker(Linker&&) noexcept = default;
Linker& Linker::operator=(Linker&&) noexcept = default;

HostInstance& Linker::instance(std::string_view name) {
  auto& entry = contents_->instances[key_of(name)];
  if (!entry) entry = std::make_shared<HostInstance>(std::string(name));
  return *entry;
}

HostInstance& Linker::root() { return *contents_->root; }
std::shared_ptr<HostInstance> Linker::shared_root() const { return contents_->root; }

void Linker::define(std::string_view name, ComponentInstance& instance) {
  contents_->components[key_of(name)] = {std::string(name), &instance};
}

void Linker::explain_missing(std::string_view prefix, std::string advice) {
  contents_->advice.insert_or_assign(std::string(prefix), std::move(advice));
}

std::shared_ptr<HostInstance> Linker::find_instance(std::string_view name) const {
  const auto found = contents_->instances.find(key_of(name));
  return found == contents_->instances.end() ? nullptr : found->second;
}

ComponentInstance* Linker::find_component(std::string_view name) const {
  const auto found = contents_->components.find(key_of(name));
  return found == contents_->components.end() ? nullptr : found->second.instance;
}

std::vector<std::shared_ptr<const HostInstance>> Linker::host_instances() const {
  std::vector<std::shared_ptr<const HostInstance>> instances;
  for (const auto& [key, instance] : contents_->instances) instances.push_back(instance);
  return instances;
}

Result<const FunctionType*> Linker::function_type(const HostInstance& instance,
                                                  std::string_view name) const {
  const HostInstance::Function* function = instance.find_function(name);
  if (function && function->type) return &*function->type;
  return contents_->types.function(*this, instance, name);
}

Result<NamedType> Linker::named_type(const HostInstance& instance, std::string_view name) const {
  return contents_->types.type(*this, instance, name);
}

Error Linker::missing_instance(std::string_view name) const {
  const std::string import = "import `" + std::string(name) + "` is not ";
  std::set<std::string_view> versions;
  bool is_compatible = false;
  const auto offer = [&](std::string_view offered) {
    if (package_of(offered) != package_of(name)) return;
    const std::string_view version = split_version(offered).version;
    versions.insert(version);
    is_compatible |= compatible_version(version) == compatible_version(split_version(name).version);
  };
  for (const auto& [key, instance] : contents_->instances) offer(instance->name());
  for (const auto& [key, component] : contents_->components) offer(component.name);
  if (!versions.empty() && !is_compatible) {
    return {.kind = ErrorKind::unlinkable,
            .message = import + "offered: there is `" + std::string(package_of(name)) + "` " +
                       versions_text(versions)};
  }
  for (const auto& [prefix, advice] : contents_->advice) {
    if (name.starts_with(prefix)) {
      return {.kind = ErrorKind::denied, .message = import + "granted: " + advice};
    }
  }
  return {.kind = ErrorKind::unlinkable,
          .message = "unknown import: nothing provides the instance `" + std::string(name) + "`"};
}

}  // namespace airlock::canonical_abi
