#pragma once

/// @file
/// What a result means, in the few sentences that a colleague would say.  Each is drawn
/// from the document's figures and verdicts; none says more than they carry: "lower" and "more"
/// stand only where the difference is beyond chance and beyond the model's error.

#include <string>
#include <vector>

#include "analysis/experiment/result_document.h"

namespace cnisim::report {

/// At most four sentences, the most important first: what breaks, who is fast, what the network's
/// part is, what addresses cost, what CPU costs.
std::vector<std::string> Findings(const experiment::ResultDocument& document);

/// Index in `document.configurations` of the lowest value of a metric among those that answer (at
/// most 1 % of errors, and 10 % of requests under way when the runs end; all if none does); -1 if
/// it is defined nowhere.
int LowestOf(const experiment::ResultDocument& document, std::string_view metric,
             std::string_view from, std::string_view to);

/// What is known about `other` against `best` on a metric; kNotSignificant if they were not
/// compared.
experiment::Verdict VerdictAgainst(const experiment::ResultDocument& document,
                                   std::string_view metric, std::string_view from,
                                   std::string_view to, std::string_view best,
                                   std::string_view other);

}  // namespace cnisim::report
