#include "sim/engine/turn.h"

#include <optional>

#include "sim/base/check.h"
#include "sim/engine/internal/worker.h"

namespace cnisim::engine {

const Event* Turn::NextMerged() {
  if (cursor_ != end_ && internal::Before(**cursor_, worker_.first_self())) {
    return Take(*cursor_++);
  }
  --self_events_;
  return Take(worker_.PopSelf());
}

void Turn::Schedule(SimTime at, std::uint16_t kind, std::uint64_t payload, std::uint16_t aux,
                    unsigned phase) {
  CNISIM_CHECK(at >= now_, "an LP schedules nothing in its past");
  CNISIM_CHECK(phase <= kMaxPhase, "a phase is at most 7");
  const std::uint64_t order =
      (std::uint64_t{phase} << internal::kPhaseShift) + state_->next_order++;
  ToItself({at, order, self_, kind, aux, payload});
}

void Turn::Schedule(const Place& place, SimTime at, std::uint16_t kind, std::uint64_t payload,
                    std::uint16_t aux) {
  CNISIM_CHECK(at >= now_, "an LP schedules nothing in its past");
  ToItself({at, place.order_, self_, kind, aux, payload});
}

void Turn::ScheduleFirst(SimTime at, std::uint64_t number, std::uint16_t kind,
                         std::uint64_t payload, std::uint16_t aux) {
  CNISIM_CHECK(at >= now_, "an LP schedules nothing in its past");
  CNISIM_CHECK(number >> internal::kPhaseShift == 0, "bookkeeping has no phase");
  ToItself({at, number, self_, kind, aux, payload});
}

Turn::Place Turn::Reserve() { return Place(state_->next_order++); }

void Turn::ToItself(const Event& event) {
  if (event.time < window_end_) {
    worker_.PushSelf(event);
    ++self_events_;
  } else {
    worker_.Emit(event);
  }
}

void Turn::Send(LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload,
                std::uint16_t aux) {
  Send(Reserve(), target, at, kind, payload, aux);
}

void Turn::Send(const Place& place, LpId target, SimTime at, std::uint16_t kind,
                std::uint64_t payload, std::uint16_t aux) {
  CNISIM_CHECK(target != self_, "an LP schedules for itself, it does not send");
  CNISIM_CHECK(target.value() < worker_.layout().lps.size(),
               "an event goes to an LP that was added");
  CNISIM_CHECK(state_->min_latency_ns != 0, "an LP sends over channels that were declared");
  CNISIM_CHECK((at - now_).nanos() >= std::int64_t{state_->min_latency_ns},
               "an event takes its channel's latency at least");
  if (const internal::ChannelGraph* graph = worker_.layout().verify) [[unlikely]] {
    const std::optional<SimTime> latency = graph->Latency(self_, target);
    CNISIM_CHECK(latency.has_value(), "a message goes over a channel that was declared");
    CNISIM_CHECK(at - now_ >= *latency, "a message takes its channel's latency at least");
  }
  worker_.Emit({at, place.order_, target, kind, aux, payload});
}

}  // namespace cnisim::engine
