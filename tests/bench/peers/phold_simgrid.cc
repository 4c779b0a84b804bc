// PHOLD on SimGrid's s4u interface: each event that goes from entity to entity is an actor that
// sleeps its delay and then touches its entity.  A tick is a second of SimGrid's clock, so that its
// floating-point time is exact.
//   phold_simgrid [--lps=65536] [--events=1] [--remote=0.25] [--end=32]

#include <cstdlib>
#include <vector>

#include <simgrid/s4u.hpp>

#include "tests/bench/peers/peer.h"
#include "tests/bench/peers/phold_flags.h"
#include "tests/bench/phold_model.h"

namespace {

struct Model {
  cnisim::phold::Parameters parameters;
  std::vector<cnisim::phold::Entity> entities;
};

// Two events of one entity and tick are alike, so their order does not matter.
void Wander(Model* model, std::uint32_t entity) {
  std::uint64_t now = model->entities[entity].Delay();
  simgrid::s4u::this_actor::sleep_for(static_cast<double>(now));
  while (now < model->parameters.end) {
    const auto step = model->entities[entity].Advance(model->parameters, entity, now);
    now += step.delay;
    entity = step.target;
    simgrid::s4u::this_actor::sleep_for(static_cast<double>(step.delay));
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace cnisim;
  simgrid::s4u::Engine engine(&argc, argv);  // takes its own flags away
  // Tens of thousands of actors: small stacks without guard pages.
  simgrid::s4u::Engine::set_config("contexts/stack-size:16");
  simgrid::s4u::Engine::set_config("contexts/guard-size:0");
  const peers::Flags flags(argc, argv);
  Model model;
  model.parameters = peers::PholdParameters(flags);
  auto* zone = simgrid::s4u::create_full_zone("zone");
  auto* host = zone->create_host("host", 1e9);
  zone->seal();
  for (std::uint32_t i = 0; i < model.parameters.lps; ++i) {
    model.entities.emplace_back(model.parameters, i);
  }
  for (std::uint32_t i = 0; i < model.parameters.lps; ++i) {
    for (std::uint32_t k = 0; k < model.parameters.events_per_lp; ++k) {
      simgrid::s4u::Actor::create("event", host, &Wander, &model, i);
    }
  }
  const double begin = peers::Seconds();
  engine.run();
  const double seconds = peers::Seconds() - begin;
  phold::Outcome outcome;
  for (const phold::Entity& entity : model.entities) outcome.Add(entity);
  peers::Report("phold_simgrid", outcome.events, seconds, outcome.check);
  std::_Exit(0);  // its tear-down takes long and tells nothing
}
