// The closed forms against the same queues moved by events: equal to the nanosecond, customer by
// customer, drop by drop.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/queueing/event_link.h"
#include "sim/queueing/event_server.h"
#include "sim/queueing/fifo_server.h"
#include "sim/queueing/multi_server.h"
#include "sim/queueing/processor_sharing.h"
#include "sim/queueing/rate_limited_link.h"
#include "sim/queueing/token_bucket.h"

namespace cnisim::queueing {
namespace {

struct Customer {
  SimTime arrival;
  SimTime service;
};

// Short times, so that arrivals and departures often meet in one nanosecond.
std::vector<Customer> MakeCustomers(std::uint32_t round, double load) {
  RandomStream random(/*seed=*/400, round, 0);
  std::vector<Customer> customers;
  SimTime now;
  for (int i = 0; i < 5'000; ++i) {
    now += Nanoseconds(random.Exponential(20 / load)).Round();
    customers.push_back({now, Nanoseconds(random.Exponential(20)).Round()});
  }
  return customers;
}

using Departures = std::vector<std::optional<SimTime>>;  // [customer]; nullopt: dropped

Departures ByEvents(const std::vector<Customer>& customers, std::size_t servers,
                    std::size_t capacity) {
  EventServer server(servers, capacity);
  Departures departures(customers.size());
  std::priority_queue<SimTime, std::vector<SimTime>, std::greater<>> due;
  const auto start = [&](const EventServer::InService& in_service) {
    departures[in_service.customer] = in_service.departure;
    due.push(in_service.departure);
  };
  for (std::size_t i = 0; i < customers.size(); ++i) {
    while (!due.empty() && due.top() <= customers[i].arrival) {
      const SimTime now = due.top();
      due.pop();
      if (const auto next = server.Depart(now)) start(*next);
    }
    const auto arrival = server.Arrive(customers[i].arrival, i, customers[i].service);
    if (arrival.start.has_value()) start(*arrival.start);
  }
  while (!due.empty()) {
    const SimTime now = due.top();
    due.pop();
    if (const auto next = server.Depart(now)) start(*next);
  }
  return departures;
}

template <class Accept>
Departures ByClosedForm(const std::vector<Customer>& customers, Accept accept) {
  Departures departures;
  for (const Customer& customer : customers) {
    departures.push_back(accept(customer.arrival, customer.service));
  }
  return departures;
}

TEST(ClosedForm, FifoServer) {
  for (std::uint32_t round = 0; round < 10; ++round) {
    const std::vector<Customer> customers = MakeCustomers(round, 0.9);
    FifoServer server;
    EXPECT_EQ(ByClosedForm(customers,
                           [&](SimTime now, SimTime service) -> std::optional<SimTime> {
                             return server.Accept(now, service);
                           }),
              ByEvents(customers, 1, EventServer::kUnlimited));
  }
}

TEST(ClosedForm, FiniteFifoServer) {
  for (std::uint32_t round = 0; round < 10; ++round) {
    const std::vector<Customer> customers = MakeCustomers(round, 1.2);
    FiniteFifoServer server(1 + round);
    const Departures events = ByEvents(customers, 1, 1 + round);
    EXPECT_EQ(ByClosedForm(customers, [&](SimTime now,
                                          SimTime service) { return server.Accept(now, service); }),
              events);
    EXPECT_EQ(static_cast<std::uint64_t>(std::count(events.begin(), events.end(), std::nullopt)),
              server.dropped());
    EXPECT_GT(server.dropped(), 0U);
  }
}

TEST(ClosedForm, MultiServer) {
  for (std::uint32_t round = 0; round < 10; ++round) {
    const std::size_t servers = 1 + round % 5;
    const std::vector<Customer> customers =
        MakeCustomers(round, 1.1 * static_cast<double>(servers));
    MultiServer unlimited(servers);
    EXPECT_EQ(
        ByClosedForm(customers,
                     [&](SimTime now, SimTime service) { return unlimited.Accept(now, service); }),
        ByEvents(customers, servers, EventServer::kUnlimited));
    MultiServer finite(servers, servers + round);
    EXPECT_EQ(ByClosedForm(customers, [&](SimTime now,
                                          SimTime service) { return finite.Accept(now, service); }),
              ByEvents(customers, servers, servers + round));
    EXPECT_GT(finite.dropped(), 0U);
  }
}

// Sizes and rates that leave fractions of a nanosecond behind, and buffers that overflow.
TEST(ClosedForm, RateLimitedLink) {
  for (std::uint32_t round = 0; round < 10; ++round) {
    RandomStream random(/*seed=*/401, round, 0);
    const BitsPerSecond rate(700'000'000 + 111'111'111 * std::int64_t{round});
    const Bytes buffer = round % 2 == 0 ? Bytes(9'000) : RateLimitedLink::kUnlimited;
    RateLimitedLink link(rate, buffer);
    EventLink by_events(rate, buffer);
    std::optional<EventLink::InService> sending;
    std::vector<std::optional<SimTime>> expected;
    std::vector<std::optional<SimTime>> found(3'000);
    SimTime now;
    const auto depart_until = [&](SimTime until) {
      while (sending && sending->departure <= until) {
        found[sending->customer] = sending->departure;
        sending = by_events.Depart(sending->departure);
      }
    };
    for (std::uint32_t packet = 0; packet < found.size(); ++packet) {
      // 800 bytes on average, at a load of 1.1.
      now += Nanoseconds(random.Exponential(5.8e12 / static_cast<double>(rate.value()))).Round();
      const Bytes size(1 + random.Below(1'600));
      expected.push_back(link.Accept(now, size));
      depart_until(now);
      const auto arrival = by_events.Arrive(now, packet, size);
      EXPECT_EQ(arrival.dropped, !expected.back());
      if (arrival.start) sending = arrival.start;
      EXPECT_EQ(by_events.BusyTime(now), link.BusyTime(now));
    }
    // What still waits is where it will be.
    const std::vector<EventLink::InService> ahead = by_events.Ahead();
    depart_until(SimTime::Max());
    for (const EventLink::InService& packet : ahead) {
      EXPECT_EQ(packet.departure, found[packet.customer]);
    }
    EXPECT_EQ(expected, found);
    EXPECT_EQ(link.dropped() > 0, round % 2 == 0);
  }
}

// A shaper that fills nanosecond by nanosecond and lets the packets of a queue go when it may.
TEST(ClosedForm, TokenBucket) {
  for (std::uint32_t round = 0; round < 10; ++round) {
    RandomStream random(/*seed=*/402, round, 0);
    const BitsPerSecond rate(900'000'000 + 77'777'777 * std::int64_t{round});
    const Bytes burst(200 + 100 * std::int64_t{round});
    const auto tokens = [](Bytes size) { return size.count() * 8 * 1'000'000'000; };  // 1e-9 bit
    TokenBucket shaper(rate, burst);
    std::vector<SimTime> expected;
    std::vector<SimTime> found;
    std::deque<Bytes> queue;
    std::int64_t level = tokens(burst);
    SimTime next;
    const auto let_go = [&](SimTime now) {
      while (!queue.empty() && level >= tokens(queue.front())) {
        level -= tokens(queue.front());
        queue.pop_front();
        found.push_back(now);
      }
    };
    for (SimTime now; expected.size() < 1'000 || !queue.empty(); now += SimTime::FromNanos(1)) {
      if (now > SimTime()) level = std::min(tokens(burst), level + rate.value());
      let_go(now);
      while (now == next && expected.size() < 1'000) {
        // Less than the burst, so that a bucket on which a packet waits is never full.
        const Bytes size(1 + random.Below(199));
        expected.push_back(shaper.Accept(now, size));
        queue.push_back(size);
        let_go(now);
        // 100 bytes on average, at a load of 0.95.
        next += Nanoseconds(random.Exponential(8.4e11 / static_cast<double>(rate.value()))).Round();
      }
    }
    EXPECT_EQ(expected, found);
  }
}

// A server that divides itself in fractions of any size.  Only the departure is rounded, up.
TEST(ClosedForm, ProcessorSharing) {
  for (std::uint32_t round = 0; round < 10; ++round) {
    const std::vector<Customer> customers = MakeCustomers(round, 0.8);
    std::vector<double> expected(customers.size());
    std::vector<std::pair<double, std::size_t>> present;  // work left, customer
    double now = 0;
    const auto serve_until = [&](double until) {
      while (!present.empty()) {
        const auto first = std::min_element(present.begin(), present.end());
        const auto share = static_cast<double>(present.size());
        const double step = std::min(until - now, first->first * share);
        const bool leaves = step == first->first * share;
        for (auto& [left, customer] : present) left -= step / share;
        now += step;
        if (!leaves) return;
        expected[first->second] = now;
        present.erase(first);
      }
      now = until;
    };
    ProcessorSharing server;
    std::vector<SimTime> found(customers.size());
    std::optional<ProcessorSharing::Due> due;
    const auto follow_until = [&](SimTime until) {
      while (due && due->at <= until) {
        const SimTime at = due->at;
        const auto done = server.Complete(at, due->generation);
        ASSERT_TRUE(done.has_value());
        found[done->customer] = at;
        due = done->next;
      }
    };
    for (std::size_t i = 0; i < customers.size(); ++i) {
      follow_until(customers[i].arrival);
      due = server.Accept(customers[i].arrival, i, customers[i].service);
      serve_until(static_cast<double>(customers[i].arrival.nanos()));
      present.emplace_back(static_cast<double>(customers[i].service.nanos()), i);
    }
    follow_until(SimTime::Max());
    serve_until(1e300);
    for (std::size_t i = 0; i < customers.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(found[i].nanos()), expected[i] + 0.5, 0.55) << i;
    }
  }
}

}  // namespace
}  // namespace cnisim::queueing
