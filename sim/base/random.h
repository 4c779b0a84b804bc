#pragma once

/// @file
/// Random numbers that depend on what they are for and on nothing else.
///
/// A stream is named by (seed, entity, purpose): Philox 4x32-10 keyed by the seed, whose counter
/// holds entity, purpose and the number of the draw.  So one more entity, or one more draw
/// elsewhere, changes no other stream; two streams of different name are independent; and no
/// result depends on the schedule.  Distributions are our own (sim/base/elementary.h): the
/// standard library's differ between libraries.
///
/// Exponential, Normal and LogNormal take exactly one draw each, by inversion, so that two
/// configurations fed by the same stream stay in step whatever their parameters.
///
/// Cost: about 5 ns for Bits(), 15 ns for Exponential().  Thread safety: none; copies go on
/// independently from where they were made.

#include <array>
#include <cstdint>

namespace cnisim {

/// One named stream of random numbers; 40 bytes, cheap to make.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint32_t entity, std::uint32_t purpose)
      : seed_(seed), entity_(entity), purpose_(purpose) {}

  /// 64 random bits.
  std::uint64_t Bits() {
    if ((draw_ & 1) == 0) Refill();
    return words_[draw_++ & 1];
  }

  /// Uniform over the multiples of 2^-53 in [0, 1).
  double Uniform() { return static_cast<double>(Bits() >> 11) * 0x1.0p-53; }

  /// Uniform over 0 .. n-1, without bias.  @pre n > 0
  std::uint32_t Below(std::uint32_t n);

  /// Exponential with this mean; 0 if the mean is 0.
  double Exponential(double mean);

  /// Standard normal.
  double Normal();

  /// Log-normal with this mean and coefficient of variation (standard deviation over mean); the
  /// mean itself if cv is 0.  Where the parameters are fixed, LogNormalDistribution is cheaper.
  /// @pre mean > 0, cv >= 0
  double LogNormal(double mean, double cv);

  /// Gamma with this mean and coefficient of variation (Marsaglia and Tsang, 2000).  Takes a
  /// varying number of draws.  @pre mean > 0, cv > 0
  double Gamma(double mean, double cv);

  /// How many 64-bit words were drawn.
  std::uint64_t draws() const { return draw_; }

 private:
  friend class LogNormalDistribution;

  void Refill();
  double OpenUniform();  // in (0, 1)

  std::uint64_t seed_;
  std::uint64_t draw_ = 0;
  std::array<std::uint64_t, 2> words_{};  // the block that draw_ falls into
  std::uint32_t entity_;
  std::uint32_t purpose_;
};

/// A log-normal distribution with its parameters worked out once.  About 20 ns a value; quantiles
/// of the normal are right to 1e-5.
class LogNormalDistribution {
 public:
  /// @pre mean > 0, cv >= 0
  LogNormalDistribution(double mean, double cv);

  /// One value, from one draw of `stream`; the same as stream.LogNormal(mean, cv).
  double operator()(RandomStream& stream) const;

 private:
  double mu_;     // mean of the logarithm
  double sigma_;  // its standard deviation
  double mean_;
};

}  // namespace cnisim
