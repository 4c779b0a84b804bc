#pragma once

/// @file
/// The paths of a scenario's flows for its result document: what `explain` shows of each, in short.

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analysis/experiment/result_document.h"
#include "analysis/explain/path_explanation.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/scenario.h"

namespace cnisim::explain {

/// One path in short: the stages of all its messages, summed by stage, node and who pays.
experiment::PathResult Summarise(const PathExplanation& explanation);

/// Collects the likeliest way of each traffic and call while configurations are prepared.
class ResultPaths {
 public:
  /// Both outlive this.
  ResultPaths(const scenario::Scenario& scenario, const scenario::Catalog& catalog)
      : scenario_(scenario), catalog_(catalog) {}

  /// Keeps what `configuration` says of the flows, not the configuration itself.  May be called
  /// from several threads at once.
  void Collect(const scenario::PreparedConfiguration& configuration);

  /// Fills `paths` of every configuration and the document's cost_sources.  A configuration that
  /// was not collected is prepared for it: seconds for a large cluster.
  /// @pre the document is of this scenario and catalog
  void AddTo(experiment::ResultDocument& document);

 private:
  struct Collected {
    // As in the scenario; nothing where no packet goes.
    std::vector<std::optional<experiment::PathResult>> traffic;
    std::vector<std::optional<experiment::PathResult>> calls;
    std::map<std::string, experiment::CostSourceResult> sources;  // by stage
  };

  const scenario::Scenario& scenario_;
  const scenario::Catalog& catalog_;
  std::mutex mutex_;
  std::map<std::string, Collected> collected_;  // by configuration
};

}  // namespace cnisim::explain
