#include "tests/determinism/random_graph.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "sim/base/bytes.h"
#include "sim/base/hash.h"
#include "sim/base/random.h"

namespace cnisim::engine::testing {
namespace {

enum Purpose : std::uint32_t { kShape = 1, kBehaviour = 2 };

struct Channel {
  std::uint32_t target;
  SimTime latency;
};

// Which LPs there are and whom each may send to.
struct Graph {
  std::uint32_t lps = 0;
  SimTime unit;       // all delays are multiples of it, so that ties abound
  SimTime heartbeat;  // mean
  std::vector<std::vector<Channel>> channels;  // [source]
  std::uint32_t mesh = 0;                      // LPs 0 .. mesh - 1 may all send to each other
  SimTime mesh_latency;

  SimTime LeastLatency(LpId from, LpId to) const {
    const bool in_mesh = from.value() < mesh && to.value() < mesh;
    SimTime least = in_mesh ? mesh_latency : SimTime::Max();
    for (const Channel& channel : channels[from.value()]) {
      if (LpId(channel.target) == to) least = std::min(least, channel.latency);
    }
    return least;
  }
};

Graph MakeGraph(std::uint32_t number) {
  RandomStream random(/*seed=*/77, number, kShape);
  Graph graph;
  graph.lps = 1 + random.Below(random.Below(4) == 0 ? 400 : 40);
  graph.unit = SimTime::FromNanos(1 + random.Below(50));
  graph.heartbeat = graph.unit * (1 + random.Below(60));
  graph.channels.resize(graph.lps);
  const std::uint32_t degree = random.Below(4);
  for (std::uint32_t source = 0; source < graph.lps && graph.lps > 1; ++source) {
    for (std::uint32_t i = 0; i < degree; ++i) {
      const std::uint32_t target = random.Below(graph.lps);
      if (target == source) continue;
      graph.channels[source].push_back({target, graph.unit * (4 + random.Below(8))});
    }
  }
  if (random.Below(2) == 0) {
    graph.mesh = random.Below(graph.lps + 1);
    graph.mesh_latency = graph.unit * (4 + random.Below(8));
  }
  return graph;
}

// One LP's behaviour, apart from what carries its events: Port has Schedule() and Send() as Turn.
class Behaviour {
 public:
  Behaviour(const Graph& graph, std::uint32_t number, std::uint32_t self)
      : graph_(graph), self_(self), random_(/*seed=*/78 + number, self, kBehaviour) {}

  template <class Port>
  void Handle(const Event& event, Port& port) {
    seen_.Add(static_cast<std::uint64_t>(event.time.nanos()));
    seen_.Add(std::uint64_t{event.kind} << 16 | event.aux);
    seen_.Add(event.payload);
    if (event.kind == kHeartbeat) {
      const std::uint32_t steps = random_.Below(8) == 0 ? 0 : random_.Below(40);
      port.Schedule(event.time + graph_.unit + graph_.heartbeat * steps / 20, kHeartbeat);
      if (random_.Below(200) == 0) {  // far beyond the ring of windows
        port.Schedule(event.time + graph_.unit * (20'000 + random_.Below(9)), kLife, 1);
      }
    }
    if (event.kind == kHeartbeat || event.aux > 0) Spawn(event, port);
  }
  std::uint64_t seen() const { return seen_.digest(); }

  static constexpr std::uint16_t kHeartbeat = 0;
  static constexpr std::uint16_t kLife = 1;
  static constexpr std::uint16_t kMessage = 2;
  static constexpr std::uint16_t kRelease = 3;  // bookkeeping: what is held back goes out

 private:
  template <class Port>
  void Spawn(const Event& event, Port& port) {
    const auto life = static_cast<std::uint16_t>(event.kind == kHeartbeat ? 3 : event.aux - 1);
    for (std::uint32_t i = random_.Below(3); i > 0; --i) {
      const std::uint64_t payload = random_.Bits();
      switch (random_.Below(4)) {
        case 0:  // at once, in some phase
          port.Schedule(event.time, kLife, payload, life, random_.Below(8));
          break;
        case 1:  // soon, often in the window
          port.Schedule(event.time + graph_.unit * random_.Below(6), kLife, payload, life,
                        random_.Below(2));
          break;
        default:
          Send(event, port, payload, life);
      }
    }
  }
  template <class Port>
  void Send(const Event& event, Port& port, std::uint64_t payload, std::uint16_t life) {
    // Most messages take the least latency, so that they arrive together.
    const SimTime extra = graph_.unit * (random_.Below(3) == 0 ? random_.Below(5) : 0);
    const std::vector<Channel>& channels = graph_.channels[self_];
    if (self_ < graph_.mesh && graph_.mesh > 1 && random_.Below(2) == 0) {
      std::uint32_t target = random_.Below(graph_.mesh - 1);
      if (target >= self_) ++target;
      port.Send(LpId(target), event.time + graph_.mesh_latency + extra, kMessage, payload, life);
    } else if (!channels.empty()) {
      const Channel& channel = channels[random_.Below(static_cast<std::uint32_t>(channels.size()))];
      port.Send(LpId(channel.target), event.time + channel.latency + extra, kMessage, payload,
                life);
    }
  }

  const Graph& graph_;
  std::uint32_t self_;
  RandomStream random_;
  Hasher seen_;
};

class GraphLp final : public LogicalProcess {
 public:
  GraphLp(const Graph& graph, Behaviour behaviour, Sending sending)
      : graph_(graph), behaviour_(std::move(behaviour)), sending_(sending) {}
  void Run(Turn& turn) override {
    while (const Event* event = turn.Next()) {
      if (event->kind == Behaviour::kRelease) {
        Release(turn, event->payload);
      } else if (sending_ == Sending::kAhead) {
        behaviour_.Handle(*event, turn);
      } else {
        HoldingPort port = {*this, turn};
        behaviour_.Handle(*event, port);
      }
    }
  }
  std::string_view kind() const override { return "random"; }
  const Behaviour& behaviour() const { return behaviour_; }

 private:
  struct Held {
    Turn::Place place;
    Event event;
  };
  // Holds back whatever can wait.
  struct HoldingPort {
    void Schedule(SimTime at, std::uint16_t kind, std::uint64_t payload = 0, std::uint16_t aux = 0,
                  unsigned phase = 0) {
      if (phase != 0) {
        turn.Schedule(at, kind, payload, aux, phase);
      } else {
        lp.Hold(turn, at, {at, 0, turn.self(), kind, aux, payload});
      }
    }
    void Send(LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload,
              std::uint16_t aux) {
      lp.Hold(turn, at - lp.graph_.LeastLatency(turn.self(), target),
              {at, 0, target, kind, aux, payload});
    }
    GraphLp& lp;
    Turn& turn;
  };

  void Hold(Turn& turn, SimTime until, const Event& event) {
    const Turn::Place place = turn.Reserve();
    if (until == turn.now()) {
      GoOut(turn, {place, event});
      return;
    }
    // Those of one instant go out in the order that is least like the one in which they came.
    turn.ScheduleFirst(until, (std::uint64_t{1} << 40) - held_.size(), Behaviour::kRelease,
                       held_.size());
    held_.push_back({place, event});
  }
  void Release(Turn& turn, std::uint64_t index) {
    turn.LeaveOut();
    GoOut(turn, held_[index]);
  }
  static void GoOut(Turn& turn, const Held& held) {
    const Event& event = held.event;
    if (event.target == turn.self()) {
      turn.Schedule(held.place, event.time, event.kind, event.payload, event.aux);
    } else {
      turn.Send(held.place, event.target, event.time, event.kind, event.payload, event.aux);
    }
  }

  const Graph& graph_;
  Behaviour behaviour_;
  Sending sending_;
  std::vector<Held> held_;  // all that ever was
};

// Every third LP starts, all at the same few times.
template <class Start>
void StartAll(const Graph& graph, Start start) {
  for (std::uint32_t lp = 0; lp < graph.lps; lp += 3) start(LpId(lp), graph.unit * (lp % 2));
}

// All pending events in one set, in the order in which an LP must see its own.
class SlowRun {
 public:
  SlowRun(const Graph& graph, std::uint32_t number) : sends_(graph.lps + 1) {
    for (std::uint32_t lp = 0; lp < graph.lps; ++lp) lps_.emplace_back(graph, number, lp);
  }
  void Insert(std::uint32_t source, unsigned phase, Event event) {
    event.order = sends_[source]++;
    pending_.insert({event.time, phase, source, event.order, event});
  }
  std::uint64_t Run(SimTime until) {
    std::uint64_t events = 0;
    while (!pending_.empty() && std::get<0>(*pending_.begin()) < until) {
      const Event event = std::get<4>(pending_.extract(pending_.begin()).value());
      Port port = {*this, event.target};
      lps_[event.target.value()].Handle(event, port);
      ++events;
    }
    return events;
  }
  const std::vector<Behaviour>& lps() const { return lps_; }

 private:
  struct Port {
    void Schedule(SimTime at, std::uint16_t kind, std::uint64_t payload = 0, std::uint16_t aux = 0,
                  unsigned phase = 0) {
      run.Insert(self.value(), phase, {at, 0, self, kind, aux, payload});
    }
    void Send(LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload,
              std::uint16_t aux) {
      run.Insert(self.value(), 0, {at, 0, target, kind, aux, payload});
    }
    SlowRun& run;
    LpId self;
  };
  struct Pending : std::tuple<SimTime, unsigned, std::uint32_t, std::uint64_t, Event> {
    using tuple::tuple;
    bool operator<(const Pending& other) const {
      return std::tie(std::get<0>(*this), std::get<1>(*this), std::get<2>(*this),
                      std::get<3>(*this)) < std::tie(std::get<0>(other), std::get<1>(other),
                                                     std::get<2>(other), std::get<3>(other));
    }
  };

  std::vector<Behaviour> lps_;
  std::vector<std::uint64_t> sends_;  // [source]; the outside last
  std::set<Pending> pending_;
};

}  // namespace

std::uint32_t GraphSize(std::uint32_t number) { return MakeGraph(number).lps; }

GraphOutcome RunGraph(std::uint32_t number, const std::vector<Stretch>& stretches,
                      const RunOptions& options, Sending sending) {
  const Graph graph = MakeGraph(number);
  Simulation simulation;
  std::vector<LpId> lps;
  for (std::uint32_t lp = 0; lp < graph.lps; ++lp) {
    lps.push_back(
        simulation.Add(std::make_unique<GraphLp>(graph, Behaviour(graph, number, lp), sending)));
  }
  for (const LpId source : lps) {
    for (const Channel& channel : graph.channels[source.value()]) {
      simulation.Connect(source, LpId(channel.target), channel.latency);
    }
  }
  if (graph.mesh > 1) {
    simulation.ConnectAll({lps.data(), graph.mesh}, graph.mesh_latency);
  }
  StartAll(graph, [&](LpId lp, SimTime at) { simulation.Schedule(lp, at, Behaviour::kHeartbeat); });
  GraphOutcome outcome;
  for (const Stretch& stretch : stretches) {
    RunOptions here = options;
    here.threads = stretch.threads;
    const RunReport report = simulation.Run(stretch.until, here);
    outcome.events += report.events;
    outcome.digest = report.digest;
    outcome.left_out += report.profile.left_out;
  }
  // What each LP saw, as its owner knows it.
  std::vector<std::uint64_t> seen;
  for (const LpId lp : lps) {
    const auto& here = static_cast<GraphLp&>(simulation.lp(lp)).behaviour();
    seen.push_back(simulation.owns(lp) ? here.seen() : 0);
  }
  if (options.ranks != nullptr) {
    ByteWriter mine;
    mine.PutAll(seen);
    for (const Ranks::Bytes& bytes : options.ranks->Gather(mine.bytes())) {
      const auto theirs = ByteReader(bytes).GetAll<std::uint64_t>();
      for (std::size_t i = 0; i < seen.size(); ++i) {
        if (theirs[i] != 0) seen[i] = theirs[i];
      }
    }
  }
  Hasher state;
  for (const std::uint64_t word : seen) state.Add(word);
  outcome.state = state.digest();
  return outcome;
}

GraphOutcome RunGraphSlowly(std::uint32_t number, SimTime until) {
  const Graph graph = MakeGraph(number);
  SlowRun run(graph, number);
  StartAll(graph, [&](LpId lp, SimTime at) {
    run.Insert(graph.lps, 0, {at, 0, lp, Behaviour::kHeartbeat, 0, 0});
  });
  GraphOutcome outcome;
  outcome.events = run.Run(until);
  Hasher state;
  for (const Behaviour& lp : run.lps()) state.Add(lp.seen());
  outcome.state = state.digest();
  return outcome;
}

}  // namespace cnisim::engine::testing
