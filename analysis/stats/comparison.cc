#include "analysis/stats/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

#include "sim/base/check.h"

namespace cnisim::stats {
namespace {

/// P(|T| >= difference / error).
double TwoSided(double difference, double standard_error, double degrees_of_freedom) {
  if (standard_error == 0) return difference == 0 ? 1 : 0;
  const boost::math::students_t distribution(degrees_of_freedom);
  const double t = std::abs(difference) / standard_error;
  return 2 * boost::math::cdf(boost::math::complement(distribution, t));
}

struct Moments {
  double mean = 0;
  double squared_error = 0;  ///< of the mean
};

Moments MomentsOf(std::span<const double> values) {
  const Estimate estimate = MeanEstimate(values);
  if (values.size() < 2) return {estimate.value, 0};
  const double n = static_cast<double>(values.size());
  const double standard_error = estimate.half_width / StudentFactor(n - 1, kConfidence);
  return {estimate.value, standard_error * standard_error};
}

}  // namespace

Difference ComparePairs(std::span<const double> first, std::span<const double> second,
                        double confidence) {
  CNISIM_CHECK(first.size() == second.size(), "pairs need two values each");
  std::vector<double> differences(first.size());
  for (std::size_t i = 0; i < first.size(); ++i) differences[i] = second[i] - first[i];

  Difference result{MeanEstimate(differences, confidence), 1};
  if (differences.size() < 2) return result;
  const double n = static_cast<double>(differences.size());
  const double standard_error = result.difference.half_width / StudentFactor(n - 1, confidence);
  result.p_value = TwoSided(result.difference.value, standard_error, n - 1);
  return result;
}

Difference CompareMeans(std::span<const double> first, std::span<const double> second,
                        double confidence) {
  const Moments a = MomentsOf(first);
  const Moments b = MomentsOf(second);
  Difference result{{b.mean - a.mean, std::numeric_limits<double>::infinity()}, 1};
  if (first.size() < 2 || second.size() < 2) return result;
  const double squared_error = a.squared_error + b.squared_error;
  if (squared_error == 0) {
    result.difference.half_width = 0;
    result.p_value = result.difference.value == 0 ? 1 : 0;
    return result;
  }
  // Welch and Satterthwaite's degrees of freedom.
  const double degrees =
      squared_error * squared_error /
      (a.squared_error * a.squared_error / (static_cast<double>(first.size()) - 1) +
       b.squared_error * b.squared_error / (static_cast<double>(second.size()) - 1));
  const double standard_error = std::sqrt(squared_error);
  result.difference.half_width = StudentFactor(degrees, confidence) * standard_error;
  result.p_value = TwoSided(result.difference.value, standard_error, degrees);
  return result;
}

std::vector<double> HolmAdjust(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;  // adjusted values never fall along the order
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double left = static_cast<double>(order.size() - rank);
    largest = std::max(largest, std::min(1.0, left * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

}  // namespace cnisim::stats
