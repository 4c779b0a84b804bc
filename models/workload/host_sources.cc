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
  for (const TrafficContext::Client& client : context_.clients_on(host_)) {
    const SourceModel& source = model_.sources[client.source];
    const std::uint32_t key = CallKey(client.source, client.number, kNone);
    Generator generator{.source = client.source,
                        .edge = source.edge,
                        .pod = client.pod,
                        .backend = kNone,
                        .stream = client.stream,
                        .sender = {},
                        .key = key,
                        .arrivals = context_.Stream(key, Purpose::kArrival),
                        .bursts = context_.Stream(key, Purpose::kBurst)};
    if (source.is_closed()) {
      if (!source.servers.empty()) generator.backend = source.servers[client.number];
    } else {
      generator.mean_gap_ns = 1e9 * source.client_count() / source.rate;
      if (source.kind == SourceKind::kBursty) generator.mean_gap_ns *= source.burst;
    }
    generators_.push_back(generator);
  }
  readers_.resize(context_.streams());
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
  ClientAt(slot).generator = index;
  const double network = FirstDemand(turn, slot);
  task_network_ += Nanoseconds(network).Round();
  Submit(turn, TaskKind::kSend, slot, network);
}

}  // namespace cnisim::workload
