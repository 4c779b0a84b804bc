#pragma once

/// @file
/// PHOLD through the engine's public interface: one LP an entity.

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/engine/simulation.h"
#include "tests/bench/phold_model.h"

namespace cnisim::phold {

class EntityLp final : public engine::LogicalProcess {
 public:
  EntityLp(const Parameters& parameters, std::uint32_t id)
      : entity_(parameters, id), parameters_(parameters) {}

  void Run(engine::Turn& turn) override {
    while (const engine::Event* event = turn.Next()) {
      const auto now = static_cast<std::uint64_t>(event->time.nanos());
      const Step step = entity_.Advance(parameters_, turn.self().value(), now);
      const SimTime at = event->time + SimTime::FromNanos(static_cast<std::int64_t>(step.delay));
      if (step.target == turn.self().value()) {
        turn.Schedule(at, /*kind=*/0);
      } else {
        turn.Send(engine::LpId(step.target), at, /*kind=*/0);
      }
    }
  }
  std::string_view kind() const override { return "phold"; }
  Entity& entity() { return entity_; }

 private:
  Entity entity_;
  const Parameters& parameters_;
};

/// One run; `parameters` must outlive it.
class EngineRun {
 public:
  explicit EngineRun(const Parameters& parameters) : parameters_(parameters) {
    std::vector<engine::LpId> lps;
    for (std::uint32_t i = 0; i < parameters.lps; ++i) {
      auto process = std::make_unique<EntityLp>(parameters, i);
      processes_.push_back(process.get());
      lps.push_back(simulation_.Add(std::move(process)));
    }
    simulation_.ConnectAll(lps, SimTime::FromNanos(kLookahead));
    for (std::uint32_t i = 0; i < parameters.lps; ++i) {
      for (std::uint32_t k = 0; k < parameters.events_per_lp; ++k) {
        const auto at = static_cast<std::int64_t>(processes_[i]->entity().Delay());
        simulation_.Schedule(lps[i], SimTime::FromNanos(at), 0);
      }
    }
  }

  engine::RunReport Run(unsigned threads) {
    return simulation_.Run(SimTime::FromNanos(static_cast<std::int64_t>(parameters_.end)),
                           {.threads = threads});
  }
  Outcome outcome() const {
    Outcome outcome;
    for (EntityLp* process : processes_) outcome.Add(process->entity());
    return outcome;
  }

 private:
  const Parameters& parameters_;
  engine::Simulation simulation_;
  std::vector<EntityLp*> processes_;  // [lp id]; owned by the simulation
};

}  // namespace cnisim::phold
