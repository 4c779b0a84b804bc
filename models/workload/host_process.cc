#include "models/workload/host_process.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/workload/internal/host_events.h"
#include "models/workload/random_purposes.h"
#include "sim/base/check.h"
#include "sim/engine/turn.h"

namespace cnisim::workload {
namespace {

using datapath::MessageKind;
using engine::Turn;
using namespace internal;

void PrefetchLine(const void* at) { __builtin_prefetch(at, 1); }

void PrefetchLines(const void* first, const void* behind) {
  const char* const end = static_cast<const char*>(behind);
  for (const char* line = static_cast<const char*>(first); line < end; line += 64) {
    PrefetchLine(line);
  }
}

}  // namespace

HostProcess::HostProcess(const TrafficContext& context, std::uint32_t host)
    : context_(context),
      model_(context.model()),
      host_(host),
      external_(host == context.external_host()),
      churn_(context.model(), context.external_host(),
             static_cast<std::uint32_t>(context.pods_on(host).size())) {
  deadlines_.resize(context.deadline_queue_count());
  if (!external()) {
    resources_.emplace(model_.nodes[host], model_.defaults,
                       context.uses_pairs() ? context.external_host() : 0, context.fused());
    for (const std::uint32_t pod : context.pods_on(host)) {
      Pod local;
      local.pod = pod;
      local.application = model_.pods[pod].application;
      AddLimit(local);
      if (local.application != kNone &&
          model_.applications[local.application].dns_server != kNone) {
        local.cache.emplace(2 * model_.dns.names.size());
      }
      if (model_.dns.client_ttl > SimTime()) local.addresses.emplace(model_.dns.lookups.size());
      pods_.push_back(std::move(local));
    }
  }
  if (!external()) source_ports_.emplace(model_.defaults);
  if (!model_.externals.empty()) {
    outbound_.emplace(model_.outbound, context.destination_count(),
                      external() ? OutboundPorts::Place::kOutside : OutboundPorts::Place::kNode);
  }
  AddGenerators();
}

void HostProcess::AddLimit(Pod& pod) {
  if (pod.application == kNone) return;
  const std::int64_t thousandths = model_.applications[pod.application].cpu_limit;
  if (thousandths == 0) return;
  has_limits_ = true;
  const SimTime period = model_.defaults.cpu_period;
  // Its periods begin when the pod did, so those of two pods are not in step.
  RandomStream stream = context_.Stream(pod.pod, Purpose::kCpuPeriod);
  const double phase = stream.Uniform() * static_cast<double>(period.nanos());
  pod.limit.emplace(SimTime::FromNanos(period.nanos() * thousandths / 1000), period,
                    SimTime::FromNanos(static_cast<std::int64_t>(phase)));
}

// Of big clusters more than a cache holds: a host's turn comes when it has long lost its lines.
// First what is found without reading the host.
void HostProcess::PrefetchFar(const engine::Event& event) const {
  PrefetchLines(this, &calls_);
  PrefetchLine(&calls_);
  PrefetchLine(&jobs_);
  if (event.kind == kMessage || event.kind == kLaunch) {
    PrefetchLine(&context_.call(CallHandle::Unpack(event.payload)));
  }
  PrefetchLines(&resources_, reinterpret_cast<const char*>(&resources_) + HostResources::kHotBytes);
}

// Then what those lines name.
void HostProcess::PrefetchNear(const engine::Event& event) const {
  if (external()) return;
  switch (event.kind) {
    case kMessage: {
      const Passing message = Look(CallHandle::Unpack(event.payload), KindOf(event.aux));
      const StepKind step = message.plan.steps[DetailOf(event.aux)].kind;
      if (step == StepKind::kSoftirq) resources_->cores().Prefetch(CoreFor(message));
      if (step != StepKind::kDeliver) return;
      resources_->cores().Prefetch(0);  // where its task will likely run
      if (message.call.client_host == host_ && message.kind == MessageKind::kReply) {
        PrefetchLine(&context_.calls[message.handle].client);
      } else if (message.call.server_host == host_) {
        const Pod& pod = pods_[context_.local_pod(message.call.server_pod)];
        PrefetchLines(&pod, &pod.limit);
        jobs_.PrefetchNext();
        PrefetchStats();
      }
      return;
    }
    case kTaskDue:
      resources_->cores().Prefetch(event.aux);
      PrefetchTask(event.payload);
      return;
    case kArrival: {
      const Generator* const generator = &generators_[event.payload];
      PrefetchLines(generator, &generator->bursts);
      PrefetchLine(&deadlines_.front());
      calls_.PrefetchNext();
      PrefetchStats();
      resources_->cores().Prefetch(0);
      return;
    }
    default:
      return;
  }
}

// Of the edge that was counted last, which is often the next one too.
void HostProcess::PrefetchStats() const {
  const EdgeStats* const stats = stats_.last();
  if (stats == nullptr) return;
  PrefetchLine(stats);
  PrefetchLine(&stats->latency);
}

void HostProcess::PrefetchTask(std::uint64_t task) const {
  const auto index = static_cast<std::uint32_t>(task);
  switch (static_cast<TaskKind>(task >> 32)) {
    case TaskKind::kJob:
      PrefetchLines(&jobs_[index], &jobs_[index] + 1);
      return;
    case TaskKind::kRead:
      PrefetchStats();
      [[fallthrough]];
    case TaskKind::kSend:
      PrefetchLines(&calls_[index], &calls_[index] + 1);
      return;
    default:
      return;
  }
}

void HostProcess::Run(Turn& turn) {
  while (const engine::Event* event = turn.Next()) {
    switch (event->kind) {
      case kMessage:
        Advance(turn, Look(CallHandle::Unpack(event->payload), KindOf(event->aux)),
                DetailOf(event->aux));
        break;
      case kTaskDue:
        TaskDue(turn, event->aux);
        break;
      case kArrival:
        Arrive(turn, static_cast<std::uint32_t>(event->payload));
        break;
      case kDeadline:
        Deadlines(turn, static_cast<std::uint32_t>(event->payload));
        break;
      case kLost:
        OnLost(turn, CallHandle::Unpack(event->payload), KindOf(event->aux),
               static_cast<DropReason>(DetailOf(event->aux)));
        break;
      case kRetransmit:
        Retransmit(turn, CallHandle::Unpack(event->payload), KindOf(event->aux));
        break;
      case kDeparture:
        resources_->Served(turn, event->payload);
        break;
      case kOutsideReply:
        ReplyFromOutside(turn, CallHandle::Unpack(event->payload), KindOf(event->aux));
        break;
      case kNoSourcePort:
        LackSourcePort(turn, static_cast<std::uint32_t>(event->payload));
        break;
      case kUpstreamAnswer:
        UpstreamAnswered(turn, CallHandle::Unpack(event->payload));
        break;
      case kLaunch:
        Launch(turn, CallHandle::Unpack(event->payload), KindOf(event->aux));
        break;
      case kThaw:
        RunSlice(turn, static_cast<std::uint32_t>(event->payload));
        break;
      case kTransferTimer:
        TransferTimer(turn, event->payload);
        break;
      case kDelayedAck:
        DelayedAck(turn, event->payload, KindOf(event->aux));
        break;
      case kAcknowledged:
        TrainAcknowledged(turn, CallHandle::Unpack(event->payload).slot);
        break;
      default:
        CNISIM_CHECK(false, "an event has a kind that hosts know");
    }
  }
}

// ---- Results -------------------------------------------------------------------------------

void HostProcess::CountDrop(DropReason reason) {
  if (measured_from_ != SimTime::Max()) ++drops_[static_cast<std::size_t>(reason)];
}

void HostProcess::CountDenial(SimTime now, const Call& call) {
  if (now >= measured_from_ && call.attempts == 0) ++stats_[call.edge].denied;
}

void HostProcess::BeginMeasurement(SimTime now, SimTime series_step) {
  measured_from_ = now;
  series_step_ = series_step;
  task_network_ = SimTime();
  background_ = SimTime();
  request_time_before_ = requests_.Integral(now);
  if (resources_) resources_->BeginMeasurement(now);
  if (outbound_) outbound_->BeginMeasurement(now);
  if (source_ports_) source_ports_->BeginMeasurement(now);
  for (Pod& pod : pods_) {
    SetBusy(pod, now, pod.busy);
    pod.busy_integral_ns = 0;
    const SimTime first_drop = pod.waits.first_drop;
    pod.waits = {};
    pod.waits.first_drop = first_drop;
    pod.throttled = {};
    pod.limit_used = SimTime();
  }
}

void HostProcess::AddTo(std::vector<FlowRecord>& flows) const {
  for (std::size_t i = 0; i < stats_.size(); ++i) {
    const EdgeStats& stats = stats_.entry(i);
    FlowRecord& record = flows[stats_.edge(i)];
    record.Add(stats);
    stats.latency.AddTo(record.latency_total, record.latency_network);
    record.latency_lookup.Merge(stats.latency_lookup);
    workload::Add(stats.series, record.series);
  }
  // Measured calls that have no end yet, counted one by one.
  for (std::uint32_t slot = 0; slot < calls_.size(); ++slot) {
    const ClientCall& client = ClientAt(slot);
    if (client.live && client.measured) ++flows[CallAt(slot).edge].in_flight;
  }
}

void HostProcess::CheckLaws(SimTime now) {
  if (resources_) resources_->CheckLaws(now);
  std::int64_t count = 0;
  SimTime ages;
  for (std::uint32_t slot = 0; slot < calls_.size(); ++slot) {
    if (!ClientAt(slot).live || !IsSourceEdge(CallAt(slot).edge)) continue;
    ++count;
    ages += now - ClientAt(slot).begun;
  }
  CNISIM_CHECK(requests_.Balances(now, count, ages), "Little's law holds for requests");
  struct Inside {
    std::int64_t count = 0;
    SimTime ages;
  };
  std::vector<Inside> inside(pods_.size());
  for (std::uint32_t index = 0; index < jobs_.size(); ++index) {
    const Job& job = jobs_[index];
    if (!job.present) continue;
    ++inside[job.pod].count;
    inside[job.pod].ages += now - job.arrived;
  }
  for (std::size_t pod = 0; pod < pods_.size(); ++pod) {
    CNISIM_CHECK(pods_[pod].requests.Balances(now, inside[pod].count, inside[pod].ages),
                 "Little's law holds for a pod's requests");
  }
}

std::vector<HostProcess::PodUse> HostProcess::PodUses(SimTime now) const {
  std::vector<PodUse> uses;
  for (const Pod& pod : pods_) {
    if (pod.application == kNone) continue;
    const std::int64_t integral = pod.busy_integral_ns + (now - pod.busy_since).nanos() * pod.busy;
    const double span = static_cast<double>((now - measured_from_).nanos()) *
                        model_.applications[pod.application].workers;
    PodUse use{.pod = pod.pod,
               .busy = span > 0 ? static_cast<double>(integral) / span : 0,
               .waits = pod.waits,
               .throttled = pod.throttled};
    if (pod.limit) {
      use.limited = true;
      const SimTime measured = now - measured_from_;
      const double allowed = measured.seconds() * pod.limit->quota().seconds();
      // A period that lies half outside the span may have run its quota in the half inside.
      use.limit_busy =
          std::min(pod.limit_used.seconds() * pod.limit->period().seconds() / allowed, 1.0);
    }
    uses.push_back(use);
  }
  return uses;
}

}  // namespace cnisim::workload
