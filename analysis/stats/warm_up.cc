#include "analysis/stats/warm_up.h"

#include <limits>
#include <vector>

namespace cnisim::stats {
namespace {

constexpr std::size_t kGroup = 5;

std::vector<double> GroupMeans(std::span<const double> series) {
  std::vector<double> means(series.size() / kGroup);
  for (std::size_t i = 0; i < means.size(); ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < kGroup; ++k) sum += series[i * kGroup + k];
    means[i] = sum / kGroup;
  }
  return means;
}

}  // namespace

std::optional<std::size_t> Mser5Truncation(std::span<const double> series) {
  const std::vector<double> means = GroupMeans(series);
  if (means.size() < 2) return std::nullopt;

  // Backwards, with Welford's update: mean and squared deviations of means[d] .. means[n-1].
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = means.size();
  double mean = 0;
  double squares = 0;
  for (std::size_t d = means.size(); d-- > 0;) {
    const double count = static_cast<double>(means.size() - d);
    const double from_mean = means[d] - mean;
    mean += from_mean / count;
    squares += from_mean * (means[d] - mean);
    if (count < 2) continue;  // one group has no spread
    const double error = squares / (count * count);
    if (error <= least) {
      least = error;
      best = d;
    }
  }
  if (best > means.size() / 2) return std::nullopt;
  return best * kGroup;
}

}  // namespace cnisim::stats
