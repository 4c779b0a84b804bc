#pragma once

/// @file
/// Independent replications of one measurement, and how far their mean may be from a formula.

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

namespace cnisim::differential {

inline constexpr std::uint32_t kReplications = 40;

/// Expects the mean of measure(replication) over kReplications to lie within five standard errors
/// of `expected`.  With 39 degrees of freedom that is one false alarm in 80 000 reseedings; the
/// seeds are fixed.  The error itself must be below `precision` of the value: a test that accepts
/// anything tells nothing.
template <class Measure>
void ExpectMean(double expected, double precision, Measure measure) {
  double sum = 0;
  double squares = 0;
  for (std::uint32_t i = 0; i < kReplications; ++i) {
    const double value = measure(i);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kReplications;
  const double variance = (squares - sum * mean) / (kReplications - 1);
  const double standard_error = std::sqrt(variance / kReplications);
  EXPECT_NEAR(mean, expected, 5 * standard_error);
  EXPECT_LT(standard_error, precision * expected);
}

}  // namespace cnisim::differential
