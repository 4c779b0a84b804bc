#include "analysis/stats/interval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <boost/math/distributions/students_t.hpp>

#include "sim/base/check.h"
#include "sim/base/histogram.h"

namespace cnisim::stats {
namespace {

/// Half width for the mean of `count` values whose squared deviations sum to `squares`.
double HalfWidth(double squares, std::size_t count, double confidence) {
  if (count < 2) return std::numeric_limits<double>::infinity();
  const double n = static_cast<double>(count);
  return StudentFactor(n - 1, confidence) * std::sqrt(squares / (n - 1) / n);
}

double SquaresAround(double centre, std::span<const double> values) {
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return squares;
}

}  // namespace

double StudentFactor(double degrees_of_freedom, double confidence) {
  const boost::math::students_t distribution(degrees_of_freedom);
  return boost::math::quantile(boost::math::complement(distribution, (1 - confidence) / 2));
}

Estimate MeanEstimate(std::span<const double> per_replication, double confidence) {
  CNISIM_CHECK(!per_replication.empty(), "a mean of no replication was asked for");
  double sum = 0;
  for (const double value : per_replication) sum += value;
  const double mean = sum / static_cast<double>(per_replication.size());
  return {mean,
          HalfWidth(SquaresAround(mean, per_replication), per_replication.size(), confidence)};
}

Estimate QuantileEstimate(std::span<const Histogram* const> replications, double q,
                          double confidence) {
  CNISIM_CHECK(!replications.empty(), "a quantile of no replication was asked for");
  Histogram pooled;
  std::vector<double> own;
  own.reserve(replications.size());
  for (const Histogram* histogram : replications) {
    pooled.Merge(*histogram);
    own.push_back(InterpolatedQuantile(*histogram, q));
  }
  const double centre = InterpolatedQuantile(pooled, q);
  return {centre, HalfWidth(SquaresAround(centre, own), own.size(), confidence)};
}

double InterpolatedQuantile(const Histogram& histogram, double q) {
  if (histogram.count() == 0) return 0;
  const double rank = std::max(1.0, std::ceil(q * static_cast<double>(histogram.count())));
  double below = 0;  // how many values lie in earlier buckets
  for (const Histogram::Bucket& bucket : histogram.NonEmptyBuckets()) {
    const double count = static_cast<double>(bucket.count);
    if (below + count >= rank) {
      // The bucket's values are taken to lie evenly from its lowest to its highest.
      const double width = static_cast<double>(bucket.high - bucket.low);
      const double share = count > 1 ? (rank - below - 1) / (count - 1) : 0.5;
      const double value = static_cast<double>(bucket.low) + width * share;
      return std::clamp(value, static_cast<double>(histogram.min()),
                        static_cast<double>(histogram.max()));
    }
    below += count;
  }
  return static_cast<double>(histogram.max());
}

}  // namespace cnisim::stats
