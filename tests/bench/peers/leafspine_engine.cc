// The leaf-spine network through the engine's public interface.
//   leafspine_engine [--hosts=64] [--us=2000] [--propagation=1000] [--gap=20000] [--queue=1000]
//                    [--threads=1]

#include "tests/bench/leafspine_lp.h"
#include "tests/bench/peers/peer.h"

int main(int argc, char** argv) {
  using namespace cnisim;
  const peers::Flags flags(argc, argv);
  leafspine::Parameters parameters;
  parameters.hosts = static_cast<std::uint32_t>(flags.Number("hosts", 64));
  parameters.end = SimTime::FromNanos(static_cast<std::int64_t>(flags.Number("us", 2000)) * 1000);
  parameters.propagation =
      SimTime::FromNanos(static_cast<std::int64_t>(flags.Number("propagation", 1000)));
  parameters.gap_ns = flags.Real("gap", 20'000);
  parameters.queue = static_cast<std::int64_t>(flags.Number("queue", 1000));
  leafspine::EngineRun run(parameters);
  const engine::RunReport report = run.Run(static_cast<unsigned>(flags.Number("threads", 1)));
  const leafspine::Outcome outcome = run.outcome();
  peers::ReportLeafSpine("leafspine_engine", outcome.sent, outcome.served, outcome.answered,
                         outcome.hops, outcome.latency_ns, report.profile.seconds);
}
