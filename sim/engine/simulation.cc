#include "sim/engine/simulation.h"

#include <utility>

#include "sim/engine/internal/executor.h"

namespace cnisim::engine {

Simulation::Simulation() : executor_(std::make_unique<internal::Executor>()) {}
Simulation::~Simulation() = default;

LpId Simulation::Add(std::unique_ptr<LogicalProcess> process) {
  return executor_->Add(std::move(process));
}

void Simulation::Connect(LpId from, LpId to, SimTime min_latency) {
  executor_->Connect(from, to, min_latency);
}

void Simulation::ConnectAll(std::span<const LpId> group, SimTime min_latency) {
  executor_->ConnectAll(group, min_latency);
}

void Simulation::Schedule(LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload,
                          std::uint16_t aux) {
  executor_->Schedule(target, at, kind, payload, aux);
}

RunReport Simulation::Run(SimTime until, const RunOptions& options) {
  return executor_->Run(until, options);
}

void Simulation::SetLuggage(Luggage* luggage) { executor_->SetLuggage(luggage); }

bool Simulation::owns(LpId id) const { return executor_->owns(id); }

std::uint32_t Simulation::lp_count() const { return executor_->lp_count(); }

LogicalProcess& Simulation::lp(LpId id) { return executor_->lp(id); }

}  // namespace cnisim::engine
