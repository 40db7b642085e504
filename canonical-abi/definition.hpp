// What compiling a component yields.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "canonical-abi/component.hpp"
#include "canonical-abi/component_instance.hpp"
#include "decoder/component/component.hpp"

namespace airlock::canonical_abi {

/// What is known of one component of the tree beyond its syntax.
struct ComponentFacts {
  std::vector<ModuleValue> modules;         ///< in the order of their definitions
  std::vector<std::string> instance_names;  ///< by instance index: what paths call them
};

struct Component::Definition {
  std::shared_ptr<const decoder::component::ComponentTree> tree;
  std::vector<ComponentFacts> facts;  ///< parallel to `tree->components`
};

}  // namespace airlock::canonical_abi
