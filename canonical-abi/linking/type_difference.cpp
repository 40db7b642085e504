#include "canonical-abi/linking/type_difference.hpp"

namespace airlock::canonical_abi {

namespace {

/// A type in a few words, without its parts: these are compared and reported at the next level.
std::string brief(Type type) {
  if (!type) return "none";
  return type->resource ? to_string(type) : std::string(to_string(type->kind));
}

std::string expected(const std::string& expected, const std::string& found) {
  return "expected " + expected + ", found " + found;
}

std::string quoted(const std::string& text) { return '`' + text + '`'; }

/// "3 fields", "1 field"
std::string count(std::size_t number, const std::string& noun) {
  return std::to_string(number) + ' ' + noun + (number == 1 ? "" : "s");
}

/// A difference, and where.
std::string within(const std::string& where, const std::string& difference) {
  return difference.empty() ? difference : where + ": " + difference;
}

/// Fields, cases or parameters: something with a label and a type.
template <typename Entries>
std::string entries(const Entries& found, const Entries& wanted, const std::string& noun) {
  if (found.size() != wanted.size()) {
    return expected(count(wanted.size(), noun), count(found.size(), noun));
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string& label = wanted[i].label;
    if (found[i].label != label) {
      return within(noun + ' ' + std::to_string(i + 1),
                    expected(quoted(label), quoted(found[i].label)));
    }
    auto difference = first_difference(found[i].type, wanted[i].type);
    if (difference.empty()) continue;
    return within(noun + ' ' + (label.empty() ? std::to_string(i + 1) : quoted(label)),
                  std::move(difference));
  }
  return {};
}

std::string labels(Type found, Type wanted) {
  if (found->labels.size() != wanted->labels.size()) {
    return expected(count(wanted->labels.size(), "flag"), count(found->labels.size(), "flag"));
  }
  for (std::size_t i = 0; i < found->labels.size(); ++i) {
    if (found->labels[i] == wanted->labels[i]) continue;
    return within("flag " + std::to_string(i + 1),
                  expected(quoted(wanted->labels[i]), quoted(found->labels[i])));
  }
  return {};
}

std::string handle(Type found, Type wanted) {
  if (found->resource == wanted->resource) return {};
  std::string text = expected(brief(wanted), brief(found));
  // Resource types have an identity, which a name does not tell.
  if (brief(found) == brief(wanted)) text += " of another instance";
  return text;
}

std::string length_text(const std::optional<std::uint32_t>& length) {
  return length ? "a list of " + count(*length, "element") : "a list of any length";
}

}  // namespace

std::string first_difference(Type found, Type wanted) {
  if (found == wanted) return {};
  if (!found || !wanted || found->kind != wanted->kind) {
    return expected(brief(wanted), brief(found));
  }
  switch (wanted->kind) {
    case TypeKind::list:
      if (found->length != wanted->length) {
        return expected(length_text(wanted->length), length_text(found->length));
      }
      return within("element", first_difference(found->element, wanted->element));
    case TypeKind::map:
    case TypeKind::stream:
    case TypeKind::future:
      return within("element", first_difference(found->element, wanted->element));
    case TypeKind::record:
    case TypeKind::tuple:
      return entries(found->fields, wanted->fields, "field");
    case TypeKind::variant:
    case TypeKind::enumeration:
    case TypeKind::option:
    case TypeKind::result:
      return entries(found->cases, wanted->cases, "case");
    case TypeKind::flags:
      return labels(found, wanted);
    case TypeKind::own:
    case TypeKind::borrow:
      return handle(found, wanted);
    default:
      return {};
  }
}

std::string first_difference(const FunctionType& found, const FunctionType& wanted) {
  if (found.is_async != wanted.is_async) {
    return wanted.is_async ? expected("an asynchronous function", "a synchronous one")
                           : expected("a synchronous function", "an asynchronous one");
  }
  auto difference = entries(found.parameters, wanted.parameters, "parameter");
  if (!difference.empty()) return difference;
  return within("result", first_difference(found.result, wanted.result));
}

}  // namespace airlock::canonical_abi
