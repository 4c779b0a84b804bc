#include "analysis/stats/comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

#include "sim/base/check.h"

namespace cnisim::stats {

PairedDifference ComparePairs(std::span<const double> first, std::span<const double> second,
                              double confidence) {
  CNISIM_CHECK(first.size() == second.size(), "pairs need two values each");
  std::vector<double> differences(first.size());
  for (std::size_t i = 0; i < first.size(); ++i) differences[i] = second[i] - first[i];

  PairedDifference result{MeanEstimate(differences, confidence), 1};
  if (differences.size() < 2) return result;
  const double n = static_cast<double>(differences.size());
  const double standard_error = result.difference.half_width / StudentFactor(n - 1, confidence);
  if (standard_error == 0) {
    result.p_value = result.difference.value == 0 ? 1 : 0;
    return result;
  }
  const double t = std::abs(result.difference.value) / standard_error;
  const boost::math::students_t distribution(n - 1);
  result.p_value = 2 * boost::math::cdf(boost::math::complement(distribution, t));
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
