#pragma once

/// @file
/// How far the model is from measurements: simulates every row that has an experiment, sets each
/// publication's machine from its anchor rows, and takes |ln(simulated / measured)| of the rest.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/validation/measurement.h"
#include "models/datapath/cost_model.h"
#include "models/workload/defaults.h"

namespace cnisim::validation {

/// One row with what the model makes of it.
struct ScoredRow {
  const Measurement* measurement = nullptr;
  /// In the row's unit, the machine set from the anchors.  Rows without experiment have none.
  std::optional<double> simulated;
  double error = 0;  ///< |ln(simulated / measured)| of a scored row
  /// The error that the best constant for each configuration that the model can tell apart would
  /// have, the spread of repetitions included.
  double floor = 0;
};

struct PublicationScore {
  std::string name;
  int rows = 0;  ///< of the publication, whatever became of them
  int scored = 0;
  double median = 0;  ///< of the errors
  double p90 = 0;
  double worst = 0;
  double floor = 0;  ///< median of the rows' floors
};

/// Pairs of configurations that measurably differ: how many stand in the measured order.
struct PairOrder {
  int pairs = 0;
  int right = 0;
  double share() const { return pairs == 0 ? 1 : static_cast<double>(right) / pairs; }
};

struct Score {
  std::vector<ScoredRow> rows;                 ///< [measurement]
  std::vector<PublicationScore> publications;  ///< with scored rows, worst median first
  std::map<Kind, PublicationScore> kinds;      ///< published rows of a kind, over all publications
  /// Of published rows of a kind: median over publications of the publication's median error.
  struct KindError {
    double error = 0;
    int rows = 0;
    int publications = 0;
  };
  std::map<Kind, KindError> kind_errors;
  double median_of_publications = 0;  ///< all kinds but CPU
  double median_of_publications_cpu = 0;
  double p90_rows = 0;  ///< of published rows
  PairOrder pairs;      ///< of published rows
  /// Kernel measurements of compositions, which no fit used.
  struct Composed {
    int rows = 0;
    double mean = 0;
    double worst = 0;
    double bias = 0;  ///< mean of ln(simulated / measured)
  } composed;
  /// Median error of each publication under costs that were fitted without it; empty if not asked.
  std::map<std::string, double> leave_one_out;
  double leave_one_out_median() const;
  int in_scope = 0;         ///< latency, rate, throughput and CPU rows of data paths in scope
  int in_scope_scored = 0;  ///< of these, scored or anchors
};

/// Costs by class of hardware.
using HardwareCosts = std::map<std::string, datapath::CostModel, std::less<>>;

/// Those of the catalog for every class that a measurement names; a class that the catalog does not
/// have takes the values in use.
HardwareCosts CatalogCosts(const std::vector<Measurement>& measurements,
                           const datapath::CostModel& costs);

/// How figures are obtained.
enum class Method { kSimulate, kEstimate };

/// Figures of all experiments in their rows' units, before anchoring; equal experiments run once,
/// side by side.  [measurement]; empty where there is no experiment.
std::vector<std::optional<double>> Figures(const std::vector<Measurement>& measurements,
                                           const HardwareCosts& costs,
                                           const workload::Defaults& defaults, Method method);

/// Scores figures.  `measurements` must outlive the score.
Score Judge(const std::vector<Measurement>& measurements,
            const std::vector<std::optional<double>>& figures);

/// For each scored row the anchors that cover it, the closest ones.  [measurement] -> indices;
/// empty for rows that are absolute or no scored ones.
std::vector<std::vector<std::size_t>> AnchorsOf(const std::vector<Measurement>& measurements);

}  // namespace cnisim::validation
