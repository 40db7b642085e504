#include "cli/symbols/demangle.hpp"

#include <cmath>
#include <cstdlib>
#include <memory>

#include <cxxabi.h>

namespace airlock::cli {
namespace {

/// How often a C++ name refers to parts of itself: `S_`, `S1A_`, `T0_`.
std::size_t count_back_references(std::string_view name) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != 'S' && name[i] != 'T') continue;
    const auto end = name.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", i + 1);
    if (end != std::string_view::npos && name[end] == '_') ++count;
  }
  return count;
}

std::size_t count(std::string_view name, std::string_view word) {
  std::size_t times = 0;
  for (auto at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1))
    ++times;
  return times;
}

/// Whether the C++ runtime's demangler, which knows no bounds, may be trusted with a name. With k
/// references a name of n bytes becomes one of at most n · 3^(k/3), since each part can refer to
/// the one before it three times. Each expansion of a parameter pack repeats what it holds up to n
/// times. Conversion operators are parsed twice, each time with all that is in them.
bool is_harmless(std::string_view name) {
  constexpr std::size_t longest = 4096;
  constexpr double most_bytes = 1 << 24;
  if (name.size() > longest || count(name, "cv") > 2) return false;
  const auto references = static_cast<double>(count_back_references(name));
  const auto expansions = static_cast<double>(count(name, "Dp") + count(name, "sp"));
  const auto bytes =
      std::pow(static_cast<double>(name.size()), 1 + expansions) * std::pow(3.0, references / 3);
  return bytes <= most_bytes;
}

}  // namespace

std::optional<std::string> demangle_cpp(std::string_view name) {
  if (!name.starts_with("_Z") || !is_harmless(name)) return std::nullopt;
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(std::string(name).c_str(), nullptr, nullptr, &status), std::free);
  if (status != 0 || text == nullptr) return std::nullopt;
  return std::string(text.get());
}

std::string demangle(std::string_view name) {
  constexpr std::size_t longest = 1000;
  auto text = demangle_rust(name);
  if (!text) text = demangle_old_rust(name);
  if (!text) text = demangle_cpp(name);
  return text && text->size() <= longest ? *std::move(text) : std::string(name);
}

}  // namespace airlock::cli
