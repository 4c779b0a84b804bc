#pragma once

/// @file
/// Addresses over time and what happened when, as sections of a page; the same for a run and a
/// plan.

#include <string>
#include <vector>

#include "analysis/experiment/result_context.h"
#include "analysis/report/html_page.h"

namespace cnisim::report {

struct NamedAddressPlan {
  std::string configuration;
  const experiment::AddressPlanResult* plan = nullptr;
};

/// A chart for each subnet and range of pods: what is held against its size.
void AddAddressTimelines(const std::vector<NamedAddressPlan>& plans, HtmlPage& page);

/// Operations on a time axis, the failed ones marked, and a table that says why.
void AddEvents(const std::vector<NamedAddressPlan>& plans, HtmlPage& page);

}  // namespace cnisim::report
