#pragma once

/// @file
/// How a configuration stands beside the others, in the words that the page and the Markdown share.

#include <string>
#include <string_view>

#include "analysis/experiment/result_document.h"

namespace cnisim::report {

/// Words, and what is said small beside them; the latter may be empty.
struct Remark {
  std::string text;
  std::string note;
  bool alarming = false;  ///< something gives way or does not fit
};

/// "±1 %, ±33 %": how far a figure may be off, by chance and by the model; empty if it is exact.
std::string ErrorText(const experiment::MetricResult* metric);

/// "lowest", "not told from it", "within model error", "+3 %"; "-" if nothing was observed.
std::string AgainstLowest(const experiment::ResultDocument& document, std::string_view metric,
                          const experiment::TrafficResult& traffic,
                          const experiment::ConfigurationResult& configuration);

/// What gives way first, and how busy it is: "cores", "10 % busy".
Remark BindingRemark(const experiment::ConfigurationResult& configuration);

/// Which change to the cluster has no room: "not the upgrade of pool apps", "subnet, after 2 h".
Remark FitRemark(const experiment::ConfigurationResult& configuration);

/// "0.4 % errors, 12 denied in all, 3 packets lost"; empty if all went well.
/// @param in_all  also what belongs to no single source of traffic
std::string Losses(const experiment::ConfigurationResult& configuration,
                   const experiment::TrafficResult& traffic, bool in_all);

/// "90 s", "45 min", "18 h", "300 d".
std::string TimeText(double seconds);

}  // namespace cnisim::report
