// PHOLD through the engine's public interface.
//   phold_engine [--lps=65536] [--events=1] [--remote=0.25] [--end=32] [--threads=1]

#include "tests/bench/peers/peer.h"
#include "tests/bench/peers/phold_flags.h"
#include "tests/bench/phold_lp.h"

int main(int argc, char** argv) {
  using namespace cnisim;
  const peers::Flags flags(argc, argv);
  const phold::Parameters parameters = peers::PholdParameters(flags);
  phold::EngineRun run(parameters);
  const engine::RunReport report = run.Run(static_cast<unsigned>(flags.Number("threads", 1)));
  peers::Report("phold_engine", report.events, report.profile.seconds, run.outcome().check);
}
