#include "canonical-abi/linker.hpp"

#include <algorithm>

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

}  // namespace

struct Linker::Contents {
  std::map<std::string, std::shared_ptr<HostInstance>, std::less<>> instances;
  std::map<std::string, ComponentInstance*, std::less<>> components;
  std::map<std::string, std::string, std::less<>> advice;
  std::vector<std::string> refused;
  std::shared_ptr<HostInstance> root = std::make_shared<HostInstance>();
};

Linker::Linker() : contents_(std::make_unique<Contents>()) {}
Linker::~Linker() = default;
Linker::Linker(Linker&&) noexcept = default;
Linker& Linker::operator=(Linker&&) noexcept = default;

HostInstance& Linker::instance(std::string_view name) {
  auto& entry = contents_->instances[key_of(name)];
  if (!entry) entry = std::make_shared<HostInstance>();
  return *entry;
}

HostInstance& Linker::root() { return *contents_->root; }
std::shared_ptr<HostInstance> Linker::shared_root() const { return contents_->root; }

void Linker::define(std::string_view name, ComponentInstance& instance) {
  contents_->components[key_of(name)] = &instance;
}

void Linker::explain_missing(std::string_view prefix, std::string advice) {
  contents_->advice.insert_or_assign(std::string(prefix), std::move(advice));
}

void Linker::refuse_when_called(std::string prefix) {
  contents_->refused.push_back(std::move(prefix));
}

std::shared_ptr<HostInstance> Linker::refused_instance(std::string_view name) const {
  const auto applies = [&](const std::string& prefix) { return name.starts_with(prefix); };
  if (std::ranges::none_of(contents_->refused, applies)) return nullptr;
  auto instance = std::make_shared<HostInstance>();
  instance->refuse("import `" + std::string(name) +
                   "` is not granted: " + std::string(advice(name)));
  return instance;
}

std::shared_ptr<HostInstance> Linker::find_instance(std::string_view name) const {
  const auto found = contents_->instances.find(key_of(name));
  return found == contents_->instances.end() ? nullptr : found->second;
}

ComponentInstance* Linker::find_component(std::string_view name) const {
  const auto found = contents_->components.find(key_of(name));
  return found == contents_->components.end() ? nullptr : found->second;
}

std::string_view Linker::advice(std::string_view name) const {
  for (const auto& [prefix, advice] : contents_->advice) {
    if (name.starts_with(prefix)) return advice;
  }
  return {};
}

}  // namespace airlock::canonical_abi
