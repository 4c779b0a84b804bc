#pragma once

/// @file
/// A host: one node with all its pods, or the clients outside the cluster.  Walks messages through
/// the node's resources, serves requests with the pods' workers, makes the calls that serving
/// needs, and generates the load of its traffic sources.
///
/// A message is never copied: its events name the call (call.h) and the step of its flow's plan
/// (flow_plan.h).  Resources with a closed form cost no event; an event is needed only where a
/// message meets the next resource at a later time.

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "models/workload/call.h"
#include "models/workload/connection_windows.h"
#include "models/workload/cpu_quota.h"
#include "models/workload/deadline_queue.h"
#include "models/workload/dns_cache.h"
#include "models/workload/edge_table.h"
#include "models/workload/endpoint_churn.h"
#include "models/workload/host_resources.h"
#include "models/workload/latency_tally.h"
#include "models/workload/outbound_ports.h"
#include "models/workload/route.h"
#include "models/workload/slab.h"
#include "models/workload/source_ports.h"
#include "models/workload/tcp_transfer.h"
#include "models/workload/traffic_context.h"
#include "models/workload/traffic_record.h"
#include "sim/base/histogram.h"
#include "sim/base/random.h"
#include "sim/engine/logical_process.h"
#include "sim/queueing/presence.h"

namespace cnisim::workload {

class HostProcess final : public engine::LogicalProcess {
 public:
  /// @param host  a node, or context.external_host()
  HostProcess(const TrafficContext& context, std::uint32_t host);

  void Run(engine::Turn& turn) override;
  void PrefetchFar(const engine::Event& event) const override;
  void PrefetchNear(const engine::Event& event) const override;
  bool prefetches() const override { return true; }
  std::string_view kind() const override { return resources_ ? "node" : "clients"; }

  /// First events of the host's traffic sources: what to schedule before the run.
  struct Start {
    SimTime at;
    std::uint16_t kind = 0;
    std::uint64_t payload = 0;
  };
  std::vector<Start> Starts();

  /// From `now` on, calls and resources count.
  /// @param series_step  as TrafficOptions has it
  void BeginMeasurement(SimTime now, SimTime series_step);

  /// Waits that lie ahead count too, as HostResources::SettleWaits() has it.
  void SettleWaits() {
    if (resources_) resources_->SettleWaits();
  }

  // Results, to be read when no run is on.
  /// Adds the host's share of the calls to `flows` ([edge]).
  void AddTo(std::vector<FlowRecord>& flows) const;
  std::uint64_t drops(DropReason reason) const { return drops_[static_cast<std::size_t>(reason)]; }
  /// Time that the requests of the host's own sources were under way, summed up over them.
  SimTime RequestTime(SimTime now) const { return requests_.Integral(now) - request_time_before_; }
  /// Ends the program unless Little's law holds for requests under way, for each pod and, with the
  /// utilisation law, for each resource of the node.
  void CheckLaws(SimTime now);
  /// nullptr for clients outside.
  HostResources* resources() { return resources_ ? &*resources_ : nullptr; }
  /// nullptr if nobody outside is called.
  const OutboundPorts* outbound() const { return outbound_ ? &*outbound_ : nullptr; }
  /// nullptr for clients outside, which have as many as they want.
  const SourcePorts* source_ports() const { return source_ports_ ? &*source_ports_ : nullptr; }
  SimTime task_network() const { return task_network_; }
  SimTime background() const { return background_; }

  struct PodUse {
    std::uint32_t pod = 0;
    double busy = 0;  ///< share of its workers, since BeginMeasurement()
    WaitTally waits;
    bool limited = false;   ///< has a CPU limit
    double limit_busy = 0;  ///< share of it
    WaitTally throttled;
  };
  std::vector<PodUse> PodUses(SimTime now) const;

  Slab<CallRecord>& calls() { return calls_; }

 private:
  // A call's way to its server's address: one name after the other, each asked for by a query a
  // type of record from one socket.  Masks have a bit a type.
  struct Lookup {
    std::uint32_t call = kNone;  // slot
    std::uint32_t pod = 0;       // that asks, in Model::pods
    std::uint32_t sockets = 0;   // so far
    std::uint32_t sent = 0;      // queries
    std::uint32_t number = 0;    // of the present name, in LookupModel::names
    std::uint32_t attempt = 0;   // at it
    std::uint8_t known = 0;      // answered, for the present name
    std::uint8_t under_way = 0;  // neither answered nor timed out
    std::uint8_t unsent = 0;     // wait for a core
    bool on_core = false;        // a task that sends queries runs or waits
    std::array<std::uint32_t, 2> queries{kNone, kNone};  // slots: [type]
  };

  enum class JobAction : std::uint8_t { kSendCall, kReply };
  enum class Ending : std::uint8_t { kAnswered, kAborted };

  // A request that a pod serves.
  struct alignas(64) Job {
    SimTime arrived;
    SimTime submitted;      // of the stretch that runs or waits for a core
    double network_ns = 0;  // of that stretch
    double send_ns = 0;     // of the call that the stretch sends
    double work_left_ns = 0;
    std::int64_t app_ns = 0;
    CallHandle request;
    std::uint32_t generation = 0;
    std::uint32_t pod = 0;  // local index
    std::uint32_t key = 0;
    std::uint32_t next_queued = kNone;
    std::uint32_t call_slot = kNone;  // of the call that the stretch sends
    std::uint32_t transfer = kNone;   // that sends the answer in trains
    std::uint32_t call_index = 0;     // in ApplicationModel::calls
    std::uint32_t calls_made = 0;
    std::uint32_t outstanding = 0;
    std::uint32_t repeats_left = kNone;  // of the present edge; kNone: not drawn yet
    JobAction action = JobAction::kReply;
    bool first_request = false;  // of its connection
    bool on_core = false;        // a stretch runs or waits for a core
    bool group_parallel = false;
    bool failed = false;
    bool forwards = false;  // a DNS server that does not know the answer
    bool present = false;   // waits for a worker or has one
  };

  struct alignas(64) Pod {
    std::uint32_t pod = 0;  // in Model::pods
    std::uint32_t application = 0;
    std::uint32_t busy = 0;  // workers
    std::uint32_t queued = 0;
    std::uint32_t queue_head = kNone;
    std::uint32_t queue_tail = kNone;
    SimTime busy_since;  // last change of `busy`
    std::int64_t busy_integral_ns = 0;
    queueing::PresenceAccount requests;
    WaitTally waits;
    std::optional<CpuQuota> limit;
    SimTime limit_used;  // of what the limit allows, since BeginMeasurement()
    WaitTally throttled;
    std::optional<DnsCache> cache;      // of a DNS server's answers
    std::optional<DnsCache> addresses;  // of a client's look-ups
  };

  // Sending side of a bulk connection: a process that writes as fast as its window lets it.
  struct StreamSender {
    std::uint32_t transfer = kNone;  // kNone: UDP, nothing but the sender's core holds it back
    bool writing = false;            // the process is at it, or waits for a core
  };

  // Receiving side: a process that reads one train after the other.
  struct StreamReader {
    std::deque<CallHandle> unread;
    Acknowledger acknowledger;
    bool reading = false;
  };

  struct alignas(64) Generator {
    std::uint32_t source = 0;
    std::uint32_t edge = 0;
    std::uint32_t pod = kNone;      // kNone: outside
    std::uint32_t backend = kNone;  // that it keeps to
    std::uint32_t stream = kNone;   // number of the bulk connection
    StreamSender sender;
    std::uint32_t key = 0;
    std::uint32_t made = 0;
    std::uint32_t burst_left = 0;
    double mean_gap_ns = 0;
    RandomStream arrivals;
    RandomStream bursts;
  };

  struct ArmedDeadlines {
    DeadlineQueue ring;
    bool armed = false;  // an event is on its way
  };

  // What the host adds to the record of an edge.
  struct EdgeStats : FlowCounts {
    LatencyTally latency;
    Histogram latency_lookup;
    LatencySeries series;
  };

  struct Planned {
    double app_ns = 0;
    double network_ns = 0;
  };

  enum class TaskKind : std::uint8_t {
    kJob,
    kSend,
    kRead,
    kEcho,
    kStreamRead,
    kBurn,
    kThread,
    kSlice,
  };
  // A task of a pod with a CPU limit while not all of it may run at once.
  struct LimitedTask {
    std::uint64_t task = 0;
    std::uint32_t pod = 0;  // local index
    SimTime slice;          // that runs or waits
    SimTime left;           // after it
  };
  // A message while a kernel thread works on it.
  struct Passage {
    CallHandle handle;
    datapath::MessageKind kind = datapath::MessageKind::kRequest;
    std::uint32_t step = 0;
  };

  Call& CallAt(std::uint32_t slot) { return calls_[slot].call; }
  const Call& CallAt(std::uint32_t slot) const { return calls_[slot].call; }
  ClientCall& ClientAt(std::uint32_t slot) { return calls_[slot].client; }
  const ClientCall& ClientAt(std::uint32_t slot) const { return calls_[slot].client; }
  // What an event of a message names, looked up once.
  struct Passing {
    CallHandle handle;
    datapath::MessageKind kind;
    Call& call;
    const MessagePlan& plan;  // of what is under way: the message, or one train of it
  };
  Passing Look(CallHandle handle, datapath::MessageKind kind) const {
    Call& call = context_.call(handle);
    return {handle, kind, call, PlanOf(call, kind)};
  }

  static std::uint64_t TaskOf(TaskKind kind, std::uint32_t index) {
    return static_cast<std::uint64_t>(kind) << 32 | index;
  }
  void AddLimit(Pod& pod);
  bool external() const { return external_; }
  bool IsSourceEdge(std::uint32_t edge) const { return edge >= model_.call_edges; }
  const MessagePlan& PlanOf(const Call& call, datapath::MessageKind kind) const {
    const MessagePlan& plan = context_.plan(call.plan)[kind];
    return call.train.whole() || !plan.trains ? plan : (*plan.trains)[call.train];
  }
  // Names the random draws of a message, or of the one train of it.
  static std::uint32_t DrawKey(const Call& call) {
    return call.train.whole() ? call.key : CallKey(call.key, kNone, call.number);
  }
  std::uint32_t HostOf(const Call& call, datapath::MessageKind kind, datapath::Side side) const;
  std::uint32_t CoreFor(const Passing& message) const;
  SimTime Draw(const Demand& demand, const Call& call, datapath::MessageKind kind,
               std::uint32_t detail) const;
  double DrawNs(const Demand& demand, const Call& call, datapath::MessageKind kind,
                std::uint32_t detail) const;
  double ReadNs(const Call& call, datapath::MessageKind kind) const;

  // Messages.
  void Launch(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind);
  void LaunchFromSoftirq(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind);
  void Depart(engine::Turn& turn, const Passing& message);
  void Advance(engine::Turn& turn, const Passing& message, std::uint32_t step);
  Onward OnwardTo(const engine::Turn& turn, const Passing& message, std::uint32_t step) const;
  void Proceed(engine::Turn& turn, const Passing& message, Progress progress, const Onward& onward,
               DropReason reason);
  void Continue(engine::Turn& turn, const Passing& message, std::uint32_t step);
  void Cross(engine::Turn& turn, const Passing& message, std::uint32_t step);
  void Deliver(engine::Turn& turn, const Passing& message);
  void Lose(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind, DropReason reason);
  void OnLost(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind, DropReason reason);
  void Retransmit(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind);
  void GiveUp(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind);
  bool Track(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind,
             datapath::Side side);
  void Untrack(SimTime now, const Call& call, datapath::Side side);
  bool PassVia(engine::Turn& turn, const Passing& message);
  bool OpensFlow(const Call& call, datapath::MessageKind kind) const;
  bool IsUdp(const Call& call) const;
  bool AdmitDatagram(engine::Turn& turn, CallHandle handle);
  void LostDatagram(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind);
  bool ReceiveBufferFull(const Call& call) const;
  void Tell(engine::Turn& turn, std::uint32_t host, std::uint16_t event, CallHandle handle,
            std::uint16_t aux);
  void ChargeBackground(engine::Turn& turn, const Passing& message, datapath::Side side);

  // Tasks.
  void Submit(engine::Turn& turn, TaskKind kind, std::uint32_t index, double demand_ns);
  std::uint32_t PodOf(TaskKind kind, std::uint32_t index) const;
  void SubmitToCores(engine::Turn& turn, std::uint64_t task, SimTime demand);
  void SubmitLimited(engine::Turn& turn, std::uint32_t pod, std::uint64_t task, SimTime demand);
  void RunSlice(engine::Turn& turn, std::uint32_t limited);
  static void ScheduleTask(engine::Turn& turn, SimTime at, std::uint64_t task, std::uint32_t core);
  void PrefetchTask(std::uint64_t task) const;
  void PrefetchStats() const;
  void TaskDue(engine::Turn& turn, std::uint32_t core);
  void TaskDone(engine::Turn& turn, std::uint64_t task);

  // Server.
  void Listen(engine::Turn& turn, CallHandle handle);
  void Serve(engine::Turn& turn, CallHandle handle, bool first_request);
  void StartJob(engine::Turn& turn, std::uint32_t job);
  std::optional<Planned> PlanNext(engine::Turn& turn, std::uint32_t job);
  void RunStretch(engine::Turn& turn, std::uint32_t job, const Planned& planned, double read_ns);
  void JobDone(engine::Turn& turn, std::uint32_t job);
  void FinishJob(engine::Turn& turn, std::uint32_t job);
  void Answer(engine::Turn& turn, CallHandle handle, Outcome outcome);
  void SetBusy(Pod& pod, SimTime now, std::uint32_t busy);

  // Client.
  std::uint32_t Begin(engine::Turn& turn, const Caller& caller, std::uint32_t key,
                      bool joins = false);
  double SendDemand(engine::Turn& turn, std::uint32_t slot);
  void Send(engine::Turn& turn, std::uint32_t slot);
  void Established(engine::Turn& turn, std::uint32_t slot);
  void Answered(engine::Turn& turn, std::uint32_t slot);
  void EndCall(engine::Turn& turn, std::uint32_t slot, Outcome outcome, double read_ns,
               Ending ending);
  void Record(SimTime now, std::uint32_t slot, Outcome outcome);
  void Finish(engine::Turn& turn, std::uint32_t slot);
  void Release(engine::Turn& turn, std::uint32_t slot);
  void Deadlines(engine::Turn& turn, std::uint32_t queue);
  bool Waits(const DeadlineQueue::Entry& entry) const;
  void FailAtOnce(std::uint32_t edge, FailureReason reason);
  std::uint32_t PortPairOf(const Call& call, std::uint32_t pod);
  void UseKeptConnection(SimTime now, std::uint32_t slot, std::uint32_t pod);
  void LackSourcePort(engine::Turn& turn, std::uint32_t slot);
  void ReleaseSourcePort(SimTime now, std::uint32_t slot, bool waits);

  // Servers outside.
  bool LetOut(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind);
  void ReplyFromOutside(engine::Turn& turn, CallHandle handle, datapath::MessageKind request);
  void ServeOutside(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind);
  void ForgetConnection(engine::Turn& turn, std::uint32_t slot);

  // Look-ups.
  double FirstDemand(engine::Turn& turn, std::uint32_t slot);
  const LookupModel& ModelOf(const Lookup& lookup) const;
  double PrepareQueries(engine::Turn& turn, std::uint32_t index);
  void SendQueries(engine::Turn& turn, std::uint32_t slot);
  bool LosesRace(const Call& query) const;
  void QueryEnded(engine::Turn& turn, const ClientCall& query, Outcome outcome, double read_ns);
  void AdvanceLookup(engine::Turn& turn, std::uint32_t index, double read_ns);
  void FinishLookup(engine::Turn& turn, std::uint32_t index, double read_ns);
  void FailLookup(engine::Turn& turn, std::uint32_t index, double read_ns);
  void AbandonLookup(SimTime now, std::uint32_t slot);
  void DropQueries(engine::Turn& turn, std::uint32_t slot);
  void ForgetLookup(std::uint32_t slot);
  void CountLookup(SimTime now, const Lookup& lookup);
  bool KnowsAnswer(SimTime now, const Pod& pod, std::uint32_t question) const;
  void KeepAnswer(SimTime now, Pod& pod, std::uint32_t question);
  void AskUpstream(engine::Turn& turn, CallHandle request);
  void UpstreamAnswered(engine::Turn& turn, CallHandle request);

  // Bulk streams.
  void PumpStream(engine::Turn& turn, std::uint32_t generator);
  void ReadStream(engine::Turn& turn, std::uint32_t stream);
  void StreamReadDone(engine::Turn& turn, std::uint32_t stream);
  void OpenStream(std::uint32_t generator, const MessagePlan& plan);
  void SendStreamTrain(engine::Turn& turn, std::uint32_t slot);
  void EndStreamTrain(engine::Turn& turn, std::uint32_t slot, bool arrived);

  // Messages in trains.
  TcpRules RulesOf(const MessagePlan& plan) const;
  std::uint32_t AllocateCall();
  double PlanToSend(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind, bool opens,
                    std::uint32_t& transfer);
  void LaunchData(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind,
                  std::uint32_t transfer);
  void DropTransfer(std::uint32_t transfer);
  void SendTrain(engine::Turn& turn, std::uint32_t transfer, std::uint32_t segments);
  void Pump(engine::Turn& turn, std::uint32_t transfer);
  std::uint32_t SplitTrain(SimTime now, std::uint32_t transfer, std::uint32_t number,
                           std::uint32_t segments);
  void TrainAcknowledged(engine::Turn& turn, std::uint32_t slot);
  void SettleTrain(engine::Turn& turn, std::uint32_t transfer, std::uint32_t slot);
  void ReleaseTrain(engine::Turn& turn, std::uint32_t slot);
  void TrainLost(engine::Turn& turn, std::uint32_t slot, datapath::MessageKind kind);
  void ArmTransferTimer(engine::Turn& turn, std::uint32_t transfer);
  void TransferTimer(engine::Turn& turn, std::uint64_t payload);
  bool LostInFabric(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind);
  void TrainArrived(engine::Turn& turn, CallHandle handle, datapath::MessageKind kind);
  Call& MessageOf(const Call& train);
  std::uint32_t ReceptionOf(Call& call, const Call& train, datapath::MessageKind kind);
  void Acknowledge(engine::Turn& turn, Acknowledger& acknowledger, CallHandle handle,
                   datapath::MessageKind kind, std::uint64_t end, bool last);
  void DelayedAck(engine::Turn& turn, std::uint64_t payload, datapath::MessageKind kind);

  // Sources.
  void AddGenerators();
  void Arrive(engine::Turn& turn, std::uint32_t generator);
  void StartRoot(engine::Turn& turn, std::uint32_t generator);

  void CountDrop(DropReason reason);
  void CountDenial(SimTime now, const Call& call);

  // What most events touch comes first, in as few cache lines as possible; PrefetchFar() asks for
  // it.
  const TrafficContext& context_;
  const Model& model_;
  std::uint32_t host_;
  bool external_;
  bool has_limits_ = false;  // some pod has a CPU limit
  SimTime measured_from_ = SimTime::Max();
  SimTime task_network_;
  SimTime background_;
  SimTime series_step_;  // 0: no series

  queueing::PresenceAccount requests_;  // of the sources
  std::vector<Pod> pods_;
  std::vector<Generator> generators_;
  std::vector<ArmedDeadlines> deadlines_;  // [distinct time-out]
  EdgeTable<EdgeStats> stats_;

  Slab<CallRecord> calls_;
  Slab<Job> jobs_;
  std::optional<HostResources> resources_;

  std::optional<OutboundPorts> outbound_;
  std::optional<SourcePorts> source_ports_;
  Slab<Passage> passages_;
  Slab<Lookup> lookups_;
  Slab<LimitedTask> limited_;
  Slab<Transfer> transfers_;
  Slab<Reception> receptions_;
  ConnectionWindows windows_;
  EndpointChurn churn_;
  std::vector<StreamReader> readers_;  // [stream]
  std::array<std::uint64_t, kDropReasons> drops_{};
  SimTime request_time_before_;  // at BeginMeasurement()
};

}  // namespace cnisim::workload
