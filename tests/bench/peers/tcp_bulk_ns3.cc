// The bulk connection on ns-3: its point-to-point device with a drop-tail queue, no queue disc, and
// its TCP with Linux's Reno, selective acknowledgements and time stamps.
//   tcp_bulk_ns3 [--mbps=100] [--delay_us=5000] [--queue=50] [--seconds=100] [--warm_up=20]

#include <cstdint>
#include <string>

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include "tests/bench/peers/tcp_bulk.h"

namespace {

using namespace ns3;

constexpr std::uint16_t kPort = 9;

struct Tally {
  Time from;
  std::uint64_t bytes = 0;
  std::uint64_t queued = 0;
  std::uint64_t dropped = 0;
  std::uint64_t round_trips = 0;
  double round_trip_us = 0;

  bool on() const { return Simulator::Now() >= from; }
};

void OnReceived(Tally* tally, Ptr<const Packet> packet, const Address&) {
  if (tally->on()) tally->bytes += packet->GetSize();
}
void OnQueued(Tally* tally, Ptr<const Packet>) {
  if (tally->on()) ++tally->queued;
}
void OnDropped(Tally* tally, Ptr<const Packet>) {
  if (tally->on()) ++tally->dropped;
}
void OnRoundTrip(Tally* tally, Time, Time now) {
  if (!tally->on()) return;
  ++tally->round_trips;
  tally->round_trip_us += static_cast<double>(now.GetNanoSeconds()) * 1e-3;
}
void WatchSender(Tally* tally, Ptr<BulkSendApplication> sender) {
  sender->GetSocket()->TraceConnectWithoutContext("RTT", MakeBoundCallback(&OnRoundTrip, tally));
}

// No helper that would put a queue disc in front of the device.
void SetUp(Ptr<NetDevice> device, const char* address) {
  const Ptr<Ipv4> ip = device->GetNode()->GetObject<Ipv4>();
  const std::uint32_t interface = ip->AddInterface(device);
  ip->AddAddress(interface, Ipv4InterfaceAddress(Ipv4Address(address), Ipv4Mask("/30")));
  ip->SetUp(interface);
}

void ConfigureTcp() {
  Config::SetDefault("ns3::TcpL4Protocol::SocketType", TypeIdValue(TcpLinuxReno::GetTypeId()));
  Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(cnisim::peers::kBulkMss));
  Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(10));
  Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(cnisim::peers::kBulkBuffer));
  Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(cnisim::peers::kBulkBuffer));
  Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(2));
  Config::SetDefault("ns3::TcpSocket::DelAckTimeout", TimeValue(MilliSeconds(40)));
  Config::SetDefault("ns3::TcpSocketBase::MinRto", TimeValue(MilliSeconds(200)));
  Config::SetDefault("ns3::TcpSocketBase::Sack", BooleanValue(true));
  Config::SetDefault("ns3::TcpSocketBase::Timestamp", BooleanValue(true));
}

}  // namespace

int main(int argc, char** argv) {
  const cnisim::peers::TcpBulk bulk(cnisim::peers::Flags(argc, argv));
  ConfigureTcp();
  NodeContainer nodes;
  nodes.Create(2);
  PointToPointHelper link;
  link.DisableFlowControl();  // else the layer above drops what the full queue would
  link.SetDeviceAttribute("DataRate", StringValue(std::to_string(bulk.mbps) + "Mbps"));
  link.SetChannelAttribute("Delay", TimeValue(MicroSeconds(bulk.delay_us)));
  link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue(std::to_string(bulk.queue) + "p"));
  const NetDeviceContainer devices = link.Install(nodes);
  InternetStackHelper stack;
  stack.SetIpv6StackInstall(false);
  stack.Install(nodes);
  SetUp(devices.Get(0), "10.0.0.1");
  SetUp(devices.Get(1), "10.0.0.2");

  Tally tally;
  tally.from = Seconds(bulk.warm_up);
  const Ptr<PacketSink> sink = CreateObject<PacketSink>();
  sink->SetAttribute("Protocol", TypeIdValue(TcpSocketFactory::GetTypeId()));
  sink->SetAttribute("Local", AddressValue(InetSocketAddress(Ipv4Address::GetAny(), kPort)));
  nodes.Get(1)->AddApplication(sink);
  sink->TraceConnectWithoutContext("Rx", MakeBoundCallback(&OnReceived, &tally));
  const Ptr<BulkSendApplication> sender = CreateObject<BulkSendApplication>();
  sender->SetAttribute("Protocol", TypeIdValue(TcpSocketFactory::GetTypeId()));
  sender->SetAttribute("Remote", AddressValue(InetSocketAddress(Ipv4Address("10.0.0.2"), kPort)));
  sender->SetAttribute("SendSize", UintegerValue(16 * cnisim::peers::kBulkMss));
  nodes.Get(0)->AddApplication(sender);
  sender->SetStartTime(MilliSeconds(1));
  Simulator::Schedule(MilliSeconds(2), &WatchSender, &tally, sender);
  const Ptr<PointToPointNetDevice> device = DynamicCast<PointToPointNetDevice>(devices.Get(0));
  device->GetQueue()->TraceConnectWithoutContext("Enqueue", MakeBoundCallback(&OnQueued, &tally));
  device->GetQueue()->TraceConnectWithoutContext("DropBeforeEnqueue",
                                                 MakeBoundCallback(&OnDropped, &tally));

  Simulator::Stop(Seconds(bulk.warm_up + bulk.seconds));
  Simulator::Run();
  cnisim::peers::ReportBulk(
      "tcp_bulk_ns3", static_cast<double>(tally.bytes) * 8e-6 / bulk.seconds,
      static_cast<double>(tally.dropped) / static_cast<double>(tally.queued + tally.dropped),
      tally.round_trip_us / static_cast<double>(tally.round_trips));
  std::_Exit(0);  // its tear-down takes long and tells nothing
}
