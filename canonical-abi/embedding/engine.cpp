#include "airlock/engine.hpp"

#include "canonical-abi/embedding/state.hpp"
#include "interpreter/executor.hpp"

namespace airlock {
namespace {

runtime::EngineConfiguration to_internal(const Configuration& configuration) {
  using Public = Configuration::BoundsChecks;
  return {.bounds_checks = configuration.bounds_checks == Public::guard_pages
                               ? runtime::BoundsChecks::guard_pages
                               : runtime::BoundsChecks::in_code,
          .lazy_translation = configuration.lazy_translation,
          .metered = configuration.metered,
          .interruptible = configuration.interruptible,
          .limits = configuration.limits};
}

}  // namespace

Engine::State::State(const Configuration& with)
    : configuration(with), engine(interpreter::make_executor(), to_internal(with)) {}

Engine::Engine(const Configuration& configuration)
    : state_(std::make_shared<State>(configuration)) {}

const Configuration& Engine::configuration() const { return state_->configuration; }

}  // namespace airlock
