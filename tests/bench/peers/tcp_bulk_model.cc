// The bulk connection on the workload's TCP: two nodes whose cores cost nothing, segments one by
// one (no GSO).
//   tcp_bulk_model [--mbps=100] [--delay_us=5000] [--queue=50] [--seconds=100] [--warm_up=20]

#include "models/workload/traffic_simulation.h"
#include "tests/bench/peers/tcp_bulk.h"
#include "tests/support/small_traffic.h"

int main(int argc, char** argv) {
  using namespace cnisim;
  using namespace cnisim::literals;
  const peers::TcpBulk bulk(peers::Flags(argc, argv));
  workload::Model model = test::EchoTraffic(
      /*reuse=*/true, 1, {.send = 0, .transmit = 0, .receive = 0, .wakeup = 0, .read = 0});
  model.sources[0].kind = workload::SourceKind::kStream;
  for (datapath::CompiledFlow& flow : model.flows) {
    for (datapath::CompiledMessage& message : flow.messages) {
      message.mss = Bytes(peers::kBulkMss);
      message.header_bytes = Bytes(peers::kBulkHeaders);
    }
  }
  const SimTime one_way = 1_us * bulk.delay_us;
  model.latency = workload::Latency::Uniform({one_way, one_way, 0}, {50_us, 50_us, 0});
  for (workload::NodeModel& node : model.nodes) {
    node.egress = BitsPerSecond(std::int64_t{bulk.mbps} * 1'000'000);
  }
  model.defaults.nic_queue =
      Bytes(peers::kBulkMss + peers::kBulkHeaders) * (std::int64_t{bulk.queue} + 1);
  model.defaults.receive_window = Bytes(peers::kBulkBuffer);
  model.defaults.longest_train = Bytes(peers::kBulkMss);
  const workload::TrafficRecord record =
      workload::SimulateTraffic(model, {.seed = bulk.seed,
                                        .threads = 1,
                                        .warm_up = 1_s * bulk.warm_up,
                                        .duration = 1_s * bulk.seconds});
  const workload::FlowRecord& flow = record.sources[0];
  const auto drops =
      static_cast<double>(record.drops[static_cast<std::size_t>(workload::DropReason::kNicQueue)]);
  const auto arrived = static_cast<double>(flow.delivered.count()) / peers::kBulkMss;
  peers::ReportBulk("tcp_bulk_model",
                    static_cast<double>(flow.delivered.count()) * 8e-6 / record.measured.seconds(),
                    drops / (arrived + drops), flow.latency_total.Mean() * 1e-3);
}
