/// Paths become segments: what is paid when, by whom, on which node, and how packets are sized.

#include "models/datapath/compiler.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/datapath/service_counts.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"

namespace cnisim::datapath {
namespace {

/// A catalog of three costs with round numbers and one CNI with one path.
constexpr const char* kCosts = R"(
costs:
  - {id: send, does: a, paid_by: task, paid: data, per: message, fixed: {typical: 100ns, low: 50ns, high: 200ns}, cv: 0.5,
     status: assumed, why: a test}
  - {id: host, does: b, paid_by: softirq, paid: each, fixed: {typical: 10ns, low: 5ns, high: 20ns},
     per_byte: {typical: 0.5ns, low: 0.5ns, high: 0.5ns}, status: assumed, why: a test}
  - {id: walk, does: c, paid_by: softirq, paid: first, count: service_rules_all, fixed: {typical: 2ns, low: 1ns, high: 4ns},
     status: assumed, why: a test}
  - {id: wire, does: d, paid_by: softirq, paid: each, per: packet, fixed: {typical: 3ns, low: 3ns, high: 3ns},
     status: assumed, why: a test}
  - {id: dial, does: e, paid_by: task, paid: connect, fixed: {typical: 7ns, low: 7ns, high: 7ns}, status: assumed, why: a test}
  - {id: entry, does: f, paid_by: softirq, paid: first, fixed: {typical: 1ns, low: 1ns, high: 1ns}, conntrack_entries: 1,
     status: assumed, why: a test}
)";
constexpr const char* kCni = R"(
name: toy
summary: a toy
switches: {encapsulation: vxlan}
paths:
  pod_to_pod_cross_node:
    request:
      client: [dial, send, host, {stage: walk, when: {service: none}}, entry, {stage: wire, when: {encapsulation: vxlan}}]
      server: [host, entry, {stage: walk, count: one, times: 5}]
    reply:
      server: [send, host]
      client: [host]
)";

class Compiler : public ::testing::Test {
 protected:
  document::Diagnostics diagnostics_;
  document::CatalogFiles files_ =
      document::CatalogFiles::FromFiles({{"costs/test.yaml", kCosts, "costs/test.yaml", false},
                                         {"cni/toy.yaml", kCni, "cni/toy.yaml", false}});
  CostModel costs_ = CostModel::Load(files_, diagnostics_);
  std::optional<CniProfile> profile_ = CniProfile::Load(files_, "toy", costs_, diagnostics_);
};

// SYN: client 10 + 1001 x 2 + 1 + 3 (one wire packet), server 10 + 1 + 5 x 2; nothing of send,
// which data pays.
TEST_F(Compiler, FirstPacketPaysWalksOncePerConnection) {
  ASSERT_TRUE(profile_) << diagnostics_.ToString();
  FlowClass flow;
  flow.counts.Set(Count::kServiceRulesAll, 1001);
  const CompiledFlow compiled = Compile(*profile_, {}, flow, costs_);
  const std::vector<Segment>& syn = compiled[MessageKind::kSyn].segments;
  ASSERT_EQ(syn.size(), 2U);
  EXPECT_EQ(syn[0].side, Side::kSender);
  EXPECT_EQ(syn[0].resource, Resource::kSoftirqCore);
  EXPECT_EQ(syn[0].per_aggregate.value(), 2013);
  EXPECT_EQ(syn[0].per_packet.value(), 3);
  EXPECT_EQ(syn[1].side, Side::kReceiver);
  EXPECT_EQ(syn[1].per_aggregate.value(), 21);
  EXPECT_EQ(compiled.connect.value(), 7);
  EXPECT_EQ(compiled.conntrack_entries[0], 1);
  EXPECT_EQ(compiled.conntrack_entries[2], 1);
}

// Later requests: send 100 once, host 10 a GSO packet and 0.5 a byte, wire 3 a packet.
TEST_F(Compiler, LaterRequestsPayNoWalk) {
  FlowClass flow;
  flow.counts.Set(Count::kServiceRulesAll, 1001);
  const CompiledFlow compiled = Compile(*profile_, {}, flow, costs_);
  const CompiledMessage& request = compiled[MessageKind::kRequest];
  ASSERT_EQ(request.segments.size(), 3U);
  EXPECT_EQ(request.segments[0].resource, Resource::kTaskCore);
  EXPECT_EQ(request.segments[0].per_message.value(), 100);
  EXPECT_EQ(request.segments[0].cv, 0.5);
  // 3000 B in packets of 1398: three, in one GSO packet. 100 + 2 x (10 + 1500) + 3 x 3
  EXPECT_EQ(Shape(request, Bytes(3000)).packets, 3);
  EXPECT_EQ(Shape(request, Bytes(3000)).aggregates, 1);
  EXPECT_EQ(request.Demand(Bytes(3000)).value(), 3129);
}

// A connection to a Service takes the other branch of `when:`.
TEST_F(Compiler, ConditionsLookAtTheFlow) {
  FlowClass flow;
  flow.service = ServiceAccess::kClusterIp;
  flow.counts.Set(Count::kServiceRulesAll, 1001);
  const CompiledFlow compiled = Compile(*profile_, {}, flow, costs_);
  EXPECT_EQ(compiled[MessageKind::kSyn].segments[0].per_aggregate.value(), 11);
}

TEST_F(Compiler, SwitchesOfTheConfigurationOverrideTheProfiles) {
  const CompiledFlow compiled = Compile(*profile_, {{"encapsulation", "none"}}, {}, costs_);
  EXPECT_EQ(compiled[MessageKind::kSyn].segments[0].per_packet.value(), 0);
}

TEST_F(Compiler, UdpPaysFirstPacketsWithItsFirstDatagram) {
  FlowClass flow;
  flow.protocol = TransportProtocol::kUdp;
  flow.counts.Set(Count::kServiceRulesAll, 10);
  const CompiledFlow compiled = Compile(*profile_, {}, flow, costs_);
  EXPECT_EQ(compiled[MessageKind::kRequestFirst].segments[1].per_aggregate.value(), 10 + 20 + 1);
  EXPECT_EQ(compiled[MessageKind::kRequest].segments[1].per_aggregate.value(), 10);
  EXPECT_EQ(compiled.conntrack_entries[0], 1);
}

TEST_F(Compiler, TraceSumsToTheSegments) {
  FlowClass flow;
  flow.counts.Set(Count::kServiceRulesAll, 1001);
  const TracedFlow traced = Trace(*profile_, {}, flow, costs_);
  for (const TracedMessage& message : traced.messages) {
    const CompiledMessage& compiled = traced.compiled[message.kind];
    const MessageShape shape = Shape(compiled, Bytes(100));
    double sum = 0;
    for (const TracedStage& stage : message.stages) {
      sum += stage.fixed.value() + stage.per_byte.value() * 100;
    }
    EXPECT_DOUBLE_EQ(sum, compiled.Demand(Bytes(100)).value()) << Name(message.kind);
    EXPECT_EQ(shape.packets, 1);
  }
}

TEST_F(Compiler, DrawsStayInTheirRangeAndAreTheSameForTheSameSeed) {
  const CostModel first = costs_.Draw(7);
  const CostModel again = costs_.Draw(7);
  const CostModel other = costs_.Draw(8);
  bool differs = false;
  for (std::size_t i = 0; i < costs_.all().size(); ++i) {
    const StageCost& cost = first.all()[i];
    EXPECT_GE(cost.fixed_ns, cost.fixed.low);
    EXPECT_LE(cost.fixed_ns, cost.fixed.high);
    EXPECT_EQ(cost.fixed_ns, again.all()[i].fixed_ns);
    differs = differs || cost.fixed_ns != other.all()[i].fixed_ns;
  }
  EXPECT_TRUE(differs);
  EXPECT_EQ(costs_.AtBound(true).At("send").fixed_ns, 200);
  EXPECT_EQ(costs_.AtBound(false).At("send").fixed_ns, 50);
}

struct MtuCase {
  const char* profile;
  Switches switches;
  int pod, route, overhead;
};

// Device 1500.  VXLAN 50, Geneve 50, IPIP 20, WireGuard 60 (Cilium leaves 80 free), IPsec 77;
// Cilium keeps the device's MTU on the pod's interface.
TEST(PathMtuTest, IsTheDeviceLessEveryHeader) {
  document::Diagnostics diagnostics;
  const auto files = document::CatalogFiles::Load(std::nullopt, diagnostics);
  const CostModel costs = CostModel::Load(files, diagnostics);
  const std::vector<MtuCase> cases = {
      {"azure-overlay", {}, 1500, 1500, 0},
      {"byocni-flannel", {}, 1450, 1450, 50},
      {"byocni-flannel", {{"encapsulation", "none"}, {"encryption", "wireguard"}}, 1440, 1440, 60},
      {"byocni-calico", {{"encapsulation", "ipip"}}, 1480, 1480, 20},
      {"byocni-calico", {{"encryption", "wireguard"}}, 1390, 1390, 110},
      {"byocni-cilium", {}, 1500, 1450, 50},
      {"byocni-cilium", {{"encryption", "wireguard"}}, 1500, 1370, 110},
      {"byocni-cilium", {{"encryption", "ipsec"}}, 1500, 1373, 127},
      {"byocni-cilium", {{"encapsulation", "geneve"}, {"lb_mode", "dsr"}}, 1500, 1438, 62},
  };
  for (const MtuCase& c : cases) {
    const auto profile = CniProfile::Load(files, c.profile, costs, diagnostics);
    ASSERT_TRUE(profile);
    const PathMtu mtu = MtuOf(*profile, c.switches, Bytes(1500));
    EXPECT_EQ(mtu.pod.count(), c.pod) << c.profile;
    EXPECT_EQ(mtu.route.count(), c.route) << c.profile;
    EXPECT_EQ(mtu.overhead.count(), c.overhead) << c.profile;
  }
}

// Two nodes under VXLAN: 1450 - 20 - 32 = 1398 of payload, 14 + 20 + 32 + 50 = 116 of headers.  On
// one node the pod's own MTU counts and nothing is added.
TEST(PathMtuTest, SegmentsFollowThePath) {
  document::Diagnostics diagnostics;
  const auto files = document::CatalogFiles::Load(std::nullopt, diagnostics);
  const CostModel costs = CostModel::Load(files, diagnostics);
  const auto profile = CniProfile::Load(files, "byocni-cilium", costs, diagnostics);
  ASSERT_TRUE(profile);
  FlowClass flow;
  const CompiledFlow cross = Compile(*profile, {}, flow, costs);
  EXPECT_EQ(cross[MessageKind::kReply].mss.count(), 1398);
  EXPECT_EQ(cross[MessageKind::kReply].header_bytes.count(), 116);
  flow.path = PathKind::kPodToPodSameNode;
  const CompiledFlow same = Compile(*profile, {}, flow, costs);
  EXPECT_EQ(same[MessageKind::kReply].mss.count(), 1448);
  EXPECT_EQ(same[MessageKind::kReply].header_bytes.count(), 66);
  // 64 KiB less headers in whole segments of 1448: 45 of them; 1 MiB is 17 GSO packets and 725 wire
  // packets.
  EXPECT_EQ(Shape(same[MessageKind::kReply], Bytes(1 << 20)).aggregates, 17);
  EXPECT_EQ(Shape(same[MessageKind::kReply], Bytes(1 << 20)).packets, 725);
}

}  // namespace
}  // namespace cnisim::datapath
