#pragma once

/// @file
/// Policy truth cases: a small cluster with policies, and what becomes of every pair of endpoints.
/// A file is a stream of Kubernetes objects that ends in one PolicyCase (kind: PolicyCase of
/// cnisim.test/v1); tests/data/netpol_cases/README.md describes the format.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/policy/evaluator.h"
#include "models/policy/settings.h"

namespace cnisim::connectivity {

/// A pair whose verdict is not what the case expects.
struct CaseMismatch {
  policy::Engine engine = policy::Engine::kNone;
  std::string step;   ///< empty before the first step
  std::string probe;  ///< "TCP 8080 GET /catalog/42"
  std::string source;
  std::string destination;
  policy::Outcome expected = policy::Outcome::kAllow;
  policy::Verdict found;
  std::string found_text;  ///< with the deciding policy
};

struct CaseReport {
  std::string name;
  std::string title;
  std::vector<policy::Engine> engines;  ///< that the case speaks about
  std::size_t pairs = 0;                ///< asserted and evaluated, over all engines and steps
  std::vector<CaseMismatch> mismatches;
};

/// Evaluates the case of a file for every engine that it names, or for `only` alone.
/// @param version  of the engine; empty: the newest, with what `needs` asks for switched on
/// Nothing when the file is no case or has errors; `diagnostics` says why.
std::optional<CaseReport> RunPolicyCase(const std::string& path, const policy::Limits& limits,
                                        std::optional<policy::Engine> only, policy::Version version,
                                        document::Diagnostics& diagnostics);

/// The same for a text.
std::optional<CaseReport> RunPolicyCaseText(std::string_view text, const std::string& file_name,
                                            const policy::Limits& limits,
                                            std::optional<policy::Engine> only,
                                            policy::Version version,
                                            document::Diagnostics& diagnostics);

}  // namespace cnisim::connectivity
