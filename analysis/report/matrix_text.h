#pragma once

/// @file
/// A matrix of who may talk to whom, for people and for other programs.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "analysis/connectivity/matrix.h"

namespace cnisim::report {

/// Rows are sources, columns destinations by number: '+' every port, '-' none, '~' some, '7' where
/// an L7 proxy decides about requests.  Fits 80 columns up to 20 groups; lists allowances beyond.
std::string MatrixText(const connectivity::Matrix& matrix);
std::string MatrixMarkdown(const connectivity::Matrix& matrix);
/// source,destination,ports_asked,ports_allowed,l7
std::string MatrixCsv(const connectivity::Matrix& matrix);
/// A directed graph of what is allowed, for Graphviz.
std::string MatrixDot(const connectivity::Matrix& matrix);
nlohmann::ordered_json MatrixJson(const connectivity::Matrix& matrix);

}  // namespace cnisim::report
