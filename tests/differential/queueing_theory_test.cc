// One station fed by a Poisson stream, against the formulas of queueing theory.
// Service takes 10 us on average throughout, in nanoseconds, so that rounding to a nanosecond
// (at most 0.5 ns, without bias) is far below the errors here.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/queueing/core_group.h"
#include "sim/queueing/fifo_server.h"
#include "sim/queueing/multi_server.h"
#include "sim/queueing/processor_sharing.h"
#include "sim/queueing/token_bucket.h"
#include "tests/differential/replications.h"

namespace cnisim::queueing {
namespace {

using differential::ExpectMean;
using namespace literals;

constexpr double kService = 10'000;  // ns
constexpr int kWarmUp = 5'000;       // customers
constexpr int kCustomers = 40'000;   // counted ones

SimTime Rounded(double nanos) { return Nanoseconds(nanos).Round(); }

enum Purpose : std::uint32_t {
  kArrivals = 1,
  kServices = 2,
  kOtherArrivals = 3,
  kOtherServices = 4
};

// Mean over counted customers of what accept(now, service) says, with exponential gaps.
template <class Draw, class Accept>
double MeanOver(std::uint32_t replication, double gap, Draw draw, Accept accept) {
  RandomStream arrivals(/*seed=*/101, replication, kArrivals);
  RandomStream services(/*seed=*/101, replication, kServices);
  SimTime now;
  double sum = 0;
  for (int i = 0; i < kWarmUp + kCustomers; ++i) {
    now += Rounded(arrivals.Exponential(gap));
    const double value = accept(now, Rounded(draw(services)));
    if (i >= kWarmUp) sum += value;
  }
  return sum / kCustomers;
}

double Exponential(RandomStream& stream) { return stream.Exponential(kService); }

// Probability that a customer of M/M/c waits (Erlang's C), by the recursion of his B.
double ErlangB(int servers, double offered) {
  double blocked = 1;
  for (int c = 1; c <= servers; ++c) blocked = offered * blocked / (c + offered * blocked);
  return blocked;
}
double ErlangC(int servers, double offered) {
  const double blocked = ErlangB(servers, offered);
  const double load = offered / servers;
  return blocked / (1 - load * (1 - blocked));
}

// M/M/1 at load 0.8: mean time in system 1/(mu - lambda) = 5 services.
TEST(QueueingTheory, MM1) {
  ExpectMean(5 * kService, 0.02, [](std::uint32_t replication) {
    FifoServer server;
    return MeanOver(replication, kService / 0.8, Exponential, [&](SimTime now, SimTime service) {
      return static_cast<double>((server.Accept(now, service) - now).nanos());
    });
  });
}

// M/D/1 at load 0.8: mean time in system 1 + rho/(2 (1 - rho)) = 3 services.
TEST(QueueingTheory, MD1) {
  ExpectMean(3 * kService, 0.01, [](std::uint32_t replication) {
    FifoServer server;
    const auto fixed = [](RandomStream&) { return kService; };
    return MeanOver(replication, kService / 0.8, fixed, [&](SimTime now, SimTime service) {
      return static_cast<double>((server.Accept(now, service) - now).nanos());
    });
  });
}

// M/G/1 with log-normal services, cv 1.5, at load 0.6: waiting time by Pollaczek and Khinchine
// rho (1 + cv^2) / (2 (1 - rho)) = 0.6 x 3.25 / 0.8 = 2.4375 services.
TEST(QueueingTheory, MG1) {
  const LogNormalDistribution services(kService, 1.5);
  ExpectMean(2.4375 * kService, 0.03, [&](std::uint32_t replication) {
    FifoServer server;
    return MeanOver(replication, kService / 0.6, services, [&](SimTime now, SimTime service) {
      return static_cast<double>((server.Accept(now, service) - service - now).nanos());
    });
  });
}

// Utilisation of M/M/1 is its load.
TEST(QueueingTheory, BusyTimeIsTheLoad) {
  ExpectMean(0.7, 0.005, [](std::uint32_t replication) {
    FifoServer server;
    SimTime last;
    MeanOver(replication, kService / 0.7, Exponential, [&](SimTime now, SimTime service) {
      server.Accept(now, service);
      last = now;
      return 0.0;
    });
    return server.BusyTime(last).seconds() / last.seconds();
  });
}

// M/M/4 at load 0.8: mean wait C(4, 3.2) / (c mu - lambda) = 0.5964 / 0.8 services.
TEST(QueueingTheory, MMc) {
  const double wait = ErlangC(4, 3.2) / (4 - 3.2);
  EXPECT_NEAR(wait, 0.7455, 1e-4);
  ExpectMean(wait * kService, 0.02, [](std::uint32_t replication) {
    MultiServer servers(4);
    return MeanOver(replication, kService / 3.2, Exponential, [&](SimTime now, SimTime service) {
      return static_cast<double>((*servers.Accept(now, service) - service - now).nanos());
    });
  });
}

// M/M/1/K at load 0.9, K = 5: lost are (1 - rho) rho^K / (1 - rho^(K+1)) = 12.6 %.
TEST(QueueingTheory, MM1KLoss) {
  const double lost = 0.1 * std::pow(0.9, 5) / (1 - std::pow(0.9, 6));
  ExpectMean(lost, 0.01, [](std::uint32_t replication) {
    FiniteFifoServer server(5);
    return MeanOver(replication, kService / 0.9, Exponential, [&](SimTime now, SimTime service) {
      return server.Accept(now, service).has_value() ? 0.0 : 1.0;
    });
  });
}

// M/M/c/c with 10 servers and 8 Erlang: Erlang's B, 12.2 %.
TEST(QueueingTheory, ErlangLoss) {
  ExpectMean(ErlangB(10, 8), 0.01, [](std::uint32_t replication) {
    MultiServer servers(10, /*capacity=*/10);
    return MeanOver(replication, kService / 8, Exponential, [&](SimTime now, SimTime service) {
      return servers.Accept(now, service).has_value() ? 0.0 : 1.0;
    });
  });
}

// M/G/1 processor sharing at load 0.7: mean time in system 1/(1 - rho) services, whatever their
// distribution; log-normal with cv 2 here.
TEST(QueueingTheory, MG1ProcessorSharing) {
  const LogNormalDistribution services(kService, 2);
  ExpectMean(kService / 0.3, 0.02, [&](std::uint32_t replication) {
    RandomStream arrivals(/*seed=*/102, replication, kArrivals);
    RandomStream demands(/*seed=*/102, replication, kServices);
    ProcessorSharing server;
    std::vector<SimTime> came;  // [customer]
    std::optional<ProcessorSharing::Due> due;
    double sum = 0;
    int counted = 0;
    SimTime now;
    while (counted < kCustomers) {
      const SimTime arrival = now + Rounded(arrivals.Exponential(kService / 0.7));
      while (due.has_value() && due->at <= arrival) {
        const SimTime at = due->at;
        const auto done = server.Complete(at, due->generation);
        EXPECT_TRUE(done.has_value());
        due = done->next;
        if (done->customer < kWarmUp) continue;
        sum += static_cast<double>((at - came[done->customer]).nanos());
        ++counted;
      }
      now = arrival;
      came.push_back(now);
      due = server.Accept(now, came.size() - 1, Rounded(services(demands)));
    }
    return sum / counted;
  });
}

// Tasks of a core group alone are M/M/c.
TEST(QueueingTheory, TasksOfACoreGroup) {
  const double wait = ErlangC(4, 3.2) / (4 - 3.2);
  ExpectMean((1 + wait) * kService, 0.02, [](std::uint32_t replication) {
    CoreGroup cores(4);
    std::map<SimTime, std::uint32_t> due;  // one core a time: ties are moved by a nanosecond
    std::vector<SimTime> came;
    double sum = 0;
    const auto follow = [&](const CoreGroup::Running& running) {
      SimTime at = running.completion;
      while (!due.emplace(at, running.core).second) at += 1_ns;
    };
    MeanOver(replication, kService / 3.2, Exponential, [&](SimTime now, SimTime service) {
      while (!due.empty() && due.begin()->first <= now) {
        const auto [at, core] = *due.begin();
        due.erase(due.begin());
        const auto check = cores.Recheck(at, core);
        EXPECT_TRUE(check.done);
        if (check.task >= kWarmUp) sum += static_cast<double>((at - came[check.task]).nanos());
        if (check.next.has_value()) follow(*check.next);
      }
      came.push_back(now);
      const auto start = cores.Submit(now, came.size() - 1, service);
      if (start.admission == CoreGroup::Admission::kStarted) follow(start.running);
      return 0.0;
    });
    const auto left = cores.queued_tasks() + due.size();  // the last few are not counted
    return sum / (kCustomers - static_cast<double>(left));
  });
}

// One core, softirq work preempting tasks (preemptive-resume M/G/1 with two classes):
//   T1 = E1 + lambda1 E[S1^2] / (2 (1 - rho1))
//   T2 = E2 / (1 - rho1) + (lambda1 E[S1^2] + lambda2 E[S2^2]) / (2 (1 - rho1) (1 - rho1 - rho2))
// (Kleinrock, "Queueing Systems" II, section 3.6).  Softirq: fixed 2 us at load 0.3; tasks:
// exponential 10 us at load 0.4.
struct PriorityMeans {
  double packets = 0;
  double tasks = 0;
};
PriorityMeans RunPriorities(std::uint32_t replication) {
  constexpr double kPacket = 2'000;
  RandomStream packet_gaps(/*seed=*/103, replication, kArrivals);
  RandomStream task_gaps(/*seed=*/103, replication, kOtherArrivals);
  RandomStream demands(/*seed=*/103, replication, kOtherServices);
  CoreGroup core(1);
  SimTime packet = Rounded(packet_gaps.Exponential(kPacket / 0.3));
  SimTime task = Rounded(task_gaps.Exponential(kService / 0.4));
  SimTime due = SimTime::Max();
  std::vector<SimTime> came;  // [task]
  double packet_sum = 0;
  double task_sum = 0;
  int packets = 0;
  int tasks = 0;
  while (tasks < kCustomers) {
    const SimTime now = std::min({packet, task, due});
    if (now == due) {
      const auto check = core.Recheck(now, 0);
      due = !check.done ? check.completion
                        : (check.next.has_value() ? check.next->completion : SimTime::Max());
      if (check.done && check.task >= kWarmUp) {
        task_sum += static_cast<double>((now - came[check.task]).nanos());
        ++tasks;
      }
    } else if (now == packet) {
      const SimTime done = *core.AcceptSoftirq(now, 0, Rounded(kPacket));
      packet_sum += static_cast<double>((done - now).nanos());
      ++packets;
      packet += Rounded(packet_gaps.Exponential(kPacket / 0.3));
    } else {
      came.push_back(now);
      const auto start = core.Submit(now, came.size() - 1, Rounded(demands.Exponential(kService)));
      if (start.admission == CoreGroup::Admission::kStarted) due = start.running.completion;
      task += Rounded(task_gaps.Exponential(kService / 0.4));
    }
  }
  return {packet_sum / packets, task_sum / tasks};
}
TEST(QueueingTheory, SoftirqPreemptsTasks) {
  // lambda1 E[S1^2] = 0.3 x 2 us; lambda2 E[S2^2] = 0.4 x 2 x 10 us.
  const double packets = 2'000 + 0.3 * 2'000 / (2 * 0.7);
  const double tasks = 10'000 / 0.7 + (0.3 * 2'000 + 0.4 * 2 * 10'000) / (2 * 0.7 * 0.3);
  ExpectMean(packets, 0.01, [](std::uint32_t i) { return RunPriorities(i).packets; });
  ExpectMean(tasks, 0.02, [](std::uint32_t i) { return RunPriorities(i).tasks; });
}

// A token bucket of rate r and burst b = 3 packets, fed by Poisson packets of size L: a packet
// passes at once if the bucket lacks at most b - L, and what it lacks, over r, is the unfinished
// work V of M/D/1 with service D = L/r.  P(V <= x) by Erlang (1909):
//   (1 - rho) sum over k <= x/D of e^(lambda (x - kD)) (-lambda (x - kD))^k / k!
TEST(QueueingTheory, TokenBucketDelays) {
  const double load = 0.8;
  double passes = 0;
  double factorial = 1;
  for (int k = 0; k <= 2; ++k) {
    if (k > 0) factorial *= k;
    const double left = load * (2 - k);  // lambda (x - kD) with x = 2D
    passes += (1 - load) * std::exp(left) * std::pow(-left, k) / factorial;
  }
  ExpectMean(passes, 0.02, [&](std::uint32_t replication) {
    // 1250 B at 1 Gbit/s are 10 us.
    TokenBucket bucket(1_Gbps, /*burst=*/3750_B);
    const auto fixed = [](RandomStream&) { return kService; };
    return MeanOver(replication, kService / load, fixed, [&](SimTime now, SimTime) {
      return bucket.Accept(now, 1250_B) == now ? 1.0 : 0.0;
    });
  });
}

}  // namespace
}  // namespace cnisim::queueing
