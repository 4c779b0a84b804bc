#include "sim/queueing/presence.h"

#include <gtest/gtest.h>

#include "sim/queueing/fifo_server.h"
#include "sim/queueing/multi_server.h"
#include "sim/queueing/rate_limited_link.h"

namespace cnisim::queueing {
namespace {

using namespace literals;

// One from 10 to 40, one from 20 on: at 50 the integral is 20 x 1 + 20 x 2 - 10 x 1 = 60 ns.
TEST(PresenceAccountTest, CountsCustomersTimesTime) {
  PresenceAccount account;
  account.Enter(10_ns);
  account.Enter(20_ns);
  account.Leave(10_ns, 40_ns);
  EXPECT_EQ(account.present(), 1);
  EXPECT_EQ(account.Integral(50_ns), 60_ns);
  EXPECT_TRUE(account.Balances(50_ns, 1, 30_ns));
}

TEST(PresenceAccountTest, FindsWhoIsLostLetGoTwiceOrHasAWrongTimeStamp) {
  PresenceAccount lost;
  lost.Enter(10_ns);
  EXPECT_FALSE(lost.Balances(50_ns, 0, 0_ns));

  PresenceAccount twice;
  twice.Enter(10_ns);
  twice.Leave(10_ns, 20_ns);
  twice.Leave(10_ns, 20_ns);
  EXPECT_FALSE(twice.Balances(50_ns, 0, 0_ns));

  PresenceAccount wrong;
  wrong.Enter(10_ns);
  wrong.Leave(11_ns, 20_ns);
  EXPECT_FALSE(wrong.Balances(50_ns, 0, 0_ns));
}

TEST(ServiceAccountTest, AgreesWithServersThatAreRight) {
  FifoServer server;
  ServiceAccount account;
  RateLimitedLink link(BitsPerSecond(3'000'000'000));  // no packet takes whole nanoseconds
  ServiceAccount link_account;
  MultiServer two(2);
  MultiServiceAccount two_account(2);
  SimTime now;
  for (int i = 0; i < 100; ++i) {
    now += SimTime::FromNanos(7 * i % 40);
    const SimTime service = SimTime::FromNanos(11 * i % 31);
    account.Serve(now, server.Accept(now, service));
    two_account.Serve(now, two.Accept(now, 2 * service).value());
    link_account.Serve(now, link.Accept(now, Bytes(i % 9)).value());
    EXPECT_TRUE(account.Balances(now, server.BusyTime(now)));
    EXPECT_TRUE(two_account.Balances(now, two.BusyTime(now)));
    EXPECT_TRUE(link_account.Balances(now, link.BusyTime(now), 1_ns));
  }
}

// A server that works too long on its customer, one that overtakes, one that counts work it has not
// done.
TEST(ServiceAccountTest, FindsServersThatAreWrong) {
  ServiceAccount idles;
  idles.Serve(0_ns, 30_ns);  // 10 ns of work
  EXPECT_FALSE(idles.Balances(40_ns, 10_ns));

  ServiceAccount overtakes;
  overtakes.Serve(0_ns, 30_ns);
  overtakes.Serve(5_ns, 25_ns);
  EXPECT_FALSE(overtakes.Balances(40_ns, 30_ns));

  ServiceAccount boasts;
  boasts.Serve(0_ns, 30_ns);
  EXPECT_FALSE(boasts.Balances(40_ns, 31_ns));

  MultiServiceAccount idle_of_two(2);
  idle_of_two.Serve(0_ns, 30_ns);
  idle_of_two.Serve(0_ns, 30_ns);
  EXPECT_TRUE(idle_of_two.Balances(40_ns, 60_ns));
  EXPECT_FALSE(idle_of_two.Balances(40_ns, 50_ns));
}

}  // namespace
}  // namespace cnisim::queueing
