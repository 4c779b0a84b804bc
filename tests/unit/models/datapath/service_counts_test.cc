#include "models/datapath/service_counts.h"

#include <gtest/gtest.h>

namespace cnisim::datapath {
namespace {

service::ServicePortShape Exposed() {
  service::ServicePortShape port;
  port.endpoints = 3;
  port.local_endpoints = 1;
  port.node_port = true;
  port.client_ip_affinity = true;
  return port;
}

// nftables and ipvs walk no chain, but traffic from outside is masqueraded under the Cluster policy
// all the same, and nftables tests a set for each endpoint of a Service with affinity.
TEST(ServiceCounts, HashedEnginesStillMasqueradeTrafficFromOutside) {
  Counts counts;
  SetHashedServiceCounts(Exposed(), service::Address::kNodePort, false, {}, true, counts);
  EXPECT_EQ(counts[Count::kMasqueradeMarks], 1);
  EXPECT_EQ(counts[Count::kAffinityRules], 3);
  EXPECT_EQ(counts[Count::kServiceRulesBeforeMatch], 0);
  EXPECT_EQ(counts[Count::kServiceRulesAll], 0);
}

TEST(ServiceCounts, TheLocalPolicyKeepsTheClientsAddress) {
  service::ServicePortShape port = Exposed();
  port.external_policy_local = true;
  Counts counts;
  SetHashedServiceCounts(port, service::Address::kNodePort, false, {}, false, counts);
  EXPECT_EQ(counts[Count::kMasqueradeMarks], 0);
  EXPECT_EQ(counts[Count::kAffinityRules], 0);  // ipvs keeps affinity in its own table
}

TEST(ServiceCounts, PodsAreNotMasqueradedToClusterIps) {
  service::ProxyOptions options;
  options.local_detector = true;
  Counts pod;
  SetHashedServiceCounts(Exposed(), service::Address::kClusterIp, true, options, true, pod);
  EXPECT_EQ(pod[Count::kMasqueradeMarks], 0);
  Counts host;
  SetHashedServiceCounts(Exposed(), service::Address::kClusterIp, false, options, true, host);
  EXPECT_EQ(host[Count::kMasqueradeMarks], 1);
}

}  // namespace
}  // namespace cnisim::datapath
