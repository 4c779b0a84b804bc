#include "analysis/validation/score.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include <oneapi/tbb/parallel_for.h>

namespace cnisim::validation {
namespace {

double MedianOf(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double QuantileOf(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
  return values[std::min(std::max<std::size_t>(rank, 1), values.size()) - 1];
}

bool Measured(const Measurement& measurement) {
  return measurement.row_class == RowClass::kScored || measurement.row_class == RowClass::kAnchor;
}

// How close an anchor is to a row: the first words that agree count most.
auto Closeness(const AnchorKey& row, const AnchorKey& anchor) {
  return std::tuple(row.hardware == anchor.hardware, row.kernel == anchor.kernel,
                    row.streams == anchor.streams, row.message == anchor.message,
                    row.mtu == anchor.mtu, row.variant == anchor.variant);
}

// Floors of all rows: what repeats of one configuration differ by.
std::vector<double> Floors(const std::vector<Measurement>& measurements) {
  std::map<std::string, std::vector<double>> groups;
  for (const Measurement& row : measurements) {
    if (Measured(row)) groups[row.repeats].push_back(row.value);
  }
  std::vector<double> floors;
  for (const Measurement& row : measurements) {
    double floor = 0;
    if (Measured(row)) floor = std::abs(std::log(row.value / MedianOf(groups[row.repeats])));
    // The mean of three runs is off by about a quarter of their spread.
    floors.push_back(std::max(floor, row.repeat_spread / 4));
  }
  return floors;
}

PublicationScore Summarise(std::string name, const std::vector<const ScoredRow*>& rows) {
  PublicationScore score;
  score.name = std::move(name);
  std::vector<double> errors;
  std::vector<double> floors;
  for (const ScoredRow* row : rows) {
    errors.push_back(row->error);
    floors.push_back(row->floor);
  }
  score.rows = score.scored = static_cast<int>(rows.size());
  score.median = MedianOf(errors);
  score.p90 = QuantileOf(errors, 0.9);
  score.worst = errors.empty() ? 0 : *std::max_element(errors.begin(), errors.end());
  score.floor = MedianOf(floors);
  return score;
}

PairOrder CountPairs(const std::vector<ScoredRow>& rows) {
  constexpr double kUnstatedSpread = 0.10;
  std::map<std::string, std::vector<const ScoredRow*>> groups;
  for (const ScoredRow& row : rows) {
    const bool counts = Measured(*row.measurement) && row.simulated &&
                        row.measurement->kind != Kind::kCount && !row.measurement->absolute;
    if (counts) groups[row.measurement->group].push_back(&row);
  }
  PairOrder order;
  for (const auto& [group, members] : groups) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (std::size_t j = i + 1; j < members.size(); ++j) {
        const Measurement& a = *members[i]->measurement;
        const Measurement& b = *members[j]->measurement;
        if (a.repeats == b.repeats) continue;  // the model cannot tell them apart
        const double spread = std::max(a.repeat_spread, b.repeat_spread);
        const double least = spread > 0 ? spread : kUnstatedSpread;
        if (std::abs(std::log(a.value / b.value)) <= std::log1p(least)) continue;
        ++order.pairs;
        if ((a.value > b.value) == (*members[i]->simulated > *members[j]->simulated) &&
            *members[i]->simulated != *members[j]->simulated) {
          ++order.right;
        }
      }
    }
  }
  return order;
}

}  // namespace

double Score::leave_one_out_median() const {
  std::vector<double> medians;
  for (const auto& [publication, median] : leave_one_out) medians.push_back(median);
  return MedianOf(medians);
}

std::vector<std::vector<std::size_t>> AnchorsOf(const std::vector<Measurement>& measurements) {
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> anchors;
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    const Measurement& row = measurements[i];
    if (row.row_class == RowClass::kAnchor) {
      anchors[{row.publication, row.metric}].push_back(i);
    }
  }
  std::vector<std::vector<std::size_t>> found(measurements.size());
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    const Measurement& row = measurements[i];
    if (row.row_class != RowClass::kScored || row.absolute) continue;
    const auto candidates = anchors.find({row.publication, row.metric});
    if (candidates == anchors.end()) continue;
    for (const std::size_t anchor : candidates->second) {
      const auto close = Closeness(row.anchor, measurements[anchor].anchor);
      if (!found[i].empty()) {
        const auto best = Closeness(row.anchor, measurements[found[i].front()].anchor);
        if (close < best) continue;
        if (close > best) found[i].clear();
      }
      found[i].push_back(anchor);
    }
  }
  return found;
}

HardwareCosts CatalogCosts(const std::vector<Measurement>& measurements,
                           const datapath::CostModel& costs) {
  HardwareCosts models;
  for (const Measurement& row : measurements) {
    if (!row.experiment || models.count(row.experiment->hardware) > 0) continue;
    const std::string& hardware = row.experiment->hardware;
    const bool known =
        std::any_of(costs.hardware().begin(), costs.hardware().end(),
                    [&](const datapath::HardwareClass& h) { return h.name == hardware; });
    models.emplace(hardware, known ? costs.ForHardware(hardware) : costs);
  }
  return models;
}

std::vector<std::optional<double>> Figures(const std::vector<Measurement>& measurements,
                                           const HardwareCosts& costs,
                                           const workload::Defaults& defaults, Method method) {
  // Rows that differ in what is read off one experiment share its simulation.
  std::map<std::string, std::vector<std::size_t>> by_key;
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    if (measurements[i].experiment) by_key[measurements[i].experiment->Key()].push_back(i);
  }
  std::vector<const std::vector<std::size_t>*> experiments;
  for (const auto& [key, rows] : by_key) experiments.push_back(&rows);
  std::vector<std::optional<double>> figures(measurements.size());
  tbb::parallel_for(std::size_t{0}, experiments.size(), [&](std::size_t at) {
    const std::vector<std::size_t>& rows = *experiments[at];
    const Experiment& experiment = *measurements[rows.front()].experiment;
    const datapath::CostModel& model = costs.at(experiment.hardware);
    const Outcome outcome = method == Method::kSimulate ? Simulate(experiment, model, defaults)
                                                        : Estimate(experiment, model, defaults);
    for (const std::size_t row : rows) {
      figures[row] = Read(*measurements[row].experiment, outcome) * measurements[row].scale;
    }
  });
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    if (measurements[i].counted) figures[i] = measurements[i].counted;
  }
  return figures;
}

Score Judge(const std::vector<Measurement>& measurements,
            const std::vector<std::optional<double>>& figures) {
  Score score;
  const std::vector<std::vector<std::size_t>> anchors = AnchorsOf(measurements);
  const std::vector<double> floors = Floors(measurements);
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    const Measurement& row = measurements[i];
    ScoredRow scored{&row, figures[i], 0, floors[i]};
    if (row.row_class == RowClass::kAnchor && figures[i]) {
      scored.simulated = row.value;  // by definition
    } else if (row.row_class == RowClass::kScored && figures[i]) {
      double factor = 0;  // mean of logarithms
      for (const std::size_t anchor : anchors[i]) {
        factor += std::log(measurements[anchor].value / figures[anchor].value_or(1)) /
                  static_cast<double>(anchors[i].size());
      }
      scored.simulated = *figures[i] * std::exp(factor);
      scored.error = std::abs(std::log(std::max(*scored.simulated, 1e-300) / row.value));
    }
    score.rows.push_back(scored);
  }

  std::map<std::string, std::vector<const ScoredRow*>> publications;
  std::map<std::string, std::vector<const ScoredRow*>> cpu;
  std::map<std::string, std::vector<const ScoredRow*>> other;
  std::map<Kind, std::vector<const ScoredRow*>> kinds;
  std::map<std::string, int> all_rows;
  std::vector<double> errors;
  std::vector<double> composed;
  for (const ScoredRow& row : score.rows) {
    const Measurement& about = *row.measurement;
    ++all_rows[about.publication];
    if (about.row_class != RowClass::kScored || !row.simulated) continue;
    publications[about.publication].push_back(&row);
    if (about.composed) {
      composed.push_back(row.error);
      score.composed.bias += std::log(*row.simulated / about.value);
    }
    if (about.absolute) continue;
    kinds[about.kind].push_back(&row);
    (about.kind == Kind::kCpu ? cpu : other)[about.publication].push_back(&row);
    errors.push_back(row.error);
  }
  for (const auto& [name, rows] : publications) {
    PublicationScore one = Summarise(name, rows);
    one.rows = all_rows[name];
    score.publications.push_back(one);
  }
  std::stable_sort(
      score.publications.begin(), score.publications.end(),
      [](const PublicationScore& a, const PublicationScore& b) { return a.median > b.median; });
  for (const auto& [kind, rows] : kinds) {
    score.kinds[kind] = Summarise(std::string(Name(kind)), rows);
  }
  const auto median_of_medians = [](const auto& groups) {
    std::vector<double> medians;
    for (const auto& [name, rows] : groups) medians.push_back(Summarise(name, rows).median);
    return MedianOf(medians);
  };
  score.median_of_publications = median_of_medians(other);
  score.median_of_publications_cpu = median_of_medians(cpu);
  for (const auto& [kind, rows] : kinds) {
    std::map<std::string, std::vector<const ScoredRow*>> by_publication;
    for (const ScoredRow* row : rows) by_publication[row->measurement->publication].push_back(row);
    score.kind_errors[kind] = {median_of_medians(by_publication), static_cast<int>(rows.size()),
                               static_cast<int>(by_publication.size())};
  }
  score.p90_rows = QuantileOf(errors, 0.9);
  score.pairs = CountPairs(score.rows);
  score.composed.rows = static_cast<int>(composed.size());
  for (const double error : composed) {
    score.composed.mean += error / static_cast<double>(composed.size());
    score.composed.worst = std::max(score.composed.worst, error);
  }
  if (!composed.empty()) score.composed.bias /= static_cast<double>(composed.size());
  for (const ScoredRow& row : score.rows) {
    const Kind kind = row.measurement->kind;
    const bool figure = kind == Kind::kLatency || kind == Kind::kRate ||
                        kind == Kind::kThroughput || kind == Kind::kCpu;
    if (!figure || !row.measurement->of_cluster) continue;
    ++score.in_scope;
    if (Measured(*row.measurement) && row.simulated) ++score.in_scope_scored;
  }
  return score;
}

}  // namespace cnisim::validation
