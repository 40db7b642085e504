// Index spaces under construction (specification: Text Format, Conventions, Contexts).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace airlock::decoder::text {

/// The entities of a kind that are defined so far: their number and their identifiers.
class IndexSpace {
 public:
  /// Gives the next entity its index.
  /// @param id its identifier; empty for none
  /// @return false if the identifier is taken
  bool define(std::string_view id) {
    const auto index = count_++;
    if (id.empty()) return true;
    names_.push_back({index, std::string(id)});
    return indices_.emplace(id, index).second;
  }
  /// Gives indices to entities without identifiers.
  void define_anonymous(std::uint32_t count) { count_ += count; }

  /// Sets the name that an entity has in the name section, in place of its identifier.
  void rename(std::uint32_t index, std::string name) { renamed_[index] = std::move(name); }

  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view id) const {
    const auto found = indices_.find(id);
    if (found == indices_.end()) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] std::uint32_t count() const { return count_; }

  struct Name {
    std::uint32_t index;
    std::string name;
  };
  /// The names of all entities that have one, by ascending index.
  [[nodiscard]] std::vector<Name> names() const;

 private:
  std::uint32_t count_ = 0;
  std::unordered_map<std::string_view, std::uint32_t> indices_;
  std::vector<Name> names_;  ///< from identifiers, by ascending index
  std::unordered_map<std::uint32_t, std::string> renamed_;
};

/// The labels around an instruction. An inner label hides an outer one of the same name.
class LabelScope {
 public:
  void push(std::string_view id) {
    if (!id.empty()) depths_[id].push_back(static_cast<std::uint32_t>(labels_.size()));
    labels_.push_back(id);
  }
  void pop() {
    if (labels_.empty()) return;
    if (!labels_.back().empty()) depths_[labels_.back()].pop_back();
    labels_.pop_back();
  }
  /// The relative index of a label: how many labels are within it.
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view id) const {
    const auto found = depths_.find(id);
    if (found == depths_.end() || found->second.empty()) return std::nullopt;
    return static_cast<std::uint32_t>(labels_.size()) - 1 - found->second.back();
  }
  [[nodiscard]] std::size_t depth() const { return labels_.size(); }

 private:
  std::vector<std::string_view> labels_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> depths_;
};

}  // namespace airlock::decoder::text
