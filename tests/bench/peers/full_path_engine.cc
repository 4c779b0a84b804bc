// The leaf-spine network with a node's whole path at its edge; see full_path/full_path_lp.h.
//   full_path_engine [--hosts=64] [--us=2000] [--propagation=1000] [--threads=1]

#include "tests/bench/full_path/full_path_lp.h"
#include "tests/bench/peers/peer.h"

int main(int argc, char** argv) {
  using namespace cnisim;
  const peers::Flags flags(argc, argv);
  leafspine::Parameters parameters;
  parameters.hosts = static_cast<std::uint32_t>(flags.Number("hosts", 64));
  parameters.end = SimTime::FromNanos(static_cast<std::int64_t>(flags.Number("us", 2000)) * 1000);
  parameters.propagation =
      SimTime::FromNanos(static_cast<std::int64_t>(flags.Number("propagation", 1000)));
  full_path::EngineRun run(parameters);
  const engine::RunReport report = run.Run(static_cast<unsigned>(flags.Number("threads", 1)));
  const full_path::Outcome outcome = run.outcome();
  if (outcome.answered + outcome.in_flight != outcome.sent || outcome.connections == 0) {
    std::fprintf(stderr, "full_path_engine: requests are lost, or none opens a connection\n");
    return 1;
  }
  peers::ReportLeafSpine(
      "full_path_engine", outcome.sent, outcome.answered, outcome.answered, outcome.hops,
      static_cast<std::int64_t>(outcome.mean_round_trip_ns * static_cast<double>(outcome.answered)),
      report.profile.seconds);
}
