#include "sim/engine/turn.h"

#include "sim/base/check.h"
#include "sim/engine/internal/executor.h"

namespace cnisim::engine {

const Event* Turn::Next() { return executor_.Next(*this); }

void Turn::Schedule(SimTime at, std::uint16_t kind, std::uint64_t payload, std::uint16_t aux,
                    unsigned phase) {
  CNISIM_CHECK(at >= now_, "an LP schedules nothing in its past");
  CNISIM_CHECK(phase <= kMaxPhase, "a phase is at most 7");
  executor_.Emit(*this, self_, at, kind, payload, aux, phase);
}

void Turn::Send(LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload,
                std::uint16_t aux) {
  CNISIM_CHECK(target != self_, "an LP schedules for itself, it does not send");
  CNISIM_CHECK(target.value() < executor_.lp_count(), "an event goes to an LP that was added");
  const SimTime latency = executor_.MinLatencyFrom(self_);
  CNISIM_CHECK(latency != SimTime::Max(), "an LP sends over channels that were declared");
  CNISIM_CHECK(at - now_ >= latency, "an event takes its channel's latency at least");
  executor_.Emit(*this, target, at, kind, payload, aux, /*phase=*/0);
}

}  // namespace cnisim::engine
