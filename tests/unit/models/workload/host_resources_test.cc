#include "models/workload/host_resources.h"

#include <gtest/gtest.h>

#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

HostResources Resources() {
  NodeModel node;
  node.cores = 2;
  return HostResources(node, test::SmallDefaults(), /*peers=*/0, /*fused=*/true);
}

// That the laws hold is checked at the end of every simulation.  A server that works behind the
// accounts' back is a server that is wrong: somebody is there who did not come, or work is done
// that nobody asked for.
TEST(HostResourcesDeathTest, ATaskThatNobodyCountedBreaksLittlesLaw) {
  HostResources resources = Resources();
  resources.SubmitTask(1_us, 1, 5_us);
  resources.CheckLaws(2_us);
  resources.cores().Submit(2_us, 2, 5_us);
  EXPECT_EXIT(resources.CheckLaws(3_us), testing::ExitedWithCode(3),
              "Little's law holds for a node's tasks");
}

TEST(HostResourcesDeathTest, WorkThatNobodyAskedForBreaksTheUtilisationLaw) {
  HostResources resources = Resources();
  resources.CheckLaws(1_us);
  resources.cores().AcceptSoftirq(2_us, 0, 5_us);
  EXPECT_EXIT(resources.CheckLaws(20_us), testing::ExitedWithCode(3),
              "a core does softirq work as long as there is some");
}

}  // namespace
}  // namespace cnisim::workload
