#pragma once

/// @file
/// results.json: a ResultDocument as text.  The same document gives the same bytes; numbers are the
/// shortest that read back as themselves, undefined ones are null.  The form is described by
/// docs/schema/results-1.schema.json.

#include <string>
#include <string_view>

#include "analysis/experiment/result_document.h"
#include "sim/base/result.h"

namespace cnisim::experiment {

/// Ends in a newline.
std::string ToJson(const ResultDocument& document);

/// Reads what ToJson() writes.  Fields that are not known are skipped, so that a newer program of
/// the same version of the form may add some; the error says what is missing or of another type.
Result<ResultDocument, std::string> ParseResults(std::string_view text);

}  // namespace cnisim::experiment
