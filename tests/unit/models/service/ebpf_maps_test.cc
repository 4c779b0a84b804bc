#include "models/service/ebpf_maps.h"

#include <vector>

#include <gtest/gtest.h>

namespace cnisim::service {
namespace {

// One frontend, slot 0 and E slots: 1 + 5; 5 backends.
TEST(EbpfMaps, ClusterIp) {
  ServicePortShape port;
  port.endpoints = 5;
  const CiliumLbCounts counts = CountCiliumPort(port, {});
  EXPECT_EQ(counts.frontends, 1U);
  EXPECT_EQ(counts.service_entries, 6U);
  EXPECT_EQ(counts.backends, 5U);
}

// Cluster IP, load balancer IP, NodePort on one address and its wildcard: 4 frontends of 1 + 3.
TEST(EbpfMaps, LoadBalancerUnderTheClusterPolicy) {
  ServicePortShape port;
  port.endpoints = 3;
  port.load_balancer_ips = 1;
  port.node_port = true;
  const CiliumLbCounts counts = CountCiliumPort(port, {});
  EXPECT_EQ(counts.frontends, 4U);
  EXPECT_EQ(counts.service_entries, 16U);
}

// Local: the three external ones twice, with all 3 backends and with the node's 1: 4 + 3 * (4 + 2).
TEST(EbpfMaps, LoadBalancerUnderTheLocalPolicyHasTwoScopes) {
  ServicePortShape port;
  port.endpoints = 3;
  port.local_endpoints = 1;
  port.load_balancer_ips = 1;
  port.node_port = true;
  port.external_policy_local = true;
  const CiliumLbCounts counts = CountCiliumPort(port, {});
  EXPECT_EQ(counts.frontends, 7U);
  EXPECT_EQ(counts.service_entries, 22U);
}

// 65536 entries are full at 10922 Services of 5 endpoints: 6 entries each.
TEST(EbpfMaps, WhatFillsTheServiceMap) {
  ServicePortShape port;
  port.endpoints = 5;
  const std::vector<ServicePortShape> ports(10922, port);
  EXPECT_EQ(CountCiliumLb(ports, {}).service_entries, 65532U);
}

// Maglev serves outside traffic only: 3 external frontends, 16381 slots of 4 bytes.
TEST(EbpfMaps, MaglevTables) {
  ServicePortShape port;
  port.endpoints = 3;
  CiliumLbOptions options;
  options.maglev = true;
  EXPECT_EQ(CountCiliumPort(port, options).maglev_bytes, 0U);
  port.load_balancer_ips = 1;
  port.node_port = true;
  EXPECT_EQ(CountCiliumPort(port, options).maglev_bytes, 3U * 16381 * 4);
}

TEST(EbpfMaps, CalicoNat) {
  ServicePortShape port;
  port.endpoints = 3;
  port.node_port = true;
  const std::vector<ServicePortShape> ports(2, port);
  EXPECT_EQ(CountCalicoNat(ports, 1).frontends, 6U);
  EXPECT_EQ(CountCalicoNat(ports, 1).backends, 6U);
}

}  // namespace
}  // namespace cnisim::service
