#pragma once

/// @file
/// What chance leaves open: intervals for means and quantiles from independent replications.
///
/// A replication is one simulation with its own random numbers.  Values of different replications
/// are independent and alike, which values inside one are not; so every interval here comes from
/// the spread between replications (Student's t), never from the spread inside one.

#include <span>

namespace cnisim {
class Histogram;
}

namespace cnisim::stats {

inline constexpr double kConfidence = 0.95;

/// A value and how far chance may have moved it.
struct Estimate {
  double value = 0;
  double half_width = 0;  ///< of the two-sided interval; infinite with fewer than two replications

  double low() const { return value - half_width; }
  double high() const { return value + half_width; }
};

/// Mean of one value a replication.
/// @pre !per_replication.empty()
Estimate MeanEstimate(std::span<const double> per_replication, double confidence = kConfidence);

/// The `q` quantile of everything observed, with the spread of the replications' own quantiles
/// around it ("sectioning": Nakayama, ACM TOMACS 24(4), 2014).  The centre is the pooled quantile,
/// which is far less biased than the mean of the replications' quantiles.
/// @pre !replications.empty(); 0 <= q <= 1; no two replications share observations
Estimate QuantileEstimate(std::span<const Histogram* const> replications, double q,
                          double confidence = kConfidence);

/// The `q` quantile of one histogram, interpolated inside its bucket: replications whose quantiles
/// share a bucket still differ.  0 if nothing was recorded.
double InterpolatedQuantile(const Histogram& histogram, double q);

/// The two-sided Student t factor: P(|T| <= factor) = confidence.
/// @pre degrees_of_freedom >= 1, 0 < confidence < 1
double StudentFactor(double degrees_of_freedom, double confidence);

}  // namespace cnisim::stats
