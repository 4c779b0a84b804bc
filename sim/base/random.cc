#include "sim/base/random.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

#include <Random123/philox.h>

#include "sim/base/check.h"
#include "sim/base/elementary.h"

namespace cnisim {
namespace {

// Standard normal quantiles by a table that is linear between its points, 128 to each halving of
// the distance from 0 or 1: right to 1e-5, which is far below what any model knows of its
// distributions.  Exact in the last millionth of each tail.
class NormalScores {
 public:
  static const NormalScores& Shared() {
    static const NormalScores kScores;
    return kScores;
  }

  double operator()(double u) const {
    const double tail = std::min(u, 1 - u);  // exact
    if (tail < kLow) [[unlikely]]
      return NormalQuantile(u);
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(tail);
    const std::size_t i = (bits >> kBitsInside) - kFirst;
    // The bits inside a cell as a number from 1 up to 2.
    const double inside =
        std::bit_cast<double>((bits << kCellBits & kMantissa) | std::bit_cast<std::uint64_t>(1.0));
    const double score = points_[i] + (inside - 1) * (points_[i + 1] - points_[i]);
    return u < 0.5 ? score : -score;
  }

 private:
  static constexpr unsigned kCellBits = 7;  // cells of an octave
  static constexpr unsigned kBitsInside = 52 - kCellBits;
  static constexpr std::uint64_t kMantissa = (std::uint64_t{1} << 52) - 1;
  static constexpr double kLow = 0x1p-20;
  static constexpr std::uint64_t kFirst = std::bit_cast<std::uint64_t>(kLow) >> kBitsInside;
  static constexpr std::size_t kCells = (std::bit_cast<std::uint64_t>(0.5) >> kBitsInside) - kFirst;

  NormalScores() {
    for (std::size_t i = 0; i < points_.size(); ++i) {
      points_[i] = NormalQuantile(std::bit_cast<double>((kFirst + i) << kBitsInside));
    }
  }

  std::array<double, kCells + 1> points_;  // from kLow to 1/2
};

constexpr std::uint32_t Low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::uint32_t High(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32);
}

}  // namespace

void RandomStream::Refill() {
  const std::uint64_t block = draw_ >> 1;
  const r123::Philox4x32::ctr_type counter = {{Low(block), High(block), entity_, purpose_}};
  const r123::Philox4x32::key_type key = {{Low(seed_), High(seed_)}};
  const r123::Philox4x32::ctr_type out = r123::Philox4x32()(counter, key);
  words_[0] = (std::uint64_t{out[1]} << 32) | out[0];
  words_[1] = (std::uint64_t{out[3]} << 32) | out[2];
}

// D. Lemire, "Fast Random Integer Generation in an Interval", 2019.
std::uint32_t RandomStream::Below(std::uint32_t n) {
  CNISIM_CHECK(n > 0, "a number is drawn from an empty range");
  std::uint64_t product = (Bits() >> 32) * n;
  if (Low(product) < n) {
    const std::uint32_t biased = (0U - n) % n;
    while (Low(product) < biased) product = (Bits() >> 32) * n;
  }
  return High(product);
}

double RandomStream::OpenUniform() { return (static_cast<double>(Bits() >> 12) + 0.5) * 0x1.0p-52; }

double RandomStream::Exponential(double mean) { return -mean * Log(OpenUniform()); }

double RandomStream::Normal() { return NormalQuantile(OpenUniform()); }

double RandomStream::LogNormal(double mean, double cv) {
  return LogNormalDistribution(mean, cv)(*this);
}

double RandomStream::Gamma(double mean, double cv) {
  CNISIM_CHECK(mean > 0 && cv > 0, "a gamma distribution has a positive mean and variation");
  const double shape = 1 / (cv * cv);
  // Below shape 1, a value of shape + 1 times U^(1/shape) has the wanted shape.
  const double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  double value = 0;
  for (;;) {
    const double x = Normal();
    const double v = (1 + c * x) * (1 + c * x) * (1 + c * x);
    if (v <= 0) continue;
    if (Log(OpenUniform()) < 0.5 * x * x + d - d * v + d * Log(v)) {
      value = d * v;
      break;
    }
  }
  if (shape < 1) value *= Exp(Log(OpenUniform()) / shape);
  return value * mean / shape;
}

LogNormalDistribution::LogNormalDistribution(double mean, double cv) : mean_(mean) {
  CNISIM_CHECK(mean > 0 && cv >= 0, "a log-normal has a positive mean and a variation from 0 on");
  const double variance = Log(1 + cv * cv);
  sigma_ = std::sqrt(variance);
  mu_ = Log(mean) - 0.5 * variance;
}

double LogNormalDistribution::operator()(RandomStream& stream) const {
  const double u = stream.OpenUniform();
  return sigma_ == 0 ? mean_ : Exp(mu_ + sigma_ * NormalScores::Shared()(u));
}

}  // namespace cnisim
