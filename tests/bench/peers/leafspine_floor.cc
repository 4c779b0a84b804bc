// The leaf-spine network in the fewest operations a link crossing can take: one event a crossing,
// since a FIFO drop-tail link is fully described by the time at which it becomes free.  Windows of
// the largest power of two below propagation plus the shortest transmission; one or more threads.
//   leafspine_floor [--hosts=64] [--us=2000] [--propagation=1000] [--threads=1]

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "tests/bench/peers/floor.h"
#include "tests/bench/peers/peer.h"

namespace cnisim::peers {
namespace {

using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

constexpr u32 kHostsPerLeaf = 16;
constexpr u32 kSpines = 4;
constexpr u64 kEdge = 824;  // ns on the wire at 10 Gbit/s
constexpr u64 kCore = 206;  // ... at 40 Gbit/s
constexpr u64 kQueue = 1000;
constexpr double kGap = 20'000;
constexpr u64 kRing = 2048;  // windows

enum Kind : u16 { kTimer, kRequest, kResponse };

struct Packet {  // at a node, or a host's timer
  u64 time;
  u64 key;  // source, number of the request, whether it is the answer
  u64 stamp;
  u16 source;
  u16 target;
  u16 node;
  Kind kind;
};

struct alignas(64) Host {
  u64 random, free_at, sent, served, answered, hops, latency, next;

  u64 Bits() {  // SplitMix64
    u64 z = (random += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  double Unit() { return (static_cast<double>(Bits() >> 11) + 0.5) * 0x1.0p-53; }
};

class LeafSpineFloor {
 public:
  LeafSpineFloor(u32 hosts, u64 end, u64 propagation, u32 threads)
      : hosts_(hosts),
        leaves_((hosts + kHostsPerLeaf - 1) / kHostsPerLeaf),
        end_(end),
        propagation_(propagation),
        threads_(threads),
        barrier_(threads),
        host_(hosts),
        down_(hosts),
        up_(leaves_),
        across_(kSpines * leaves_) {
    while ((u64{2} << width_bits_) <= propagation + kCore) ++width_bits_;
    owner_.resize(hosts_ + leaves_ + kSpines);
    for (u32 i = 0; i < leaves_; ++i) owner_[hosts_ + i] = i * threads / leaves_;
    for (u32 i = 0; i < hosts_; ++i) owner_[i] = owner_[hosts_ + i / kHostsPerLeaf];
    for (u32 i = 0; i < kSpines; ++i) owner_[hosts_ + leaves_ + i] = i % threads;
    for (u32 i = 0; i < threads; ++i) {
      workers_.push_back(std::make_unique<Worker>());
      workers_.back()->ring.resize(kRing * threads);
    }
    for (u32 i = 0; i < hosts_; ++i) {
      host_[i].random = 0x100000001B3U + i * 0xD1342543DE82EF95U;
      host_[i].next = 1 + static_cast<u64>(host_[i].Unit() * kGap);
      Push(*workers_[owner_[i]], {host_[i].next, 0, 0, 0, 0, static_cast<u16>(i), kTimer});
    }
  }

  void Run() {
    std::vector<std::thread> others;
    for (u32 i = 1; i < threads_; ++i) others.emplace_back([this, i] { Work(i); });
    Work(0);
    for (std::thread& thread : others) thread.join();
  }
  const std::vector<Host>& hosts() const { return host_; }

 private:
  struct alignas(64) Worker {
    std::vector<Chunks<Packet>> ring;  // [window % kRing * threads + to thread]
    Chunks<Packet>::Pool pool;
    std::vector<Packet> packets;
    std::vector<u64> order;  // node, time in the window, index
  };

  void Push(Worker& worker, const Packet& packet) {
    const u64 slot = (packet.time >> width_bits_) % kRing;
    worker.ring[slot * threads_ + owner_[packet.node]].Push(worker.pool, packet);
  }
  // A link that is free at `free_at` takes a packet at its time: false if it drops it.
  bool Carry(u64& free_at, u64 transmission, Packet& packet) const {
    if (free_at > packet.time && free_at - packet.time > kQueue * transmission) return false;
    free_at = std::max(free_at, packet.time) + transmission;
    packet.time = free_at + propagation_;
    return true;
  }
  void SendFromHost(Worker& worker, u32 host, Packet packet) {
    packet.source = static_cast<u16>(host);
    packet.node = static_cast<u16>(hosts_ + host / kHostsPerLeaf);
    if (Carry(host_[host].free_at, kEdge, packet)) Push(worker, packet);
  }
  void Timer(Worker& worker, u32 i) {
    Host& host = host_[i];
    auto target = static_cast<u32>(host.Bits() % (hosts_ - 1));
    if (target >= i) ++target;
    SendFromHost(worker, i,
                 {host.next, u64{i} << 40 | host.sent << 1, host.next, 0, static_cast<u16>(target),
                  0, kRequest});
    ++host.sent;
    host.next += 1 + static_cast<u64>(-std::log(host.Unit()) * kGap);
  }
  void Arrive(Worker& worker, Packet packet) {
    const u32 node = packet.node;
    const u32 target_leaf = packet.target / kHostsPerLeaf;
    if (node < hosts_) return Deliver(worker, packet);
    if (node >= hosts_ + leaves_) {  // a spine
      packet.node = static_cast<u16>(hosts_ + target_leaf);
      if (Carry(across_[(node - hosts_ - leaves_) * leaves_ + target_leaf], kCore, packet)) {
        Push(worker, packet);
      }
      return;
    }
    const u32 leaf = node - hosts_;
    const bool here = target_leaf == leaf;
    packet.node = here ? packet.target : static_cast<u16>(hosts_ + leaves_ + leaf % kSpines);
    u64& free_at = here ? down_[packet.target] : up_[leaf];
    if (Carry(free_at, here ? kEdge : kCore, packet)) Push(worker, packet);
  }
  void Deliver(Worker& worker, const Packet& packet) {
    Host& host = host_[packet.node];
    host.hops += packet.source / kHostsPerLeaf == packet.node / kHostsPerLeaf ? 2 : 4;
    if (packet.kind == kRequest) {
      ++host.served;
      SendFromHost(worker, packet.node,
                   {packet.time, packet.key | 1, packet.stamp, 0, packet.source, 0, kResponse});
    } else {
      ++host.answered;
      host.latency += packet.time - packet.stamp;
    }
  }

  void Work(u32 me) {
    Worker& worker = *workers_[me];
    for (u64 window = 0; window <= (end_ - 1) >> width_bits_; ++window) {
      RunWindow(worker, me, window);
      if (threads_ > 1) barrier_.Wait();
      for (u32 to = 0; to < threads_; ++to) {
        worker.ring[window % kRing * threads_ + to].Release(worker.pool);
      }
    }
  }
  void RunWindow(Worker& worker, u32 me, u64 window) {
    const u64 start = window << width_bits_;
    std::vector<Packet>& packets = worker.packets;
    std::vector<u64>& order = worker.order;
    packets.clear();
    order.clear();
    for (const auto& from : workers_) {
      from->ring[window % kRing * threads_ + me].ForEach([&](const Packet& packet) {
        order.push_back(u64{packet.node} << 48 | (packet.time - start) << 32 | packets.size());
        packets.push_back(packet);
      });
    }
    const auto at = [&](std::size_t i) -> const Packet& {
      return packets[static_cast<u32>(order[i])];
    };
    std::sort(order.begin(), order.end());
    for (std::size_t i = 1; i < order.size(); ++i) {  // ties of a nanosecond, by key
      for (std::size_t j = i;
           j > 0 && order[j] >> 32 == order[j - 1] >> 32 && at(j).key < at(j - 1).key; --j) {
        std::swap(order[j], order[j - 1]);
      }
    }
    const u64 stop = std::min(end_, (window + 1) << width_bits_);
    for (std::size_t first = 0; first < order.size();) {
      std::size_t last = first;
      while (last < order.size() && order[last] >> 48 == order[first] >> 48) ++last;
      RunNode(worker, first, last, stop, at);
      first = last;
    }
  }
  // One node's packets, merged with the timer of a host.
  template <class At>
  void RunNode(Worker& worker, std::size_t first, std::size_t last, u64 stop, At at) {
    const u32 node = at(first).node;
    bool armed = false;
    for (std::size_t i = first; i < last; ++i) armed = armed || at(i).kind == kTimer;
    const auto fire_until = [&](u64 time) {
      while (armed && host_[node].next <= time && host_[node].next < stop) Timer(worker, node);
    };
    for (std::size_t i = first; i < last; ++i) {
      const Packet& packet = at(i);
      if (packet.kind == kTimer || packet.time >= stop) continue;
      if (armed) fire_until(packet.time);
      Arrive(worker, packet);
    }
    if (!armed) return;
    fire_until(stop);
    Push(worker, {host_[node].next, 0, 0, 0, 0, static_cast<u16>(node), kTimer});
  }

  u32 hosts_;
  u32 leaves_;
  u64 end_;
  u64 propagation_;
  u32 threads_;
  unsigned width_bits_ = 0;
  SpinBarrier barrier_;
  std::vector<Host> host_;   // [host]
  std::vector<u64> down_;    // [host]: when the leaf's port to it is free
  std::vector<u64> up_;      // [leaf]
  std::vector<u64> across_;  // [spine * leaves + leaf]
  std::vector<u32> owner_;   // [node]: its thread
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace
}  // namespace cnisim::peers

int main(int argc, char** argv) {
  using namespace cnisim::peers;
  const Flags flags(argc, argv);
  LeafSpineFloor floor(static_cast<std::uint32_t>(flags.Number("hosts", 64)),
                       flags.Number("us", 2000) * 1000, flags.Number("propagation", 1000),
                       static_cast<std::uint32_t>(flags.Number("threads", 1)));
  const double begin = Seconds();
  floor.Run();
  const double seconds = Seconds() - begin;
  std::uint64_t sent = 0, served = 0, answered = 0, hops = 0, latency = 0;
  for (const auto& host : floor.hosts()) {
    sent += host.sent;
    served += host.served;
    answered += host.answered;
    hops += host.hops;
    latency += host.latency;
  }
  ReportLeafSpine("leafspine_floor", sent, served, answered, hops,
                  static_cast<std::int64_t>(latency), seconds);
}
