#pragma once

/// @file
/// How far the model is from measurements: for a terminal (80 columns), as Markdown and as JSON.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "analysis/validation/fit.h"
#include "analysis/validation/score.h"

namespace cnisim::report {

/// The verdicts, the publications worst first, and the worst rows.
std::string ValidationText(const validation::Score& score);
/// The whole of it: also every row that is not scored, by reason.
std::string ValidationMarkdown(const validation::Score& score);
/// `rows` (id, publication, metric, measured, simulated, class, reason, floor) and the summary.
nlohmann::ordered_json ValidationJson(const validation::Score& score);

/// The file of models/catalog/validation: the errors that results take for the model's own.
std::string ValidationErrorsYaml(const validation::Score& score);

/// What a fit found: each stage with its range, uncertainty and data, then those that nothing
/// informs.
std::string FitText(const std::vector<validation::FittedClass>& classes,
                    const datapath::CostModel& costs);

}  // namespace cnisim::report
