// Networks of stations as logical processes, against Jackson's theorem: each station is as if it
// were M/M/1 with the rate that the traffic equations give, so mean times add up.

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/engine/simulation.h"
#include "sim/queueing/fifo_server.h"
#include "tests/differential/replications.h"

namespace cnisim::queueing {
namespace {

using differential::ExpectMean;
using namespace literals;

constexpr SimTime kWire = 5_us;
constexpr double kService = 10'000;  // ns
constexpr std::uint16_t kArrival = 0;
constexpr std::uint16_t kVisit = 1;  // payload: when the customer came

// Where a customer goes from a station: to station i with probability to[i], else away.
struct Routing {
  std::vector<double> to;
};

class Station final : public engine::LogicalProcess {
 public:
  Station(std::uint32_t replication, std::uint32_t id, Routing routing, double arrival_gap)
      : routing_(std::move(routing)),
        gap_(arrival_gap),
        random_(/*seed=*/300 + replication, id, 0),
        arrivals_(/*seed=*/300 + replication, id, 1) {}

  void Run(engine::Turn& turn) override {
    while (const engine::Event* event = turn.Next()) {
      if (event->kind == kArrival) {
        const SimTime next = event->time + Nanoseconds(arrivals_.Exponential(gap_)).Round();
        turn.Schedule(next, kArrival);
        Serve(event->time, static_cast<std::uint64_t>(event->time.nanos()), turn);
      } else {
        Serve(event->time, event->payload, turn);
      }
    }
  }
  std::string_view kind() const override { return "station"; }

  double sum() const { return sum_; }
  std::uint64_t left() const { return left_; }

 private:
  void Serve(SimTime now, std::uint64_t came, engine::Turn& turn) {
    const SimTime done = server_.Accept(now, Nanoseconds(random_.Exponential(kService)).Round());
    double draw = random_.Uniform();
    for (std::uint32_t station = 0; station < routing_.to.size(); ++station) {
      draw -= routing_.to[station];
      if (draw >= 0) continue;
      if (engine::LpId(station) == turn.self()) {
        turn.Schedule(done + kWire, kVisit, came);
      } else {
        turn.Send(engine::LpId(station), done + kWire, kVisit, came);
      }
      return;
    }
    if (now < 20_ms) return;  // warm-up
    sum_ += static_cast<double>(done.nanos() - static_cast<std::int64_t>(came));
    ++left_;
  }

  FifoServer server_;
  Routing routing_;
  double gap_;
  RandomStream random_;
  RandomStream arrivals_;
  double sum_ = 0;
  std::uint64_t left_ = 0;
};

// Mean time that customers spend in a network whose station 0 they enter at `rate` a service.
double MeanTime(std::uint32_t replication, const std::vector<Routing>& routings, double rate) {
  engine::Simulation simulation;
  std::vector<engine::LpId> ids;
  for (std::uint32_t i = 0; i < routings.size(); ++i) {
    ids.push_back(
        simulation.Add(std::make_unique<Station>(replication, i, routings[i], kService / rate)));
  }
  simulation.ConnectAll(ids, kWire);
  simulation.Schedule(ids[0], 0_ns, kArrival);
  simulation.Run(600_ms, {.threads = 1 + replication % 2});
  double sum = 0;
  std::uint64_t left = 0;
  for (const engine::LpId id : ids) {
    const auto& station = static_cast<const Station&>(simulation.lp(id));
    sum += station.sum();
    left += station.left();
  }
  return sum / static_cast<double>(left);
}

// Two stations one after the other at load 0.7: 2 / (1 - 0.7) services and the wire between.
TEST(QueueingNetwork, Tandem) {
  ExpectMean(2 * kService / 0.3 + 5'000, 0.02, [](std::uint32_t replication) {
    return MeanTime(replication, {{{0, 1}}, {{0, 0}}}, 0.7);
  });
}

// Three stations with feedback.  From 0 to 1 with 0.6 and to 2 with 0.4; from 1 back to 0 with 0.3
// and away; from 2 to 1 with 0.5, to itself with 0.2 and away.  Traffic equations for an outer
// rate of 0.3 a service:
//   v2 = 0.4 v0 + 0.2 v2        -> v2 = v0 / 2
//   v1 = 0.6 v0 + 0.5 v2        -> v1 = 0.85 v0
//   v0 = 0.3 + 0.3 v1           -> v0 = 0.3 / 0.745
// Time by Little: the sum of rho/(1 - rho) over the outer rate, and a wire a hop.
TEST(QueueingNetwork, JacksonWithFeedback) {
  const double v0 = 0.3 / 0.745;
  const std::array<double, 3> load = {v0, 0.85 * v0, 0.5 * v0};
  double present = 0;
  double visits = 0;
  for (const double rho : load) {
    present += rho / (1 - rho);
    visits += rho / 0.3;
  }
  const double expected = present / 0.3 * kService + (visits - 1) * 5'000;
  ExpectMean(expected, 0.02, [](std::uint32_t replication) {
    return MeanTime(replication, {{{0, 0.6, 0.4}}, {{0.3, 0, 0}}, {{0, 0.5, 0.2}}}, 0.3);
  });
}

}  // namespace
}  // namespace cnisim::queueing
