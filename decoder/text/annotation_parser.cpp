// Annotations that become custom sections (specification: Appendix, Custom Sections and
// Annotations; Branch Hinting).
#include <algorithm>

#include "decoder/text/module_parser.hpp"
#include "decoder/text/producers.hpp"

namespace airlock::decoder::text {
namespace {

constexpr std::string_view hint_id = "metadata.code.branch_hint";

/// The sections a custom section can be placed at, by their binary identifiers.
struct SectionWord {
  std::string_view word;
  int id;
};
constexpr auto section_words = std::to_array<SectionWord>({{"type", 1},
                                                           {"import", 2},
                                                           {"func", 3},
                                                           {"table", 4},
                                                           {"memory", 5},
                                                           {"global", 6},
                                                           {"export", 7},
                                                           {"start", 8},
                                                           {"elem", 9},
                                                           {"code", 10},
                                                           {"data", 11},
                                                           {"datacount", 12},
                                                           {"tag", 13}});

}  // namespace

/// The annotation of this id before the next token, if there is one that was not taken yet.
const Annotation* ModuleParser::take_annotation(std::string_view id) {
  if (failed() || cursor_.stream().annotations.empty()) return nullptr;
  for (const auto& annotation : cursor_.annotations())
    if (annotation.id == id && taken_annotations_.insert(&annotation).second) return &annotation;
  return nullptr;
}

void ModuleParser::fail_annotation(const Annotation& annotation, std::string_view message,
                                   ErrorKind kind) {
  fail_at(annotation.offset,
          '@' + std::string(annotation.id) + " annotation: " + std::string(message), kind);
}

/// Annotations that were not taken are in a wrong place.
void ModuleParser::check_annotations(std::size_t first_token) {
  const auto& all = cursor_.stream().annotations;
  auto next = std::ranges::lower_bound(all, first_token, {}, &Annotation::before);
  for (; next != all.end() && next->before <= cursor_.position(); ++next) {
    if (taken_annotations_.contains(&*next)) continue;
    if (next->id == hint_id) return fail_annotation(*next, "not in a function");
    return fail_at(next->offset, "misplaced @" + std::string(next->id) + " annotation");
  }
}

// ---- @name

/// `(@name "…")`
std::optional<std::string> ModuleParser::take_name_annotation() {
  const auto* annotation = take_annotation("name");
  if (annotation == nullptr) return std::nullopt;
  const auto& contents = annotation->contents;
  if (contents.size() != 1 || contents[0].kind != TokenKind::string) {
    fail_annotation(*annotation, "unexpected token");
    return std::nullopt;
  }
  auto name = decode_string(contents[0].text);
  if (!is_utf8(name)) fail_annotation(*annotation, "malformed UTF-8 encoding");
  return name;
}

// ---- @custom

/// All annotations before the next token that become custom sections. One loop for all of them:
/// there may be so many that a search for each would take too long.
void ModuleParser::parse_custom_annotations() {
  if (failed()) return;
  for (const auto& annotation : cursor_.annotations()) {
    if (annotation.id != "custom" && annotation.id != "producers") continue;
    if (!taken_annotations_.insert(&annotation).second) continue;
    if (annotation.id == "custom")
      parse_custom_annotation(annotation);
    else
      parse_producers_annotation(annotation);
    if (failed()) return;
  }
}

/// `(@producers (field "name" "version")*)`, a custom section after all others
void ModuleParser::parse_producers_annotation(const Annotation& annotation) {
  const auto contents = encode_producers(annotation.contents);
  if (!contents) return fail_annotation(annotation, "malformed field");
  Encoder section;
  section.mark(annotation.offset);
  section.custom(annotation.id, *contents);
  customs_[{0, false}].push_back(std::move(section));
}

/// `(@custom "name" (before|after section)? "…"*)`
void ModuleParser::parse_custom_annotation(const Annotation& annotation) {
  const auto& tokens = annotation.contents;
  const auto kind_at = [&](std::size_t i) {
    return i < tokens.size() ? tokens[i].kind : TokenKind::end;
  };
  if (kind_at(0) != TokenKind::string) return fail_annotation(annotation, "missing section name");
  const auto name = decode_string(tokens[0].text);
  if (!is_utf8(name)) return fail_annotation(annotation, "malformed UTF-8 encoding");
  std::size_t next = 1;
  std::pair<int, bool> place{0, false};
  if (kind_at(next) == TokenKind::left_parenthesis) {
    const auto word = kind_at(2) == TokenKind::keyword ? tokens[2].text : std::string_view{};
    const auto section = kind_at(3) == TokenKind::keyword ? tokens[3].text : std::string_view{};
    if (word != "before" && word != "after")
      return fail_annotation(annotation, "malformed placement");
    place.second = word == "before";
    if (section != (place.second ? "first" : "last")) {
      const auto found = std::ranges::find(section_words, section, &SectionWord::word);
      if (found == section_words.end())
        return fail_annotation(annotation, "malformed section kind");
      place.first = found->id;
    }
    if (kind_at(4) != TokenKind::right_parenthesis)
      return fail_annotation(annotation, "malformed placement");
    next = 5;
  }
  Encoder contents;
  for (; kind_at(next) == TokenKind::string; ++next)
    contents.bytes(decode_string(tokens[next].text));
  if (next < tokens.size()) return fail_annotation(annotation, "unexpected token");
  Encoder section;
  section.mark(annotation.offset);
  section.custom(name, contents);
  customs_[place].push_back(std::move(section));
}

/// The custom sections before or after a section; section 0 is the whole module.
void ModuleParser::write_customs(Encoder& to, int section, bool is_before) {
  const auto found = customs_.find({section, is_before});
  if (found == customs_.end()) return;
  for (const auto& custom : found->second) to.append(custom);
}

// ---- @metadata.code.branch_hint

void ModuleParser::take_hint(Body& body, Frame& frame) {
  if (!body.in_function) return;
  const auto* annotation = take_annotation(hint_id);
  if (annotation == nullptr) return;
  if (take_annotation(hint_id) != nullptr)
    return fail_annotation(*annotation, "duplicate annotation");
  const auto& contents = annotation->contents;
  if (contents.size() != 1 || contents[0].kind != TokenKind::string)
    return fail_annotation(*annotation, "unexpected token");
  frame.hint = annotation;
}

/// Records a hint for the instruction that is written next.
void ModuleParser::write_hint(Body& body, const Frame& frame) {
  if (frame.hint == nullptr) return;
  if (frame.opcode != "if"_op && frame.opcode != "br_if"_op)
    return fail_annotation(*frame.hint, "invalid target", ErrorKind::invalid);
  body.branch_hints.emplace_back(static_cast<std::uint32_t>(body.code.size()),
                                 decode_string(frame.hint->contents[0].text));
}

void ModuleParser::write_branch_hints(Encoder& to) {
  if (branch_hints_.empty()) return;
  Encoder contents;
  contents.unsigned_number(branch_hints_.size());
  for (const auto& [function, hints] : branch_hints_) {
    contents.unsigned_number(function);
    contents.unsigned_number(hints.size());
    for (const auto& [offset, value] : hints) {
      contents.unsigned_number(offset);
      contents.name(value);
    }
  }
  to.custom(hint_id, contents);
}

}  // namespace airlock::decoder::text
