// The leaf-spine network on ns-3: its point-to-point links with drop-tail queues and its IPv4 and
// UDP, static routes only and no queue discs, which is the leanest it has for this.
//   leafspine_ns3 [--scheduler=PriorityQueue|Map|Heap|Calendar] [--hosts=64] [--us=2000]
//                 [--gap=20000] [--queue=1000]

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include "tests/bench/peers/peer.h"

namespace {

using namespace ns3;

constexpr std::uint32_t kHostsPerLeaf = 16;
constexpr std::uint32_t kSpines = 4;
constexpr std::uint32_t kPacket = 1000;  // 1030 with UDP, IPv4 and PPP headers

struct HostState {
  double gap = 0;  // ns, mean between requests
  std::uint64_t random = 0;
  std::uint64_t sent = 0;
  std::uint64_t served = 0;
  std::uint64_t answered = 0;
  std::uint64_t hops = 0;
  std::int64_t latency = 0;
  Ptr<Socket> client;
  Ptr<Socket> server;

  std::uint64_t Bits() {  // SplitMix64
    std::uint64_t z = (random += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  double Unit() { return (static_cast<double>(Bits() >> 11) + 0.5) * 0x1.0p-53; }
};

// Host i hangs below leaf i / 16 in 10.(leaf).(slot).0/30 and is .2 there.
std::uint32_t SubnetOf(std::uint32_t host) {
  return 10U << 24 | host / kHostsPerLeaf << 16 | host % kHostsPerLeaf << 8;
}
std::uint32_t HostOf(const Address& address) {
  const std::uint32_t ip = InetSocketAddress::ConvertFrom(address).GetIpv4().Get();
  return (ip >> 16 & 255U) * kHostsPerLeaf + (ip >> 8 & 255U);
}
std::uint64_t HopsBetween(std::uint32_t a, std::uint32_t b) {
  return a / kHostsPerLeaf == b / kHostsPerLeaf ? 2 : 4;
}

void SendRequest(std::vector<HostState>* hosts, std::uint32_t i) {
  HostState& host = (*hosts)[i];
  auto target = static_cast<std::uint32_t>(host.Bits() % (hosts->size() - 1));
  if (target >= i) ++target;
  std::uint8_t bytes[kPacket] = {};
  const std::int64_t stamp = Simulator::Now().GetNanoSeconds();
  std::memcpy(bytes, &stamp, sizeof(stamp));
  host.client->SendTo(Create<Packet>(bytes, kPacket), 0,
                      InetSocketAddress(Ipv4Address(SubnetOf(target) + 2), 9));
  ++host.sent;
  const auto gap = static_cast<std::int64_t>(-std::log(host.Unit()) * host.gap);
  Simulator::Schedule(NanoSeconds(1 + gap), &SendRequest, hosts, i);
}
void OnRequest(std::vector<HostState>* hosts, std::uint32_t i, Ptr<Socket> socket) {
  Address from;
  while (Ptr<Packet> packet = socket->RecvFrom(from)) {
    (*hosts)[i].hops += HopsBetween(HostOf(from), i);
    ++(*hosts)[i].served;
    socket->SendTo(packet, 0, from);
  }
}
void OnResponse(std::vector<HostState>* hosts, std::uint32_t i, Ptr<Socket> socket) {
  Address from;
  while (Ptr<Packet> packet = socket->RecvFrom(from)) {
    std::int64_t stamp = 0;
    packet->CopyData(reinterpret_cast<std::uint8_t*>(&stamp), sizeof(stamp));
    (*hosts)[i].hops += HopsBetween(HostOf(from), i);
    ++(*hosts)[i].answered;
    (*hosts)[i].latency += Simulator::Now().GetNanoSeconds() - stamp;
  }
}

// Joins a and b; the numbers of the new interfaces, with addresses subnet + 1 and + 2.
std::pair<std::uint32_t, std::uint32_t> Join(PointToPointHelper& links, Ptr<Node> a, Ptr<Node> b,
                                             std::uint32_t subnet) {
  const NetDeviceContainer devices = links.Install(a, b);
  std::uint32_t interface[2];
  for (std::uint32_t end = 0; end < 2; ++end) {
    const Ptr<Ipv4> ip = devices.Get(end)->GetNode()->GetObject<Ipv4>();
    interface[end] = ip->AddInterface(devices.Get(end));
    ip->AddAddress(interface[end],
                   Ipv4InterfaceAddress(Ipv4Address(subnet + 1 + end), Ipv4Mask("/30")));
    ip->SetUp(interface[end]);
  }
  return {interface[0], interface[1]};
}

PointToPointHelper Links(const char* rate, const std::string& queue) {
  PointToPointHelper links;
  links.SetDeviceAttribute("DataRate", StringValue(rate));
  links.SetChannelAttribute("Delay", StringValue("1us"));
  links.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue(queue));
  return links;
}

void BuildNetwork(const NodeContainer& hosts, const NodeContainer& leaves,
                  const NodeContainer& spines, const std::string& queue) {
  Ipv4StaticRoutingHelper routing;
  InternetStackHelper stack;
  stack.SetRoutingHelper(routing);
  stack.SetIpv6StackInstall(false);
  stack.Install(hosts);
  stack.Install(leaves);
  stack.Install(spines);
  PointToPointHelper edge = Links("10Gbps", queue);
  PointToPointHelper core = Links("40Gbps", queue);
  const auto routes = [&](Ptr<Node> node) {
    return routing.GetStaticRouting(node->GetObject<Ipv4>());
  };
  for (std::uint32_t i = 0; i < hosts.GetN(); ++i) {
    const auto ends = Join(edge, leaves.Get(i / kHostsPerLeaf), hosts.Get(i), SubnetOf(i));
    routes(hosts.Get(i))->SetDefaultRoute(Ipv4Address(SubnetOf(i) + 1), ends.second);
  }
  for (std::uint32_t leaf = 0; leaf < leaves.GetN(); ++leaf) {
    for (std::uint32_t spine = 0; spine < kSpines; ++spine) {
      const std::uint32_t subnet = 172U << 24 | 16U << 16 | (leaf * kSpines + spine) << 2;
      const auto ends = Join(core, spines.Get(spine), leaves.Get(leaf), subnet);
      routes(spines.Get(spine))
          ->AddNetworkRouteTo(Ipv4Address(10U << 24 | leaf << 16), Ipv4Mask("/16"),
                              Ipv4Address(subnet + 2), ends.first);
      // One way up a leaf: ns-3 walks its static routes one by one.
      if (spine == leaf % kSpines) {
        routes(leaves.Get(leaf))->SetDefaultRoute(Ipv4Address(subnet + 1), ends.second);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const cnisim::peers::Flags flags(argc, argv);
  const std::string scheduler = flags.Text("scheduler", "PriorityQueue");
  ObjectFactory factory;
  factory.SetTypeId("ns3::" + scheduler + "Scheduler");
  Simulator::SetScheduler(factory);
  Time::SetResolution(Time::NS);
  const auto count = static_cast<std::uint32_t>(flags.Number("hosts", 64));
  NodeContainer nodes;
  NodeContainer leaves;
  NodeContainer spines;
  nodes.Create(count);
  leaves.Create((count + kHostsPerLeaf - 1) / kHostsPerLeaf);
  spines.Create(kSpines);
  BuildNetwork(nodes, leaves, spines, flags.Text("queue", "1000") + "p");
  std::vector<HostState> hosts(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    HostState& host = hosts[i];
    host.gap = flags.Real("gap", 20'000);
    host.random = 0x100000001B3U + i * 0xD1342543DE82EF95U;
    host.server = Socket::CreateSocket(nodes.Get(i), UdpSocketFactory::GetTypeId());
    host.server->Bind(InetSocketAddress(Ipv4Address::GetAny(), 9));
    host.server->SetRecvCallback(MakeBoundCallback(&OnRequest, &hosts, i));
    host.client = Socket::CreateSocket(nodes.Get(i), UdpSocketFactory::GetTypeId());
    host.client->Bind(InetSocketAddress(Ipv4Address::GetAny(), 10));
    host.client->SetRecvCallback(MakeBoundCallback(&OnResponse, &hosts, i));
    const auto first = static_cast<std::int64_t>(host.Unit() * host.gap);
    Simulator::ScheduleWithContext(nodes.Get(i)->GetId(), NanoSeconds(1 + first), &SendRequest,
                                   &hosts, i);
  }
  Simulator::Stop(MicroSeconds(flags.Number("us", 2000)));
  const double begin = cnisim::peers::Seconds();
  Simulator::Run();
  const double seconds = cnisim::peers::Seconds() - begin;
  std::uint64_t sent = 0, served = 0, answered = 0, hops = 0;
  std::int64_t latency = 0;
  for (const HostState& host : hosts) {
    sent += host.sent;
    served += host.served;
    answered += host.answered;
    hops += host.hops;
    latency += host.latency;
  }
  cnisim::peers::ReportLeafSpine(("leafspine_ns3_" + scheduler).c_str(), sent, served, answered,
                                 hops, latency, seconds);
  std::_Exit(0);  // its tear-down takes long and tells nothing
}
