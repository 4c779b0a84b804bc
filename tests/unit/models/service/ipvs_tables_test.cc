#include "models/service/ipvs_tables.h"

#include <vector>

#include <gtest/gtest.h>

namespace cnisim::service {
namespace {

// 10 Services of 3 endpoints, 1 of them here: 10 virtual servers, 30 real ones, 10 members each.
TEST(IpvsTables, ClusterIps) {
  ServicePortShape port;
  port.endpoints = 3;
  port.local_endpoints = 1;
  const std::vector<ServicePortShape> ports(10, port);
  const IpvsCounts counts = CountIpvs(ports, 1);
  EXPECT_EQ(counts.virtual_servers, 10U);
  EXPECT_EQ(counts.real_servers, 30U);
  EXPECT_EQ(counts.dummy_addresses, 10U);
  EXPECT_EQ(counts.cluster_ip, 10U);
  EXPECT_EQ(counts.loop_back, 10U);
  EXPECT_EQ(counts.largest_set(), 10U);
}

// A NodePort serves on both of the node's addresses: 1 + 1 + 2 virtual servers; Local keeps 1 real
// server for each external one.
TEST(IpvsTables, LoadBalancerUnderTheLocalPolicy) {
  ServicePortShape port;
  port.endpoints = 3;
  port.local_endpoints = 1;
  port.load_balancer_ips = 1;
  port.node_port = true;
  port.external_policy_local = true;
  port.source_ranges = 4;
  const IpvsCounts counts = CountIpvsPort(port, 2);
  EXPECT_EQ(counts.virtual_servers, 4U);
  EXPECT_EQ(counts.real_servers, 6U);
  EXPECT_EQ(counts.load_balancer_local, 1U);
  EXPECT_EQ(counts.source_cidr, 4U);
  EXPECT_EQ(counts.node_port_local, 1U);
}

}  // namespace
}  // namespace cnisim::service
