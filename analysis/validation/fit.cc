#include "analysis/validation/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>

#include <fmt/format.h>
#include <oneapi/tbb/parallel_for.h>

#include "analysis/validation/bounded_least_squares.h"
#include "analysis/validation/kernel_rows.h"
#include "analysis/validation/published_rows.h"
#include "analysis/validation/score.h"
#include "models/datapath/compiler.h"
#include "sim/base/check.h"

namespace cnisim::validation {
namespace {

using datapath::CostModel;
using datapath::CostRange;
using datapath::StageCost;

// One number of a stage.
struct Coefficient {
  std::string stage;
  bool per_byte = false;
  double low = 0;
  double high = 0;
  double start = 0;
};

// Stages that a message of some flow of the experiment may pay for, and the wire.
std::set<std::string> StagesOf(const Experiment& experiment, const CostModel& costs) {
  std::set<std::string> stages;
  if (!datapath::OnOneNode(experiment.flows.front().path)) stages.insert(experiment.machine.wire);
  for (const datapath::FlowClass& flow : experiment.flows) {
    const datapath::TracedFlow traced =
        datapath::Trace(*experiment.profile, experiment.switches, flow, costs);
    const auto add = [&](const std::vector<datapath::TracedStage>& list) {
      for (const datapath::TracedStage& stage : list) {
        const StageCost& cost = *stage.cost;
        if (stage.times != 0) stages.insert(cost.same_as.empty() ? cost.id : cost.same_as);
      }
    };
    add(traced.connect);
    add(traced.accept);
    for (const datapath::TracedMessage& message : traced.messages) add(message.stages);
  }
  return stages;
}

const FittedStage* FindStage(const FittedClass& fitted, std::string_view id) {
  for (const FittedStage& stage : fitted.stages) {
    if (stage.id == id) return &stage;
  }
  return nullptr;
}

class Problem {
 public:
  Problem(std::string_view hardware, const std::vector<Measurement>& measurements,
          const CostModel& centre, const workload::Defaults& defaults, const FitOptions& options)
      : measurements_(measurements), centre_(centre), defaults_(defaults) {
    SelectRows(hardware, options);
    SelectCoefficients();
  }

  std::size_t row_count() const { return rows_.size(); }
  const std::vector<Coefficient>& coefficients() const { return coefficients_; }
  /// Rows that the coefficient moves, as indices of measurements.
  std::vector<std::size_t> RowsOf(std::size_t coefficient) const {
    std::vector<std::size_t> found;
    for (const Row& row : rows_) {
      const auto& used = depends_[row.figure];
      if (std::find(used.begin(), used.end(), coefficient) != used.end()) {
        found.push_back(row.measurement);
      }
    }
    return found;
  }

  RobustProblem Robust(const FittedClass* begin) {
    RobustProblem robust;
    const auto n = static_cast<Eigen::Index>(coefficients_.size());
    robust.start.resize(n);
    robust.low.resize(n);
    robust.high.resize(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const Coefficient& coefficient = coefficients_[static_cast<std::size_t>(i)];
      robust.start[i] = coefficient.start;
      const FittedStage* stage = begin == nullptr ? nullptr : FindStage(*begin, coefficient.stage);
      if (stage != nullptr) {
        robust.start[i] = coefficient.per_byte ? stage->per_byte_ns : stage->fixed_ns;
      }
      robust.low[i] = coefficient.low;
      robust.high[i] = coefficient.high;
    }
    robust.evaluate = [this](const Eigen::VectorXd& x, Eigen::VectorXd& residuals,
                             Eigen::MatrixXd* jacobian) { Evaluate(x, residuals, jacobian); };
    robust.huber_scale = 1.5;
    return robust;
  }

  /// Errors |ln(estimate / measured)| of the rows at x.
  std::vector<double> Errors(const Eigen::VectorXd& x) const {
    const std::vector<double> logs = Logs(x);
    std::vector<double> errors;
    for (const Row& row : rows_) errors.push_back(std::abs(Difference(row, logs)));
    return errors;
  }

 private:
  struct Row {
    std::size_t measurement = 0;
    std::size_t figure = 0;            // of the row
    std::vector<std::size_t> anchors;  // figures
    double target = 0;                 // ln(measured), or of its ratio to the anchors
    double weight = 1;
  };

  void SelectRows(std::string_view hardware, const FitOptions& options) {
    const std::vector<std::vector<std::size_t>> anchors = AnchorsOf(measurements_);
    std::map<std::string, int> rows_of;
    for (std::size_t i = 0; i < measurements_.size(); ++i) {
      const Measurement& measurement = measurements_[i];
      const bool is_anchor =
          measurement.row_class == RowClass::kAnchor && measurement.machine_known;
      const bool takes_part = (measurement.row_class == RowClass::kScored || is_anchor) &&
                              measurement.experiment && !measurement.composed &&
                              measurement.experiment->hardware == hardware &&
                              measurement.publication != options.without && Informs(measurement) &&
                              (measurement.absolute || is_anchor || !anchors[i].empty());
      if (!takes_part) continue;
      Row row;
      row.measurement = i;
      row.figure = FigureOf(i);
      row.target = std::log(measurement.value);
      for (const std::size_t anchor : anchors[i]) {
        row.anchors.push_back(FigureOf(anchor));
        row.target -=
            std::log(measurements_[anchor].value) / static_cast<double>(anchors[i].size());
      }
      // What repeats differ by; never less than a rebuilt set-up moves a path.
      constexpr double kLeastAbsolute = 0.02;
      constexpr double kLeastPublished = 0.08;
      const double spread = std::max(measurement.repeat_spread / 2,
                                     measurement.absolute ? kLeastAbsolute : kLeastPublished);
      // Machines differ by half: an anchor says about what a server takes, no more.
      constexpr double kAnchor = 0.5;
      row.weight = 1 / (is_anchor ? kAnchor : spread);
      ++rows_of[measurement.publication];
      rows_.push_back(std::move(row));
    }
    // A publication of two hundred rows must not drown one of ten.
    constexpr double kFair = 50;
    for (Row& row : rows_) {
      const double rows = rows_of[measurements_[row.measurement].publication];
      if (rows > kFair && !measurements_[row.measurement].absolute) {
        row.weight *= std::sqrt(kFair / rows);
      }
    }
  }

  // Extremes and shares of time that is left over say little about a stage.
  static bool Informs(const Measurement& measurement) {
    if (measurement.experiment->observable == Observable::kServerIdle) return false;
    return measurement.stat != "max" && measurement.stat != "min";
  }

  std::size_t FigureOf(std::size_t measurement) {
    const auto [found, is_new] = figure_of_.try_emplace(measurement, figures_.size());
    if (is_new) figures_.push_back(measurement);
    return found->second;
  }

  void SelectCoefficients() {
    std::map<std::string, std::pair<int, int>> index;  // stage -> coefficients, -1 = none
    std::map<std::string, std::size_t> run_of;
    for (std::size_t figure = 0; figure < figures_.size(); ++figure) {
      const Experiment& experiment = *measurements_[figures_[figure]].experiment;
      const auto [run, is_new_run] = run_of.try_emplace(experiment.Key(), runs_.size());
      if (is_new_run) runs_.emplace_back();
      runs_[run->second].push_back(figure);
      std::vector<std::size_t> used;
      for (const std::string& stage : StagesOf(experiment, centre_)) {
        const auto [found, is_new] = index.try_emplace(stage, -1, -1);
        if (is_new) {
          const StageCost& cost = centre_.At(stage);
          found->second = {Add(stage, false, cost.fixed, cost.fixed_ns),
                           Add(stage, true, cost.per_byte, cost.per_byte_ns)};
        }
        for (const int i : {found->second.first, found->second.second}) {
          if (i >= 0) used.push_back(static_cast<std::size_t>(i));
        }
      }
      depends_.push_back(std::move(used));
    }
  }

  int Add(const std::string& stage, bool per_byte, const CostRange& range, double start) {
    if (!(range.high > range.low)) return -1;
    coefficients_.push_back({stage, per_byte, range.low, range.high, start});
    return static_cast<int>(coefficients_.size()) - 1;
  }

  CostModel ModelAt(const Eigen::VectorXd& x) const {
    CostModel model = centre_;
    for (std::size_t i = 0; i < coefficients_.size(); ++i) Set(model, i, x);
    return model;
  }

  void Set(CostModel& model, std::size_t coefficient, const Eigen::VectorXd& x) const {
    const Coefficient& about = coefficients_[coefficient];
    const StageCost& cost = model.At(about.stage);
    const double value = x[static_cast<Eigen::Index>(coefficient)];
    model.SetValue(about.stage, about.per_byte ? cost.fixed_ns : value,
                   about.per_byte ? value : cost.per_byte_ns);
  }

  // Logarithms of the figures that one experiment gives.
  void LogFigures(const std::vector<std::size_t>& figures, const CostModel& model,
                  std::vector<double>& logs) const {
    const Outcome outcome =
        Estimate(*measurements_[figures_[figures.front()]].experiment, model, defaults_);
    for (const std::size_t figure : figures) {
      const Measurement& measurement = measurements_[figures_[figure]];
      const double value = Read(*measurement.experiment, outcome) * measurement.scale;
      logs[figure] = std::log(std::max(value, 1e-300));
    }
  }

  std::vector<double> Logs(const Eigen::VectorXd& x) const {
    const CostModel model = ModelAt(x);
    std::vector<double> logs(figures_.size());
    tbb::parallel_for(std::size_t{0}, runs_.size(),
                      [&](std::size_t i) { LogFigures(runs_[i], model, logs); });
    return logs;
  }

  double Difference(const Row& row, const std::vector<double>& logs) const {
    double difference = logs[row.figure] - row.target;
    for (const std::size_t anchor : row.anchors) {
      difference -= logs[anchor] / static_cast<double>(row.anchors.size());
    }
    return difference;
  }

  // Rows first, then one pull towards the start for each coefficient.
  void Evaluate(const Eigen::VectorXd& x, Eigen::VectorXd& residuals,
                Eigen::MatrixXd* jacobian) const {
    const auto rows = static_cast<Eigen::Index>(rows_.size());
    const auto n = static_cast<Eigen::Index>(coefficients_.size());
    const std::vector<double> logs = Logs(x);
    residuals.resize(rows + n);
    for (Eigen::Index i = 0; i < rows; ++i) {
      const Row& row = rows_[static_cast<std::size_t>(i)];
      residuals[i] = row.weight * Difference(row, logs);
    }
    for (Eigen::Index i = 0; i < n; ++i) residuals[rows + i] = Pull(i) * (x[i] - Start(i));
    if (jacobian == nullptr) return;
    jacobian->setZero(rows + n, n);
    const Eigen::MatrixXd slopes = Slopes(x, logs);
    for (Eigen::Index i = 0; i < rows; ++i) {
      const Row& row = rows_[static_cast<std::size_t>(i)];
      jacobian->row(i) = row.weight * slopes.row(static_cast<Eigen::Index>(row.figure));
      for (const std::size_t anchor : row.anchors) {
        jacobian->row(i) -= row.weight / static_cast<double>(row.anchors.size()) *
                            slopes.row(static_cast<Eigen::Index>(anchor));
      }
    }
    for (Eigen::Index i = 0; i < n; ++i) (*jacobian)(rows + i, i) = Pull(i);
  }

  double Start(Eigen::Index i) const { return coefficients_[static_cast<std::size_t>(i)].start; }
  // One unit of loss at the nearer end of the range ... or so: a range is two standard deviations.
  double Pull(Eigen::Index i) const {
    const Coefficient& about = coefficients_[static_cast<std::size_t>(i)];
    return 1 / (about.high - about.low);
  }

  // d ln(figure) / d coefficient, by one-sided differences.  [figure, coefficient]
  Eigen::MatrixXd Slopes(const Eigen::VectorXd& x, const std::vector<double>& logs) const {
    Eigen::MatrixXd slopes = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(figures_.size()),
                                                   static_cast<Eigen::Index>(coefficients_.size()));
    tbb::parallel_for(std::size_t{0}, coefficients_.size(), [&](std::size_t c) {
      const auto column = static_cast<Eigen::Index>(c);
      Eigen::VectorXd moved = x;
      const double step = 1e-3 * (coefficients_[c].high - coefficients_[c].low);
      moved[column] += moved[column] + step > coefficients_[c].high ? -step : step;
      const double change = moved[column] - x[column];
      CostModel model = ModelAt(x);
      Set(model, c, moved);
      std::vector<double> moved_logs(figures_.size());
      for (const std::vector<std::size_t>& figures : runs_) {
        const auto& used = depends_[figures.front()];
        if (std::find(used.begin(), used.end(), c) == used.end()) continue;
        LogFigures(figures, model, moved_logs);
        for (const std::size_t f : figures) {
          slopes(static_cast<Eigen::Index>(f), column) = (moved_logs[f] - logs[f]) / change;
        }
      }
    });
    return slopes;
  }

  const std::vector<Measurement>& measurements_;
  const CostModel& centre_;
  const workload::Defaults& defaults_;
  std::vector<Row> rows_;
  std::vector<std::size_t> figures_;               // -> measurement
  std::map<std::size_t, std::size_t> figure_of_;   // measurement ->
  std::vector<std::vector<std::size_t>> depends_;  // [figure] -> coefficients
  std::vector<std::vector<std::size_t>> runs_;     // experiments -> figures that they give
  std::vector<Coefficient> coefficients_;
};

// "812.5ns": four digits that count, no exponent.
std::string Number(double ns) {
  const int digits = ns == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::abs(ns))));
  return fmt::format("{:.{}f}ns", ns, std::clamp(3 - digits, 0, 6));
}

double MedianOf(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), half, values.end());
  return *half;
}

}  // namespace

FittedClass Fit(std::string_view hardware, const std::vector<Measurement>& measurements,
                const CostModel& centre, const workload::Defaults& defaults,
                const FitOptions& options) {
  Problem problem(hardware, measurements, centre, defaults, options);
  FittedClass fitted;
  fitted.name = std::string(hardware);
  fitted.rows = static_cast<int>(problem.row_count());
  std::map<std::string, FittedStage> stages;
  if (problem.row_count() > 0) {
    const RobustSolution solution = SolveBoundedRobust(problem.Robust(options.begin), 60);
    fitted.iterations = solution.iterations;
    fitted.converged = solution.converged;
    fitted.median_error = MedianOf(problem.Errors(solution.x));
    for (std::size_t i = 0; i < problem.coefficients().size(); ++i) {
      const Coefficient& about = problem.coefficients()[i];
      const std::vector<std::size_t> rows = problem.RowsOf(i);
      if (rows.empty()) continue;
      const auto at = static_cast<Eigen::Index>(i);
      const auto [found, is_new] = stages.try_emplace(about.stage);
      FittedStage& stage = found->second;
      if (is_new) {
        const StageCost& cost = centre.At(about.stage);
        stage.id = about.stage;
        stage.fixed_ns = cost.fixed_ns;
        stage.per_byte_ns = cost.per_byte_ns;
        stage.error_ns = solution.standard_error[at];
      }
      (about.per_byte ? stage.per_byte_ns : stage.fixed_ns) = solution.x[at];
      stage.at_bound = stage.at_bound || solution.at_bound[i];
      stage.measurements = std::max(stage.measurements, static_cast<int>(rows.size()));
      std::set<std::string> names(stage.informed_by.begin(), stage.informed_by.end());
      for (const std::size_t row : rows) names.insert(measurements[row].publication);
      stage.informed_by.assign(names.begin(), names.end());
    }
  }
  for (auto& [id, stage] : stages) fitted.stages.push_back(std::move(stage));
  for (const StageCost& cost : centre.all()) {
    const bool packet = cost.paid != datapath::Paid::kControlPlane;
    if (packet && cost.same_as.empty() && stages.count(cost.id) == 0)
      fitted.uninformed.push_back(cost.id);
  }
  return fitted;
}

std::map<std::string, double> LeaveOneOut(const std::vector<Measurement>& measurements,
                                          const CostModel& costs,
                                          const workload::Defaults& defaults) {
  const CostModel catalog = costs.ForHardware("");
  const CostModel centre = WithFit(catalog, Fit(kLabHardware, measurements, catalog, defaults));
  const FittedClass whole = Fit(kServerHardware, measurements, centre, defaults);
  std::set<std::string> publications;
  for (const Measurement& row : measurements) {
    const bool counts = row.row_class == RowClass::kScored && row.experiment && !row.absolute;
    if (counts) publications.insert(row.publication);
  }
  std::map<std::string, double> medians;
  for (const std::string& publication : publications) {
    const FittedClass fitted = Fit(kServerHardware, measurements, centre, defaults,
                                   {.without = publication, .begin = &whole});
    std::vector<Measurement> rows;
    for (const Measurement& row : measurements) {
      if (row.publication == publication) rows.push_back(row);
    }
    const HardwareCosts costs_without{{std::string(kServerHardware), WithFit(centre, fitted)}};
    const Score score = Judge(rows, Figures(rows, costs_without, defaults, Method::kSimulate));
    medians[publication] = score.publications.empty() ? 0 : score.publications.front().median;
  }
  return medians;
}

CostModel WithFit(const CostModel& costs, const FittedClass& fitted) {
  CostModel model = costs;
  for (const FittedStage& stage : fitted.stages) {
    model.SetValue(stage.id, stage.fixed_ns, stage.per_byte_ns);
  }
  return model;
}

std::vector<FittedClass> FitAll(const std::vector<Measurement>& measurements,
                                const CostModel& costs, const workload::Defaults& defaults,
                                const FitOptions& options) {
  const CostModel catalog = costs.ForHardware("");
  std::vector<FittedClass> classes;
  classes.push_back(Fit(kLabHardware, measurements, catalog, defaults, options));
  classes.push_back(
      Fit(kServerHardware, measurements, WithFit(catalog, classes.front()), defaults, options));
  return classes;
}

std::string FitYaml(const std::vector<FittedClass>& classes, const std::vector<std::string>& data) {
  const std::map<std::string, std::string> about{
      {std::string(kLabHardware),
       "virtual machine, 2 CPUs of an AMD EPYC, Linux 6.18, warm caches, one thread"},
      {std::string(kServerHardware),
       "servers of published measurements: ratios to their host network, around the lab's values"}};
  std::string text =
      "# Written by `cnisim fit`; do not edit. docs/models/validation.md says how it is made.\n"
      "data: [";
  for (std::size_t i = 0; i < data.size(); ++i) text += (i == 0 ? "" : ", ") + data[i];
  text += "]\nclasses:\n";
  for (const FittedClass& one : classes) {
    const auto found = about.find(one.name);
    CNISIM_CHECK(found != about.end(), "a class of hardware is described: " + one.name);
    text += fmt::format("  - name: {}\n    about: \"{}\"\n", one.name, found->second);
    if (one.name == kServerHardware) text += "    default: true\n";
    text += "    costs:\n";
    for (const FittedStage& stage : one.stages) {
      text += fmt::format("      - {{cost: {}", stage.id);
      if (stage.fixed_ns != 0) text += ", fixed: " + Number(stage.fixed_ns);
      if (stage.per_byte_ns != 0) text += ", per_byte: " + Number(stage.per_byte_ns);
      if (std::isfinite(stage.error_ns)) text += ", error: " + Number(stage.error_ns);
      text += fmt::format(", measurements: {}{}}}\n", stage.measurements,
                          stage.at_bound ? ", at_bound: true" : "");
    }
  }
  return text;
}

}  // namespace cnisim::validation
