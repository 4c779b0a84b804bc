#pragma once

/// @file
/// What a sweep's points say along its main parameter: where each configuration's latency bends,
/// and which limit binds from where on.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/experiment/result_document.h"

namespace cnisim::report {

/// The number that a value of a sweep begins with: 500 of "500/s"; nothing of "cilium".  Units are
/// the same along a parameter, or there is no curve.
std::optional<double> SweepNumber(std::string_view value);

/// Position of the point at which a rising curve bends upwards most: farthest below the straight
/// line from its first to its last point, both axes scaled to that line ("kneedle": Satopaa et al.,
/// ICDCS workshops 2011).  Nothing if the curve rises by less than half, or stays within a fifth of
/// the line: then it has no knee that anybody would see.
/// @pre xs ascend; xs.size() == ys.size()
std::optional<std::size_t> KneeOf(const std::vector<double>& xs, const std::vector<double>& ys);

struct CurvePoint {
  double x = 0;
  std::string label;  ///< the value as the scenario says it
  const experiment::ConfigurationResult* configuration = nullptr;
};
/// Points of one configuration that differ in the axis only, ascending.
using Curve = std::vector<CurvePoint>;

/// Points of a sweep that differ in the axis only.
struct SweepPanel {
  std::string others;  ///< "rate=500/s, replicas=3": the parameters beside the axis; may be empty
  std::vector<const experiment::SweepPointResult*> points;
};

/// The curves of a document, which must outlive them.
struct SweepCurves {
  std::size_t axis = 0;  ///< the parameter with most values, of those with numbers
  std::string parameter;
  bool logarithmic = false;  ///< as the axis is best drawn, and knees are sought
  /// In the order of the sweep; none if no parameter has numbers of one unit.
  std::vector<SweepPanel> panels;

  Curve Of(const SweepPanel& panel, const std::string& configuration) const;
  /// Where the curve of a metric bends; undefined figures end it.
  std::optional<std::size_t> KneeIn(const Curve& curve, std::string_view metric,
                                    const experiment::TrafficResult& traffic) const;
};
SweepCurves CurvesOf(const experiment::ResultDocument& document);

/// Of each configuration "cilium: p99 bends at services=1000 (3.1 ms); past its limit from
/// services=10000: softirq."  Nothing of a stream, which has no latency, or of a single point.
std::vector<std::string> KneeSentences(const experiment::ResultDocument& document,
                                       const SweepCurves& curves, const SweepPanel& panel,
                                       const experiment::TrafficResult& traffic);

}  // namespace cnisim::report
