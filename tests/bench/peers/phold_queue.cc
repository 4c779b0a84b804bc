// PHOLD on one std::priority_queue of plain events: what a program without an engine does.
//   phold_queue [--lps=65536] [--events=1] [--remote=0.25] [--end=32]

#include "tests/bench/peers/peer.h"
#include "tests/bench/peers/phold_flags.h"
#include "tests/bench/phold_model.h"

int main(int argc, char** argv) {
  using namespace cnisim;
  const peers::Flags flags(argc, argv);
  phold::PriorityQueueRun run(peers::PholdParameters(flags));
  const double begin = peers::Seconds();
  run.Run();
  const double seconds = peers::Seconds() - begin;
  const phold::Outcome outcome = run.outcome();
  peers::Report("phold_queue", outcome.events, seconds, outcome.check);
}
