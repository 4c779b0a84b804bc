#include "analysis/experiment/sweep_experiment.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <numeric>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include "analysis/experiment/output_file.h"
#include "analysis/experiment/result_json.h"
#include "analysis/experiment/version.h"
#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario.h"
#include "models/scenario/scenario_reader.h"
#include "models/scenario/sweep.h"
#include "sim/base/hash.h"

namespace cnisim::experiment {
namespace {

namespace fs = std::filesystem;

using document::Diagnostics;
using scenario::Catalog;
using scenario::Scenario;
using scenario::Sweep;

/// One scenario to run: the one as it stands (no values), or a point.
struct Part {
  std::vector<std::string> values;
  Scenario scenario;
  Diagnostics diagnostics;
  double weight = 0;  // rough: what has larger numbers takes longer
  std::optional<ResultDocument> document;
  ExperimentTiming timing;
};

/// The leading numbers of the values, multiplied.
double WeightOf(const std::vector<std::string>& values) {
  double weight = 1;
  for (const std::string& value : values) {
    const double number = std::strtod(value.c_str(), nullptr);
    if (number > 0) weight *= number;
  }
  return weight;
}

/// Everything that the results of a part depend on, as a file name.
std::string KeyOf(const Part& part, const Catalog& catalog, const ScenarioOptions& options) {
  std::string all = fmt::format("{} {}\n{}\n", ProgramVersion(), kResultsVersion,
                                HexDigest(catalog.files.content_hash()));
  for (const std::string& name : options.configurations) all += name + '\n';
  const auto add = [&](const auto& value) { all += value ? fmt::format("{}\n", *value) : "-\n"; };
  add(options.shuffle_ties);
  add(options.seed);
  add(options.replications);
  add(options.precision);
  const auto add_time = [&](const std::optional<SimTime>& time) {
    add(time ? std::optional(time->nanos()) : std::nullopt);
  };
  add_time(options.warm_up);
  add_time(options.duration);
  if (options.find_warm_up) all += "find warm-up\n";
  all += fmt::format("{}\n", options.cost_draws);
  for (const std::string& value : part.values) all += value + '\n';
  all += part.scenario.text;
  return HexDigest(HashText(all)) + ".json";
}

std::optional<ResultDocument> ReadKept(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto document = ParseResults(text);
  if (!document) return std::nullopt;  // not ours, or of another program: it is simulated again
  return std::move(*document);
}

/// Adds up the progress of all parts.  What has not begun is taken to be as long as the longest.
class ProgressSum {
 public:
  ProgressSum(std::size_t parts, const std::function<void(const Progress&)>& progress)
      : parts_(parts), progress_(progress) {}

  void Update(std::size_t part, const Progress& now) {
    const std::lock_guard lock(mutex_);
    parts_[part] = now;
    const Progress longest =
        *std::max_element(parts_.begin(), parts_.end(),
                          [](const Progress& a, const Progress& b) { return a.total < b.total; });
    Progress sum;
    for (const Progress& each : parts_) {
      const Progress& whole = each.total > 0 ? each : longest;
      sum.done += each.done;
      sum.total += whole.total;
      sum.simulated += each.simulated;
      sum.simulated_total += whole.simulated_total;
    }
    if (progress_) progress_(sum);
  }

 private:
  std::mutex mutex_;
  std::vector<Progress> parts_;  // [part]; no runs before it begins
  const std::function<void(const Progress&)>& progress_;
};

class SweepRun {
 public:
  SweepRun(const Catalog& catalog, const ScenarioOptions& options, std::string folder)
      : catalog_(catalog), options_(options), folder_(std::move(folder)) {}

  void RunAll(std::vector<Part>& parts) {
    std::vector<std::size_t> order(parts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return parts[a].weight > parts[b].weight;
    });
    if (options_.ranks != nullptr) {
      // Ranks take part in every run, or share them: all must go through the parts in one order.
      ProgressSum ranked(parts.size(), options_.progress);
      for (const std::size_t part : order) Run(parts[part], part, ranked);
      return;
    }
    ProgressSum progress(parts.size(), options_.progress);
    const int threads = static_cast<int>(std::max(1U, options_.threads));
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(threads));
    std::size_t next = 0;
    std::mutex mutex;
    tbb::task_arena arena(threads);
    arena.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<std::size_t>(0, parts.size(), 1),
          [&](const tbb::blocked_range<std::size_t>& range) {
            for (std::size_t i = range.begin(); i != range.end(); ++i) {
              std::size_t part = 0;
              {
                // In the order of `order`, whichever indices a thread was given.
                const std::lock_guard lock(mutex);
                part = order[next++];
              }
              Run(parts[part], part, progress);
            }
          },
          tbb::simple_partitioner());
    });
  }

 private:
  void Run(Part& part, std::size_t index, ProgressSum& progress) {
    const fs::path kept =
        folder_.empty() ? fs::path() : fs::path(folder_) / KeyOf(part, catalog_, options_);
    if (!kept.empty()) part.document = ReadKept(kept);
    if (part.document) return;
    ScenarioOptions options = options_;
    options.progress = [&](const Progress& now) { progress.Update(index, now); };
    if (!part.values.empty()) options.inspect = nullptr;
    part.document = RunScenario(part.scenario, catalog_, options, part.diagnostics, part.timing);
    if (!part.document || kept.empty()) return;
    const std::string text = ToJson(*part.document);
    // Where it cannot be kept the experiment goes on without; writing the results will say why.
    if (WriteWholeFile(kept.string(), text)) return;
    // As a resumed run would have it, so that both give the same bytes.
    if (auto same = ParseResults(text)) part.document = std::move(*same);
  }

  const Catalog& catalog_;
  const ScenarioOptions& options_;
  std::string folder_;
};

SweepPointResult PointOf(Part& part) {
  SweepPointResult point;
  ResultDocument& document = *part.document;
  point.values = part.values;
  point.services = document.services;
  point.policies = document.policies;
  point.replications = document.replications;
  point.warm_up_ns = document.warm_up_ns;
  point.warm_up_rule = document.warm_up_rule;
  point.duration_ns = document.duration_ns;
  point.configurations = std::move(document.configurations);
  point.comparisons = std::move(document.comparisons);
  return point;
}

/// Those of `part` that are not there yet.
void AddNewWarnings(const ResultDocument& part, ResultDocument& document) {
  for (const WarningResult& warning : part.warnings) {
    const bool known = std::any_of(
        document.warnings.begin(), document.warnings.end(), [&](const WarningResult& other) {
          return other.file == warning.file && other.line == warning.line &&
                 other.column == warning.column && other.message == warning.message;
        });
    if (!known) document.warnings.push_back(warning);
  }
}

}  // namespace

std::optional<ResultDocument> RunExperiment(const Scenario& scenario, const Catalog& catalog,
                                            const ScenarioOptions& options,
                                            const std::string& keep_folder,
                                            Diagnostics& diagnostics, ExperimentTiming& timing) {
  const Sweep sweep =
      scenario::ReadSweep(scenario.sweep, scenario.inputs->documents.front().root(), diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  if (sweep.points.empty()) return RunScenario(scenario, catalog, options, diagnostics, timing);

  // Everything is read before anything is run: a mistake in the last point shows at once.
  std::vector<Part> parts;
  parts.push_back({{}, scenario, diagnostics, 0, std::nullopt, {}});
  for (const scenario::SweepPoint& point : sweep.points) {
    Diagnostics own;
    auto at = scenario::ReadScenarioAt(scenario, point.edits, catalog, own);
    if (!at) {
      diagnostics.Merge(own);
      continue;
    }
    parts.push_back(
        {point.values, std::move(*at), std::move(own), WeightOf(point.values), std::nullopt, {}});
  }
  if (diagnostics.has_errors()) return std::nullopt;

  // A rank that finds a point in a file which another does not see would leave that one waiting.
  const std::string folder = options.ranks == nullptr ? keep_folder : "";
  SweepRun(catalog, options, folder).RunAll(parts);
  timing.threads = options.threads;
  for (const Part& part : parts) {
    timing.prepare_seconds += part.timing.prepare_seconds;
    timing.run_seconds += part.timing.run_seconds;
    timing.runs += part.timing.runs;
    timing.events += part.timing.events;
    diagnostics.Merge(part.diagnostics);
  }
  if (!std::all_of(parts.begin(), parts.end(),
                   [](const Part& part) { return part.document.has_value(); })) {
    return std::nullopt;
  }
  ResultDocument document = std::move(*parts.front().document);
  document.sweep_parameters = sweep.parameters;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    AddNewWarnings(*parts[i].document, document);
    document.sweep.push_back(PointOf(parts[i]));
  }
  return document;
}

std::string KeptPointsFolder(const std::string& output_folder) {
  return (fs::path(output_folder) / "finished-points").string();
}

void ForgetKeptPoints(const std::string& keep_folder) {
  std::error_code ignored;
  fs::remove_all(keep_folder, ignored);
}

}  // namespace cnisim::experiment
