#include <cstdint>
#include <vector>

#include "models/workload/host_process.h"
#include "models/workload/internal/host_events.h"
#include "models/workload/random_purposes.h"
#include "sim/engine/turn.h"

// Traffic sources: who makes requests, and when.

namespace cnisim::workload {
namespace {

using engine::Turn;
using namespace internal;

}  // namespace

void HostProcess::AddGenerators() {
  std::uint32_t streams = 0;
  for (std::uint32_t index = 0; index < model_.sources.size(); ++index) {
    const SourceModel& source = model_.sources[index];
    const auto clients =
        source.clients.empty() ? 1U : static_cast<std::uint32_t>(source.clients.size());
    const bool closed =
        source.kind == SourceKind::kClosedLoop || source.kind == SourceKind::kStream;
    const std::uint32_t count = closed ? source.connections : clients;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t stream = source.kind == SourceKind::kStream ? streams++ : kNone;
      const std::uint32_t pod = source.clients.empty() ? kNone : source.clients[i % clients];
      const std::uint32_t at = pod == kNone ? context_.external_host() : model_.pods[pod].node;
      if (at != host_) continue;
      const std::uint32_t key = CallKey(index, i, kNone);
      Generator generator{.source = index,
                          .edge = source.edge,
                          .pod = pod,
                          .backend = kNone,
                          .stream = stream,
                          .sender = {},
                          .key = key,
                          .arrivals = context_.Stream(key, Purpose::kArrival),
                          .bursts = context_.Stream(key, Purpose::kBurst)};
      if (closed && !source.servers.empty()) generator.backend = source.servers[i];
      if (!closed) {
        generator.mean_gap_ns = 1e9 * clients / source.rate;
        if (source.kind == SourceKind::kBursty) generator.mean_gap_ns *= source.burst;
      }
      generators_.push_back(generator);
    }
  }
  readers_.resize(streams);
}

std::vector<HostProcess::Start> HostProcess::Starts() {
  std::vector<Start> starts;
  for (std::uint32_t index = 0; index < generators_.size(); ++index) {
    Generator& generator = generators_[index];
    const SourceKind kind = model_.sources[generator.source].kind;
    // A random phase for each: several clients would else act in step.
    double at = 1000 * generator.arrivals.Uniform();
    if (kind == SourceKind::kConstant) at = generator.mean_gap_ns * generator.arrivals.Uniform();
    if (kind == SourceKind::kPoisson || kind == SourceKind::kBursty) {
      at = generator.arrivals.Exponential(generator.mean_gap_ns);
    }
    starts.push_back({Nanoseconds(at).Round(), kArrival, index});
  }
  return starts;
}

void HostProcess::Arrive(Turn& turn, std::uint32_t index) {
  Generator& generator = generators_[index];
  const SourceModel& source = model_.sources[generator.source];
  if (source.kind == SourceKind::kStream) {
    if (model_.edges[generator.edge].has_server()) PumpStream(turn, index);
    return;
  }
  std::uint32_t requests = 1;
  if (source.kind != SourceKind::kClosedLoop) {
    double gap = generator.mean_gap_ns;
    if (source.kind != SourceKind::kConstant) gap = generator.arrivals.Exponential(gap);
    turn.Schedule(turn.now() + Nanoseconds(gap).Round(), kArrival, index);
    if (source.kind == SourceKind::kBursty) {
      // Geometric from 1 on, with the mean that the source asks for.
      while (generator.bursts.Uniform() * source.burst >= 1) ++requests;
    }
  }
  while (requests-- > 0) StartRoot(turn, index);
}

void HostProcess::StartRoot(Turn& turn, std::uint32_t index) {
  Generator& generator = generators_[index];
  const std::uint32_t key = CallKey(generator.key, 0, generator.made++);
  if (!model_.edges[generator.edge].has_server()) {
    FailAtOnce(generator.edge, FailureReason::kRefused);
    CountDrop(DropReason::kNoEndpoint);
    return;
  }
  const std::uint32_t slot =
      Begin(turn, {host_, generator.pod, generator.edge, generator.backend}, key);
  clients_[slot].generator = index;
  const double network = SendDemand(turn, slot);
  task_network_ += Nanoseconds(network).Round();
  Submit(turn, TaskKind::kSend, slot, network);
}

}  // namespace cnisim::workload
