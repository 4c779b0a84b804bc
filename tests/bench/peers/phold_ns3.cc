// PHOLD on ns-3's event core: its simulator and one of its schedulers, no network models.
//   phold_ns3 [--scheduler=Map|Heap|Calendar|PriorityQueue] [--lps=65536] ...

#include <string>
#include <vector>

#include "ns3/core-module.h"

#include "tests/bench/peers/peer.h"
#include "tests/bench/peers/phold_flags.h"
#include "tests/bench/phold_model.h"

namespace {

struct Model {
  cnisim::phold::Parameters parameters;
  std::vector<cnisim::phold::Entity> entities;
};

void Fire(Model* model, std::uint32_t entity) {
  const auto now = static_cast<std::uint64_t>(ns3::Simulator::Now().GetTimeStep());
  const auto step = model->entities[entity].Advance(model->parameters, entity, now);
  ns3::Simulator::ScheduleWithContext(step.target, ns3::TimeStep(step.delay), &Fire, model,
                                      step.target);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace cnisim;
  const peers::Flags flags(argc, argv);
  const std::string scheduler = flags.Text("scheduler", "PriorityQueue");
  ns3::ObjectFactory factory;
  factory.SetTypeId("ns3::" + scheduler + "Scheduler");
  ns3::Simulator::SetScheduler(factory);
  Model model;
  model.parameters = peers::PholdParameters(flags);
  for (std::uint32_t i = 0; i < model.parameters.lps; ++i) {
    model.entities.emplace_back(model.parameters, i);
  }
  for (std::uint32_t i = 0; i < model.parameters.lps; ++i) {
    for (std::uint32_t k = 0; k < model.parameters.events_per_lp; ++k) {
      ns3::Simulator::ScheduleWithContext(i, ns3::TimeStep(model.entities[i].Delay()), &Fire,
                                          &model, i);
    }
  }
  ns3::Simulator::Stop(ns3::TimeStep(model.parameters.end));
  const double begin = peers::Seconds();
  ns3::Simulator::Run();
  const double seconds = peers::Seconds() - begin;
  phold::Outcome outcome;
  for (const phold::Entity& entity : model.entities) outcome.Add(entity);
  peers::Report(("phold_ns3_" + scheduler).c_str(), outcome.events, seconds, outcome.check);
  std::_Exit(0);  // its tear-down takes long and tells nothing
}
