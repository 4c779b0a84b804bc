#pragma once

/// @file
/// Fits the coefficients of stages to measurements, inside the ranges of their sources, one set for
/// each class of hardware.  Rows of compositions never take part.

#include <map>
#include <string>
#include <vector>

#include "analysis/validation/measurement.h"
#include "models/datapath/cost_model.h"
#include "models/workload/defaults.h"

namespace cnisim::validation {

struct FittedStage {
  std::string id;
  double fixed_ns = 0;
  double per_byte_ns = 0;
  double error_ns = 0;   ///< standard error of the fixed part, or of the part a byte if that is all
  int measurements = 0;  ///< rows that depend on it
  std::vector<std::string> informed_by;  ///< publications among them, sorted
  bool at_bound = false;
};

struct FittedClass {
  std::string name;
  int rows = 0;             ///< measurements that took part
  double median_error = 0;  ///< of these, by the closed form
  int iterations = 0;
  bool converged = false;
  std::vector<FittedStage> stages;      ///< that some row depends on, sorted by id
  std::vector<std::string> uninformed;  ///< in the catalog, but in no row, sorted
};

struct FitOptions {
  std::string without;  ///< a publication to leave out
  /// Where to begin, if not at the centre: a fit to nearly the same measurements.
  const FittedClass* begin = nullptr;
};

/// Fits one class.  A published row's residual is the logarithm of its ratio to its anchor, a
/// kernel row's that of its time; each weighs by its repeat spread and by how many rows its
/// publication has, and counts linearly beyond a few spreads (Huber).  Stages that the data hardly
/// inform stay near `centre`, weakly.
/// @param centre  values from which the fit starts; stages that another class informs may have
///                been set to its values
FittedClass Fit(std::string_view hardware, const std::vector<Measurement>& measurements,
                const datapath::CostModel& centre, const workload::Defaults& defaults,
                const FitOptions& options = {});

/// The lab's class first, and the servers' around what it found.
std::vector<FittedClass> FitAll(const std::vector<Measurement>& measurements,
                                const datapath::CostModel& costs,
                                const workload::Defaults& defaults, const FitOptions& options = {});

/// Medians of the errors of each publication when the servers' costs are fitted without it.
/// The median over publications is what a new publication may expect.
std::map<std::string, double> LeaveOneOut(const std::vector<Measurement>& measurements,
                                          const datapath::CostModel& costs,
                                          const workload::Defaults& defaults);

/// `costs` with the values of a fitted class in use.
datapath::CostModel WithFit(const datapath::CostModel& costs, const FittedClass& fitted);

/// The file of models/catalog/hardware: YAML, deterministic to the byte.
/// @param data  names of the files that the measurements came from
std::string FitYaml(const std::vector<FittedClass>& classes, const std::vector<std::string>& data);

}  // namespace cnisim::validation
