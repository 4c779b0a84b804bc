#include "analysis/experiment/ramp.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "models/document/diagnostics.h"
#include "models/document/spelling.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/replication.h"
#include "models/scenario/scenario.h"
#include "sim/base/histogram.h"

namespace cnisim::experiment {
namespace {

using scenario::Scenario;
using scenario::TrafficKind;

constexpr double kLost = 0.01;           // share of requests that may fail or pile up
constexpr double kPrecision = 1.005;     // ratio of the rates between which it breaks
constexpr double kKneePrecision = 1.02;  // and of those between which p99 doubles
constexpr double kStepsPerDecade = 5;

double OpenLoopRate(const Scenario& scenario) {
  double sum = 0;
  for (const scenario::TrafficSpec& traffic : scenario.traffic) {
    if (traffic.kind == TrafficKind::kOpenLoop) sum += traffic.rate;
  }
  return sum;
}

// What came in a span and what became of it; see RunRamp().
struct Span {
  std::uint64_t offered = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
};

// @param usual  mean number under way without queueing
bool IsCarried(const Span& span, double usual) {
  const double piled_up = static_cast<double>(span.offered) - static_cast<double>(span.answered) -
                          static_cast<double>(span.failed);
  const double lost =
      static_cast<double>(span.failed) + std::max(piled_up - 3 * std::sqrt(2 * usual), 0.0);
  return lost <= kLost * static_cast<double>(span.offered);
}

// The ramp of one configuration.
class Climber {
 public:
  Climber(const Scenario& scenario, std::size_t configuration, const scenario::Catalog& catalog,
          const RampOptions& options, const std::function<void()>& done)
      : scenario_(scenario),
        configuration_(configuration),
        catalog_(catalog),
        options_(options),
        done_(done) {}

  /// False: the configuration cannot be run.
  bool Climb(RampResult& result, document::Diagnostics& diagnostics) {
    result.name = scenario_.configurations[configuration_].name;
    std::optional<RampPoint> carried;
    double rate = options_.range.from;
    const double step = std::pow(10.0, 1 / kStepsPerDecade);
    const auto run = [&](double at) {
      const std::optional<RampPoint> point = Run(at, diagnostics);
      if (!point) return false;
      result.points.push_back(*point);
      if (!point->carried) {
        result.broke = *point;
      } else if (!carried || point->rate > carried->rate) {
        carried = *point;
      }
      return true;
    };
    for (;;) {
      if (!run(rate)) return false;
      if (result.broke || rate >= options_.range.to) break;
      rate = std::min(rate * step, options_.range.to);
      if (rate * kPrecision > options_.range.to) rate = options_.range.to;
    }
    while (result.broke && carried && result.broke->rate > carried->rate * kPrecision) {
      if (!run(std::sqrt(result.broke->rate * carried->rate))) return false;
    }
    if (carried) {
      result.sustained = result.broke ? std::min(carried->rate, carried->answered) : carried->rate;
    }
    return FindKnee(result, diagnostics);
  }

 private:
  bool FindKnee(RampResult& result, document::Diagnostics& diagnostics) {
    const auto by_rate = [](const RampPoint& a, const RampPoint& b) { return a.rate < b.rate; };
    for (;;) {
      std::sort(result.points.begin(), result.points.end(), by_rate);
      const std::int64_t doubled = 2 * result.points.front().p99_ns;
      const auto knee = std::find_if(result.points.begin(), result.points.end(),
                                     [&](const RampPoint& p) { return p.p99_ns >= doubled; });
      if (knee == result.points.end() || knee == result.points.begin()) return true;
      result.knee = knee->rate;
      const double below = (knee - 1)->rate;
      if (knee->rate <= below * kKneePrecision) return true;
      const std::optional<RampPoint> point = Run(std::sqrt(knee->rate * below), diagnostics);
      if (!point) return false;
      result.points.push_back(*point);
    }
  }

  std::optional<RampPoint> Run(double rate, document::Diagnostics& diagnostics) {
    Scenario scaled = scenario_;
    const double factor = rate / OpenLoopRate(scenario_);
    for (scenario::TrafficSpec& traffic : scaled.traffic) traffic.rate *= factor;
    // What it warns of, it warns of at every rate.
    document::Diagnostics own;
    const auto prepared = scenario::PreparedConfiguration::Prepare(
        scaled, scaled.configurations[configuration_], catalog_, first_ ? diagnostics : own);
    first_ = false;
    if (prepared == nullptr) return std::nullopt;
    scenario::ReplicationOptions replication;
    replication.seed = options_.seed.value_or(scenario_.measure.seed);
    replication.warm_up = options_.warm_up.value_or(scenario_.measure.warm_up);
    replication.duration = options_.duration.value_or(scenario_.measure.duration);
    const scenario::ReplicationRecord record = RunReplication(*prepared, replication);
    done_();

    RampPoint point;
    point.rate = rate;
    Span span;
    Histogram latency;
    Histogram network;
    for (std::size_t i = 0; i < scaled.traffic.size(); ++i) {
      if (scaled.traffic[i].kind != TrafficKind::kOpenLoop) continue;
      span.offered += record.sources[i].offered;
      span.answered += record.sources[i].answered;
      span.failed += record.sources[i].total_failed();
      latency.Merge(record.sources[i].latency_total);
      network.Merge(record.sources[i].latency_network);
    }
    const double seconds = record.measured.seconds();
    point.offered = static_cast<double>(span.offered) / seconds;
    point.answered = static_cast<double>(span.answered) / seconds;
    if (span.offered > 0) {
      point.failed = static_cast<double>(span.failed) / static_cast<double>(span.offered);
    }
    if (latency.count() > 0) {
      point.mean_ns = latency.Mean();
      point.network_mean_ns = network.Mean();
      point.p50_ns = latency.Quantile(0.5);
      point.p99_ns = latency.Quantile(0.99);
    }
    const auto kind = record.binding().kind;
    point.binds = Name(kind);
    point.busiest = record.resources[static_cast<std::size_t>(kind)].busiest;
    for (const workload::ResourceUse& use : record.resources) {
      if (use.busiest.empty()) continue;
      point.waits.push_back(
          {std::string(Name(use.kind)), use.busy_max, record.WaitShare(use.kind)});
    }
    if (!unloaded_ns_) unloaded_ns_ = point.mean_ns;
    point.carried = IsCarried(span, *unloaded_ns_ / 1e9 * rate);
    return point;
  }

  const Scenario& scenario_;
  std::size_t configuration_;
  const scenario::Catalog& catalog_;
  const RampOptions& options_;
  const std::function<void()>& done_;
  bool first_ = true;
  std::optional<double> unloaded_ns_;  // mean latency at the first rate
};

}  // namespace

std::optional<RampRange> ParseRamp(const std::string& text) {
  constexpr std::string_view kKey = "rate=";
  const std::size_t dots = text.find("..");
  if (!text.starts_with(kKey) || dots == std::string::npos) return std::nullopt;
  const auto number = [&text](std::size_t begin, std::size_t end) -> std::optional<double> {
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data() + begin, text.data() + end, value);
    const bool good = error == std::errc() && rest == text.data() + end && std::isfinite(value);
    return good ? std::optional(value) : std::nullopt;
  };
  const std::optional<double> from = number(kKey.size(), dots);
  const std::optional<double> to = number(dots + 2, text.size());
  if (!from || !to || *from <= 0 || *to < *from || *to > 1e8) return std::nullopt;
  return RampRange{*from, *to};
}

std::optional<std::vector<RampResult>> RunRamp(const Scenario& scenario,
                                               const scenario::Catalog& catalog,
                                               const RampOptions& options,
                                               document::Diagnostics& diagnostics) {
  if (OpenLoopRate(scenario) <= 0) {
    diagnostics.Error(scenario.measure.where, "traffic",
                      "a ramp needs traffic with a rate, and the scenario has none",
                      "for instance {from: external, to: frontend, rate: 100/s}");
    return std::nullopt;
  }
  std::vector<std::string> names;
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < scenario.configurations.size(); ++i) {
    const std::string& name = scenario.configurations[i].name;
    names.push_back(name);
    const auto& wanted = options.configurations;
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end()) {
      chosen.push_back(i);
    }
  }
  for (const std::string& name : options.configurations) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    diagnostics.Error({scenario.path, 0, 0}, "configurations", "no configuration '" + name + "'",
                      document::SpellingHint(name, names));
  }
  if (diagnostics.has_errors()) return std::nullopt;

  std::mutex guard;
  int done = 0;
  const std::function<void()> count = [&] {
    const std::scoped_lock lock(guard);
    ++done;
    if (options.progress) options.progress(done);
  };
  std::vector<RampResult> results(chosen.size());
  std::vector<document::Diagnostics> own(chosen.size());
  std::vector<char> good(chosen.size());
  tbb::task_arena arena(static_cast<int>(std::max(options.threads, 1U)));
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, chosen.size(), [&](std::size_t i) {
      good[i] = Climber(scenario, chosen[i], catalog, options, count).Climb(results[i], own[i]);
    });
  });
  for (const document::Diagnostics& part : own) diagnostics.Merge(part);
  std::vector<RampResult> kept;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (good[i] != 0) kept.push_back(std::move(results[i]));
  }
  if (kept.empty()) return std::nullopt;
  return kept;
}

}  // namespace cnisim::experiment
