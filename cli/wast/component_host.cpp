#include "cli/wast/component_host.hpp"

#include "canonical-abi/component.hpp"
#include "cli/wast/component_values.hpp"
#include "runtime/store.hpp"

namespace airlock::cli {

namespace {

using decoder::text::ScriptValue;

/// Runs the components of a script in one store.
class ComponentRunner final : public ComponentHost {
 public:
  explicit ComponentRunner(runtime::Engine& engine)
      : engine_(engine), core_(engine), store_(core_) {}

  Result<Number> define(decoder::SharedBytes binary) override {
    auto component = canonical_abi::Component::compile(engine_, std::move(binary));
    if (!component) return propagate(std::move(component));
    definitions_.push_back(*std::move(component));
    return definitions_.size() - 1;
  }

  Result<Number> instantiate(Number definition) override {
    auto instance = store_.instantiate(definitions_[definition], linker_);
    if (!instance) return propagate(std::move(instance));
    instances_.push_back(*instance);
    return instances_.size() - 1;
  }

  void register_instance(std::string_view name, Number instance) override {
    linker_.define(name, *instances_[instance]);
  }

  Result<Values> invoke(Number instance, std::string_view name,
                        std::span<const ScriptValue> arguments) override {
    const auto* function = canonical_abi::find_export(*instances_[instance], {}, name);
    if (!function) return fail(ErrorKind::argument, "unknown function `" + std::string(name) + "`");
    if (arguments.size() != function->type.parameters.size()) {
      return fail(ErrorKind::argument, "wrong number of arguments for `" + std::string(name) + "`");
    }
    std::vector<canonical_abi::Value> values;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      auto value = to_component_value(arguments[i], function->type.parameters[i].type);
      if (!value) return propagate(std::move(value));
      values.push_back(*std::move(value));
    }
    auto result = canonical_abi::call(store_, *function, values);
    if (!result) return propagate(std::move(result));
    Values results;
    if (*result) {
      auto value = to_script_value(**result, function->type.result);
      if (!value) return propagate(std::move(value));
      results.push_back(*std::move(value));
    }
    return results;
  }

 private:
  runtime::Engine& engine_;
  runtime::Store core_;
  canonical_abi::Store store_;
  canonical_abi::Linker linker_;
  std::vector<std::shared_ptr<const canonical_abi::Component>> definitions_;
  std::vector<canonical_abi::ComponentInstance*> instances_;
};

}  // namespace

std::unique_ptr<ComponentHost> make_component_host(runtime::Engine& engine) {
  return std::make_unique<ComponentRunner>(engine);
}

}  // namespace airlock::cli
