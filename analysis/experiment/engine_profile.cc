#include "analysis/experiment/engine_profile.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <sys/resource.h>

#include "sim/engine/simulation.h"

namespace cnisim::experiment {
namespace {

#ifdef __OPTIMIZE__
constexpr bool kOptimised = true;
#else
constexpr bool kOptimised = false;
#endif

double Share(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }

double Per(double amount, double of) { return of > 0 ? amount / of : 0; }

std::string Micros(SimTime time) {
  return fmt::format("{:.1f} us", static_cast<double>(time.nanos()) / 1e3);
}

std::string Size(double bytes) {
  return bytes < 1024 * 1024 ? fmt::format("{:.0f} KiB", bytes / 1024)
                             : fmt::format("{:.1f} MiB", bytes / (1024 * 1024));
}

double PeakBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

}  // namespace

void EngineProfile::Add(const engine::RunReport& report, SimTime simulated) {
  const std::lock_guard lock(mutex_);
  const engine::RunProfile& run = report.profile;
  for (const engine::KindProfile& kind : report.kinds) {
    Kind& sum = kinds_[kind.kind];
    sum.lps = std::max(sum.lps, kind.lps);
    sum.events += kind.events;
  }
  ++stretches_;
  events_ += report.events;
  left_out_ += run.left_out;
  windows_ += report.windows;
  team_windows_ += run.team_windows;
  threads_ = std::max(threads_, run.threads);
  ranks_ = std::max(ranks_, run.ranks);
  simulated_ += simulated;
  covered_ += report.lookahead * static_cast<std::int64_t>(report.windows);
  widest_ = std::max(widest_, report.lookahead);
  narrowest_ = std::min(narrowest_, report.lookahead);
  seconds_ += run.seconds;
  set_up_seconds_ += run.set_up_seconds;
  wait_seconds_ += run.wait_seconds;
  exchange_seconds_ += run.exchange_seconds;
  bytes_ = std::max(bytes_, run.bytes);
  const auto total =
      std::accumulate(run.worker_events.begin(), run.worker_events.end(), std::uint64_t{0});
  if (run.worker_events.size() > 1 && total > 0 && run.team_windows > 0) {
    const auto most = *std::max_element(run.worker_events.begin(), run.worker_events.end());
    const double imbalance = static_cast<double>(most) *
                             static_cast<double>(run.worker_events.size()) /
                             static_cast<double>(total);
    imbalance_sum_ += imbalance * static_cast<double>(report.events);
    imbalance_weight_ += report.events;
  }
}

std::string EngineProfile::ToText() const {
  const std::lock_guard lock(mutex_);
  const auto events = static_cast<double>(events_);
  const auto windows = static_cast<double>(windows_);
  std::string text = "profile of the engine, all runs together\n";
  if (!kOptimised) {
    text += "  warning    this program was built without optimisation: several times slower\n";
  }
  text += fmt::format("  loop       {:.3f} s, and {:.3f} s of set-up; {:.2f} s simulated\n",
                      seconds_, set_up_seconds_, static_cast<double>(simulated_.nanos()) / 1e9);
  text += fmt::format("  events     {} ({:.2f} M/s a run)\n", events_, Per(events, seconds_) / 1e6);
  for (const auto& [name, kind] : kinds_) {
    text += fmt::format("    {:<9}{} ({:.2f} M/s), {:.1f} % of all, by {} LPs\n", name, kind.events,
                        Per(static_cast<double>(kind.events), seconds_) / 1e6,
                        Share(static_cast<double>(kind.events), events), kind.lps);
  }
  if (left_out_ > 0) {
    text += fmt::format("    beside {} departures that fusing would spare\n", left_out_);
  }
  const std::string width =
      narrowest_ == widest_ ? Micros(widest_) : Micros(narrowest_) + " to " + Micros(widest_);
  text +=
      fmt::format("  windows    {} of {}, {:.1f} events each; they cover {:.1f} % of the time\n",
                  windows_, stretches_ == 0 ? "none" : width, Per(events, windows),
                  std::min(100.0, Share(static_cast<double>(covered_.nanos()),
                                        static_cast<double>(simulated_.nanos()))));
  text += fmt::format("  threads    {} at most in a run; {:.1f} % of windows by several\n",
                      threads_, Share(static_cast<double>(team_windows_), windows));
  text += fmt::format("  barriers   {:.1f} % of the loop\n", Share(wait_seconds_, seconds_));
  if (imbalance_weight_ > 0) {
    text += fmt::format("  imbalance  the busiest thread handles {:.2f} times the mean\n",
                        imbalance_sum_ / static_cast<double>(imbalance_weight_));
  }
  if (ranks_ > 1) {
    text += fmt::format("  ranks      {}; {:.1f} % of the loop in rounds with others\n", ranks_,
                        Share(exchange_seconds_, seconds_));
  }
  text += fmt::format("  memory     {} for events and LPs in the largest run, {} at most in all\n",
                      Size(static_cast<double>(bytes_)), Size(PeakBytes()));
  return text;
}

}  // namespace cnisim::experiment
