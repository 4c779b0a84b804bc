#pragma once

/// @file
/// Request/response in a leaf-spine network: hosts, 16 to a leaf, four spines, 10 Gbit/s to hosts
/// and 40 Gbit/s between switches, every link some propagation long (1 us) with a drop-tail queue
/// (1000 packets).  Every host sends 1000-byte requests (1030 on the wire) to random others at
/// exponential gaps; the other answers in kind.  A packet crosses two links inside a leaf and four
/// between leaves; link crossings of delivered packets per second are what engines are compared in.
///
/// The behaviour of a node is apart from what carries its events: `Port` has Schedule() and Send()
/// as engine::Turn does.  A sequential program on std::priority_queue runs it too, as the check.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <queue>
#include <vector>

#include "sim/base/units.h"
#include "sim/engine/event.h"
#include "sim/queueing/rate_limited_link.h"

namespace cnisim::leafspine {

inline constexpr Bytes kPacket{1030};

enum Kind : std::uint16_t { kTimer, kRequest, kResponse };

struct Parameters {
  std::uint32_t hosts = 64;
  std::uint32_t hosts_per_leaf = 16;
  std::uint32_t spines = 4;
  double gap_ns = 20'000;
  SimTime propagation = SimTime::FromNanos(1000);
  std::int64_t queue = 1000;  // packets that wait for a link, beside the one that it sends
  SimTime end = SimTime::FromNanos(2'000'000);
  std::uint64_t seed = 1;

  std::uint32_t leaves() const { return (hosts + hosts_per_leaf - 1) / hosts_per_leaf; }
  std::uint32_t nodes() const { return hosts + leaves() + spines; }
  // Numbers of nodes.  Neighbours have neighbouring ones, for an engine deals LPs out to threads by
  // stretches of them: the hosts of a leaf, the leaf, and a spine after each share of the leaves.
  std::uint32_t Host(std::uint32_t i) const {
    return FirstUnder(i / hosts_per_leaf) + i % hosts_per_leaf;
  }
  std::uint32_t Leaf(std::uint32_t i) const {
    return FirstUnder(i) + std::min(hosts_per_leaf, hosts - i * hosts_per_leaf);
  }
  std::uint32_t Spine(std::uint32_t i) const {
    const std::uint32_t next_leaf = ((i + 1) * leaves() + spines - 1) / spines;
    return FirstUnder(next_leaf) - (SpinesBefore(next_leaf) - i);
  }

 private:
  std::uint32_t SpinesBefore(std::uint32_t leaf) const { return leaf * spines / leaves(); }
  std::uint32_t FirstUnder(std::uint32_t leaf) const {
    return std::min(leaf * hosts_per_leaf, hosts) + leaf + SpinesBefore(leaf);
  }
};

/// What a packet carries: its source and when the request was made; its destination is in `aux`.
constexpr std::uint64_t Payload(std::uint32_t source, SimTime stamp) {
  return std::uint64_t{source} << 48 | static_cast<std::uint64_t>(stamp.nanos());
}
constexpr std::uint32_t SourceOf(std::uint64_t payload) {
  return static_cast<std::uint32_t>(payload >> 48);
}
constexpr SimTime StampOf(std::uint64_t payload) {
  return SimTime::FromNanos(static_cast<std::int64_t>(payload & 0xFFFF'FFFF'FFFF));
}

/// A transmitter and the wire behind it.
class Link {
 public:
  Link(BitsPerSecond rate, const Parameters& parameters)
      : transmitter_(rate, kPacket * (parameters.queue + 1)),
        propagation_(parameters.propagation) {}

  template <class Port>
  void Carry(const engine::Event& packet, std::uint32_t next, Port& port) {
    const std::optional<SimTime> sent = transmitter_.Accept(packet.time, kPacket);
    if (!sent.has_value()) return;
    port.Send(engine::LpId(next), *sent + propagation_, packet.kind, packet.payload, packet.aux);
  }
  std::uint64_t dropped() const { return transmitter_.dropped(); }

 private:
  queueing::RateLimitedLink transmitter_;
  SimTime propagation_;
};

class Host {
 public:
  Host(const Parameters& parameters, std::uint32_t self)
      : link_(BitsPerSecond(10'000'000'000), parameters),
        parameters_(&parameters),
        state_(parameters.seed * 0x100000001B3U + self * 0xD1342543DE82EF95U),
        self_(self),
        first_(1 + static_cast<std::int64_t>(Unit() * parameters.gap_ns)) {}

  SimTime first_request() const { return SimTime::FromNanos(first_); }

  template <class Port>
  void Handle(const engine::Event& event, Port& port) {
    switch (event.kind) {
      case kTimer:
        return SendRequest(event.time, port);
      case kRequest: {
        const std::uint32_t client = SourceOf(event.payload);
        hops_ += HopsFrom(client);
        ++served_;
        engine::Event answer = event;
        answer.kind = kResponse;
        answer.aux = static_cast<std::uint16_t>(client);
        answer.payload = Payload(self_, StampOf(event.payload));
        return link_.Carry(answer, Leaf(), port);
      }
      default:
        hops_ += HopsFrom(SourceOf(event.payload));
        ++answered_;
        latency_ += event.time - StampOf(event.payload);
    }
  }

  std::uint64_t sent() const { return sent_; }
  std::uint64_t served() const { return served_; }
  std::uint64_t answered() const { return answered_; }
  std::uint64_t hops() const { return hops_; }
  SimTime latency() const { return latency_; }

 private:
  template <class Port>
  void SendRequest(SimTime now, Port& port) {
    auto target = static_cast<std::uint32_t>(Bits() % (parameters_->hosts - 1));
    if (target >= self_) ++target;
    const engine::Event request = {now,
                                   0,
                                   engine::LpId(parameters_->Host(self_)),
                                   kRequest,
                                   static_cast<std::uint16_t>(target),
                                   Payload(self_, now)};
    link_.Carry(request, Leaf(), port);
    ++sent_;
    const auto gap = static_cast<std::int64_t>(-std::log(Unit()) * parameters_->gap_ns);
    port.Schedule(now + SimTime::FromNanos(1 + gap), kTimer);
  }
  std::uint32_t Leaf() const { return parameters_->Leaf(self_ / parameters_->hosts_per_leaf); }
  std::uint64_t HopsFrom(std::uint32_t other) const {
    return other / parameters_->hosts_per_leaf == self_ / parameters_->hosts_per_leaf ? 2 : 4;
  }
  std::uint64_t Bits() {  // SplitMix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  double Unit() { return (static_cast<double>(Bits() >> 11) + 0.5) * 0x1.0p-53; }

  Link link_;
  const Parameters* parameters_;
  std::uint64_t state_;
  std::uint32_t self_;
  std::int64_t first_;
  std::uint64_t sent_ = 0;
  std::uint64_t served_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t hops_ = 0;
  SimTime latency_;
};

/// A leaf: a port to each of its hosts and the one spine that it uses.
class Leaf {
 public:
  Leaf(const Parameters& parameters, std::uint32_t index)
      : parameters_(&parameters),
        down_(parameters.hosts_per_leaf, Link(BitsPerSecond(10'000'000'000), parameters)),
        up_(BitsPerSecond(40'000'000'000), parameters),
        index_(index) {}

  template <class Port>
  void Handle(const engine::Event& packet, Port& port) {
    const std::uint32_t leaf = packet.aux / parameters_->hosts_per_leaf;
    if (leaf == index_) {
      down_[packet.aux - leaf * parameters_->hosts_per_leaf].Carry(
          packet, parameters_->Host(packet.aux), port);
    } else {
      up_.Carry(packet, parameters_->Spine(index_ % parameters_->spines), port);
    }
  }

 private:
  const Parameters* parameters_;
  std::vector<Link> down_;  // [host under this leaf]
  Link up_;
  std::uint32_t index_;
};

/// A spine: a port to each leaf.
class Spine {
 public:
  explicit Spine(const Parameters& parameters)
      : parameters_(&parameters),
        down_(parameters.leaves(), Link(BitsPerSecond(40'000'000'000), parameters)) {}

  template <class Port>
  void Handle(const engine::Event& packet, Port& port) {
    const std::uint32_t leaf = packet.aux / parameters_->hosts_per_leaf;
    down_[leaf].Carry(packet, parameters_->Leaf(leaf), port);
  }

 private:
  const Parameters* parameters_;
  std::vector<Link> down_;  // [leaf]
};

/// What runs are compared by.
struct Outcome {
  std::uint64_t sent = 0;
  std::uint64_t served = 0;
  std::uint64_t answered = 0;
  std::uint64_t hops = 0;
  std::int64_t latency_ns = 0;

  void Add(const Host& host) {
    sent += host.sent();
    served += host.served();
    answered += host.answered();
    hops += host.hops();
    latency_ns += host.latency().nanos();
  }
  double mean_round_trip_ns() const {
    return static_cast<double>(latency_ns) / static_cast<double>(answered);
  }
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// The same network from one std::priority_queue, events by (time, source, send).
class PriorityQueueRun {
 public:
  explicit PriorityQueueRun(const Parameters& parameters)
      : parameters_(parameters), sends_(parameters.nodes()) {
    places_.resize(parameters.nodes());
    for (std::uint32_t i = 0; i < parameters.hosts; ++i) {
      hosts_.emplace_back(parameters_, i);
      places_[parameters.Host(i)] = {NodeKind::kHost, i};
    }
    for (std::uint32_t i = 0; i < parameters.leaves(); ++i) {
      leaves_.emplace_back(parameters_, i);
      places_[parameters.Leaf(i)] = {NodeKind::kLeaf, i};
    }
    for (std::uint32_t i = 0; i < parameters.spines; ++i) {
      spines_.emplace_back(parameters_);
      places_[parameters.Spine(i)] = {NodeKind::kSpine, i};
    }
    for (std::uint32_t i = 0; i < parameters.hosts; ++i) {
      const std::uint32_t node = parameters.Host(i);
      Push(node, {hosts_[i].first_request(), 0, engine::LpId(node), kTimer, 0, 0});
    }
  }

  /// Runs to the end; the part worth timing.
  void Run() {
    while (queue_.top().time < parameters_.end) {
      const engine::Event event = queue_.top();
      queue_.pop();
      const Place place = places_[event.target.value()];
      Port port = {*this, event.target};
      if (place.kind == NodeKind::kHost) {
        hosts_[place.index].Handle(event, port);
      } else if (place.kind == NodeKind::kLeaf) {
        leaves_[place.index].Handle(event, port);
      } else {
        spines_[place.index].Handle(event, port);
      }
    }
  }

  Outcome outcome() const {
    Outcome outcome;
    for (const Host& host : hosts_) outcome.Add(host);
    return outcome;
  }

 private:
  enum class NodeKind : std::uint8_t { kHost, kLeaf, kSpine };
  struct Place {
    NodeKind kind = NodeKind::kHost;
    std::uint32_t index = 0;
  };
  struct Port {
    void Schedule(SimTime at, std::uint16_t kind) {
      run.Push(self.value(), {at, 0, self, kind, 0, 0});
    }
    void Send(engine::LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload,
              std::uint16_t aux) {
      run.Push(self.value(), {at, 0, target, kind, aux, payload});
    }
    PriorityQueueRun& run;
    engine::LpId self;
  };
  struct Later {
    bool operator()(const engine::Event& a, const engine::Event& b) const {
      return a.time != b.time ? a.time > b.time : a.order > b.order;
    }
  };
  void Push(std::uint32_t source, engine::Event event) {
    event.order = std::uint64_t{source} << 37 | sends_[source]++;
    queue_.push(event);
  }

  const Parameters parameters_;
  std::vector<std::uint64_t> sends_;
  std::vector<Place> places_;  // [node]
  std::vector<Host> hosts_;
  std::vector<Leaf> leaves_;
  std::vector<Spine> spines_;
  std::priority_queue<engine::Event, std::vector<engine::Event>, Later> queue_;
};

}  // namespace cnisim::leafspine
