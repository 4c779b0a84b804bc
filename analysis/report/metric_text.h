#pragma once

/// @file
/// A metric's figures in its unit, as reports print them.

#include <cstdint>
#include <string>

#include "analysis/experiment/result_document.h"

namespace cnisim::report {

/// `value` in the unit of `metric`: "3.21 ms", "12 %", "0.4 cores".
std::string WithUnit(const experiment::MetricResult& metric, double value);

/// The metric's value with its unit; "-" for nullptr or nothing observed.
std::string ValueText(const experiment::MetricResult* metric);

/// "3.1 ms to 3.3 ms"; "-" if a bound is undefined.
std::string RangeText(const experiment::MetricResult& metric, double low, double high);

/// "external -> frontend".
std::string WayOf(const experiment::TrafficResult& traffic);

/// How many requests failed since their server's name was not looked up.
std::uint64_t FailedLookups(const experiment::TrafficResult& traffic);

/// "500 ms of warm-up", "148 ms of warm-up (MSER-5, for cilium)".
std::string WarmUpText(const experiment::ResultDocument& document);

/// "values.yaml:3: message (hint)".
std::string WarningText(const experiment::WarningResult& warning);
std::string NotModelledText(const experiment::NotModelledResult& entry);

}  // namespace cnisim::report
