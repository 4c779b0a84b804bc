#include "models/datapath/packet_sizes.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/datapath/compiler.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"

namespace cnisim::datapath {
namespace {

struct SizeCase {
  const char* what;
  const char* profile;
  Switches switches;
  int pod_mtu;     // 0: derived
  int fabric_mtu;  // 0: none
  int inner, wire;
  PacketFate fate;
  CutBy cut_by;
};

class PacketSizesTest : public ::testing::Test {
 protected:
  CniProfile Profile(const std::string& name) {
    return CniProfile::Load(files_, name, costs_, diagnostics_).value();
  }

  document::Diagnostics diagnostics_;
  document::CatalogFiles files_ = document::CatalogFiles::Load(std::nullopt, diagnostics_);
  CostModel costs_ = CostModel::Load(files_, diagnostics_);
};

// Device 1500.  Expectations are arithmetic: device - headers, or what was set + headers.
TEST_F(PacketSizesTest, FollowTheConfiguration) {
  const Switches wireguard{{"encapsulation", "none"}, {"encryption", "wireguard"}};
  const Switches ipip{{"encapsulation", "ipip"}};
  const Switches native{{"encapsulation", "none"}};
  const std::vector<SizeCase> cases = {
      {"VXLAN as derived",
       "byocni-flannel",
       {},
       0,
       0,
       1450,
       1500,
       PacketFate::kWhole,
       CutBy::kNobody},
      {"VXLAN, the device's MTU on the pods",
       "byocni-flannel",
       {},
       1500,
       0,
       1500,
       1550,
       PacketFate::kCut,
       CutBy::kNode},
      {"VXLAN in a network of 1400",
       "byocni-flannel",
       {},
       0,
       1400,
       1450,
       1500,
       PacketFate::kCut,
       CutBy::kFabric},
      {"VXLAN made for a network of 1400",
       "byocni-flannel",
       {},
       1350,
       1400,
       1350,
       1400,
       PacketFate::kWhole,
       CutBy::kNobody},
      {"cut by the node first, and small enough then",
       "byocni-flannel",
       {},
       1500,
       1500,
       1500,
       1550,
       PacketFate::kCut,
       CutBy::kNode},
      {"WireGuard as derived", "byocni-flannel", wireguard, 0, 0, 1440, 1500, PacketFate::kWhole,
       CutBy::kNobody},
      {"WireGuard, the device's MTU on the pods", "byocni-flannel", wireguard, 1500, 0, 1500, 1560,
       PacketFate::kLost, CutBy::kNobody},
      {"WireGuard in a network of 1400", "byocni-flannel", wireguard, 0, 1400, 1440, 1500,
       PacketFate::kLost, CutBy::kNobody},
      {"WireGuard as Calico makes it for AKS", "byocni-calico", wireguard, 1340, 1400, 1340, 1400,
       PacketFate::kWhole, CutBy::kNobody},
      {"IPIP tells the sender", "byocni-calico", ipip, 1500, 0, 1480, 1500, PacketFate::kDiscovered,
       CutBy::kNobody},
      {"large pods on a small device", "byocni-flannel", native, 9000, 0, 1500, 1500,
       PacketFate::kDiscovered, CutBy::kNobody},
      {"Cilium's MTU is the device's",
       "byocni-cilium",
       {},
       1400,
       0,
       1350,
       1400,
       PacketFate::kWhole,
       CutBy::kNobody},
      {"Cilium told of a device that is not there",
       "byocni-cilium",
       {},
       9000,
       0,
       8950,
       9000,
       PacketFate::kCut,
       CutBy::kNode},
  };
  for (const SizeCase& c : cases) {
    const CniProfile profile = Profile(c.profile);
    FlowClass flow;
    flow.pod_mtu = Bytes(c.pod_mtu);
    flow.fabric_mtu = Bytes(c.fabric_mtu);
    const PacketSizes sizes = SizesOf(profile, Merge(profile.switches(), c.switches), flow);
    EXPECT_EQ(sizes.inner.count(), c.inner) << c.what;
    EXPECT_EQ(sizes.wire().count(), c.wire) << c.what;
    EXPECT_EQ(sizes.fate, c.fate) << c.what;
    EXPECT_EQ(sizes.cut_by, c.cut_by) << c.what;
  }
}

// 1500 + 50 over 1500: 1530 bytes after the IP header in pieces of 1480, so two; the second carries
// Ethernet and IP headers again.  A packet that fits is not cut.
TEST_F(PacketSizesTest, PiecesAreCountedByPacket) {
  const CniProfile profile = Profile("byocni-flannel");
  FlowClass flow;
  flow.pod_mtu = Bytes(1500);
  const CompiledFlow compiled = Compile(profile, {}, flow, costs_);
  const CompiledMessage& request = compiled[MessageKind::kRequest];
  EXPECT_EQ(request.mss.count(), 1448);
  const MessageShape one = Shape(request, Bytes(1448));
  EXPECT_EQ(one.packets, 1);
  EXPECT_EQ(one.fragments, 1);
  EXPECT_EQ(WireBytes(request, one).count(), 1448 + 116 + 34);
  EXPECT_EQ(Shape(request, Bytes(1000)).fragments, 0);
  // Ten full packets and one of 398 bytes (1500 - 50 - 52 = 1398 would still fit).
  EXPECT_EQ(Shape(request, Bytes(10 * 1448 + 398)).fragments, 10);
  EXPECT_EQ(Shape(request, Bytes(10 * 1448 + 1398)).fragments, 10);
  EXPECT_EQ(Shape(request, Bytes(10 * 1448 + 1399)).fragments, 11);
}

// The node that cuts and the one that joins pay for each piece; a network that cuts charges nobody.
TEST_F(PacketSizesTest, CuttingAndJoiningArePaidFor) {
  const CniProfile profile = Profile("byocni-flannel");
  FlowClass flow;
  const auto full = [&](Bytes pod_mtu, Bytes fabric_mtu) {
    flow.pod_mtu = pod_mtu;
    flow.fabric_mtu = fabric_mtu;
    return Compile(profile, {}, flow, costs_)[MessageKind::kRequest].Demand(Bytes(1398)).value();
  };
  const double whole = full(Bytes(1450), Bytes(0));
  const double join = costs_.At("ip_reassemble").fixed_ns;
  EXPECT_NEAR(full(Bytes(1450), Bytes(1400)) - whole, join, 1e-6);
  // At the node: a message of 1448 against one of 1398 in one packet each.
  flow.pod_mtu = Bytes(1500);
  flow.fabric_mtu = Bytes(0);
  const CompiledMessage cut = Compile(profile, {}, flow, costs_)[MessageKind::kRequest];
  EXPECT_NEAR((cut.Demand(Bytes(1399)) - cut.Demand(Bytes(1398))).value(),
              join + costs_.At("ip_fragment").fixed_ns, 5);
}

TEST_F(PacketSizesTest, OnlyPacketsAboveTheLimitAreLost) {
  const CniProfile profile = Profile("byocni-flannel");
  FlowClass flow;
  flow.fabric_mtu = Bytes(1400);
  const CompiledMessage reply =
      Compile(profile, {{"encapsulation", "none"}, {"encryption", "wireguard"}}, flow,
              costs_)[MessageKind::kReply];
  // 1400 - 60 of WireGuard - 52 of IP and TCP.
  EXPECT_FALSE(IsLost(reply, Bytes(1288)));
  EXPECT_TRUE(IsLost(reply, Bytes(1289)));
  EXPECT_TRUE(IsLost(reply, Bytes(100000)));
  EXPECT_EQ(Shape(reply, Bytes(1389)).fragments, 0);
}

// Plain TCP fits itself: an interface of 1500 in a network of 1450 has 1398 bytes of payload, as
// measured on Azure.  Datagrams of the same size are cut.
TEST_F(PacketSizesTest, PlainSegmentsFitTheNetwork) {
  const CniProfile profile = Profile("azure-overlay");
  FlowClass flow;
  flow.fabric_mtu = Bytes(1450);
  EXPECT_EQ(Compile(profile, {}, flow, costs_)[MessageKind::kRequest].mss.count(), 1398);
  EXPECT_EQ(SizesOf(profile, profile.switches(), flow).fate, PacketFate::kDiscovered);
  flow.protocol = TransportProtocol::kUdp;
  EXPECT_EQ(SizesOf(profile, profile.switches(), flow).fate, PacketFate::kCut);
  EXPECT_EQ(SizesOf(profile, profile.switches(), flow).cut_by, CutBy::kFabric);
}

// On one node, and towards the internet, the network between nodes does not matter.
TEST_F(PacketSizesTest, OtherWaysHaveTheirOwnLimits) {
  const CniProfile profile = Profile("byocni-flannel");
  FlowClass flow;
  flow.fabric_mtu = Bytes(1400);
  flow.path = PathKind::kPodToPodSameNode;
  EXPECT_EQ(SizesOf(profile, profile.switches(), flow).fate, PacketFate::kWhole);
  flow.path = PathKind::kPodToExternal;
  EXPECT_EQ(SizesOf(profile, profile.switches(), flow).fate, PacketFate::kWhole);
  flow.pod_mtu = Bytes(9000);
  EXPECT_EQ(SizesOf(profile, profile.switches(), flow).fate, PacketFate::kDiscovered);
  EXPECT_EQ(SizesOf(profile, profile.switches(), flow).inner.count(), 1500);
}

// Calico's eBPF programs forward in VXLAN where pods need no tunnel, and tell a client whose packet
// is too large for it.
TEST_F(PacketSizesTest, CalicosEntryTunnelCounts) {
  const CniProfile profile = Profile("byocni-calico");
  const Switches switches = Merge(profile.switches(), {{"dataplane", "ebpf"},
                                                       {"service_engine", "ebpf-socket"},
                                                       {"encapsulation", "none"},
                                                       {"lb_mode", "tunnel"}});
  FlowClass flow;
  EXPECT_EQ(SizesOf(profile, switches, flow).inner.count(), 1500);
  EXPECT_EQ(SizesOf(profile, switches, flow).headers.count(), 0);
  flow.path = PathKind::kExternalToPodViaNode;
  EXPECT_EQ(SizesOf(profile, switches, flow).headers.count(), 50);
  EXPECT_EQ(SizesOf(profile, switches, flow).inner.count(), 1450);
  EXPECT_EQ(SizesOf(profile, switches, flow).fate, PacketFate::kDiscovered);
}

// Under DSR requests come through Geneve with its option, and replies go as they are.
TEST_F(PacketSizesTest, DirectRepliesCarryNoTunnel) {
  const CniProfile profile = Profile("byocni-cilium");
  const Switches geneve{{"service_engine", "ebpf-socket"}, {"encapsulation", "geneve"}};
  FlowClass flow;
  flow.path = PathKind::kExternalToPodViaNode;
  const auto headers = [&](const char* mode, MessageKind kind) {
    return Compile(profile, Merge(geneve, {{"lb_mode", mode}}), flow, costs_)[kind]
        .header_bytes.count();
  };
  // Ethernet 14, IP 20, TCP 32; Geneve 50 and 12.
  EXPECT_EQ(headers("dsr", MessageKind::kRequest), 66 + 62);
  EXPECT_EQ(headers("dsr", MessageKind::kReply), 66);
  EXPECT_EQ(headers("snat", MessageKind::kReply), 66 + 50);
  EXPECT_EQ(headers("hybrid", MessageKind::kReply), 66);
  flow.protocol = TransportProtocol::kUdp;
  EXPECT_EQ(headers("hybrid", MessageKind::kReply), 14 + 20 + 8 + 62);
}

}  // namespace
}  // namespace cnisim::datapath
