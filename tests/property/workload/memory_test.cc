// What a pod costs that nobody calls: a cluster has many of them.

#include <cstddef>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "models/workload/traffic_simulation.h"
#include "sim/engine/simulation.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

// A thousand nodes; a few of the pods have traffic.
constexpr std::size_t kNodes = 1'000;
Model Cluster(std::size_t pods_a_node) {
  Model model = test::SmallTraffic(/*rate=*/1'000);
  while (model.nodes.size() < kNodes) {
    model.nodes.push_back(model.nodes.front());
    model.nodes.back().name = "node-" + std::to_string(model.nodes.size());
  }
  while (model.pods.size() < kNodes * pods_a_node) {
    const std::size_t number = model.pods.size();
    model.pods.push_back({"idle-" + std::to_string(number),
                          static_cast<std::uint32_t>(number % kNodes), test::kBackend});
  }
  return model;
}

struct Use {
  std::size_t engine = 0;  // bytes of pending events and of what the engine knows of nodes
  std::size_t most = 0;    // of all that a run takes beside its model, its results included
};

Use UseOf(std::size_t pods_a_node) {
  const Model model = Cluster(pods_a_node);
  const std::size_t before = test::LiveBytes();
  test::ResetMostLiveBytes();
  Use use;
  TrafficOptions options{.seed = 1, .threads = 1, .warm_up = 10_ms, .duration = 100_ms};
  options.profile = [&](const engine::RunReport& report, SimTime) {
    use.engine = report.profile.bytes;
  };
  const TrafficRecord record = SimulateTraffic(model, options);
  EXPECT_GT(record.sources.front().completed, 50U);
  use.most = test::MostLiveBytes() - before;
  return use;
}

TEST(MemoryTest, AnIdlePodTakesNothingOfTheEngineAndLittleOfTheRest) {
  const Use few = UseOf(30);
  const Use many = UseOf(60);
  EXPECT_EQ(few.engine, many.engine);
  EXPECT_LE(few.engine, kNodes * 1'024);
  // Queue, workers and waits of a pod, and what is told of them in the end.
  const std::size_t bytes = (many.most - few.most) / (30 * kNodes);
  EXPECT_LE(bytes, 512U);
  RecordProperty("bytes_a_pod", static_cast<int>(bytes));
}

}  // namespace
}  // namespace cnisim::workload
