#include "analysis/report/findings.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResourceResult;
using experiment::ResultDocument;
using experiment::TrafficResult;
using experiment::Verdict;

constexpr double kWorthSaying = 0.02;  // relative difference below which nobody would care
// Shares up to which latencies are comparable: of errors, and of requests that are still under way
// at the end, which may be all the slow ones.
constexpr double kErrorsBearable = 0.01;
constexpr double kUnderWayBearable = 0.1;

double ErrorsOf(const ConfigurationResult& configuration) {
  double worst = 0;
  for (const MetricResult& metric : configuration.metrics) {
    if (metric.metric != "errors" || !metric.defined() || metric.value <= worst) continue;
    const bool of_source = std::any_of(
        configuration.traffic.begin(), configuration.traffic.end(),
        [&](const TrafficResult& t) { return t.from == metric.from && t.to == metric.to; });
    if (of_source) worst = metric.value;
  }
  return worst;
}

/// Share of requests that have neither an answer nor an error when the runs end.
double UnderWay(const TrafficResult& traffic) {
  if (traffic.offered == 0) return 0;
  return static_cast<double>(traffic.in_flight) / static_cast<double>(traffic.offered);
}

/// Few enough requests fail or stay without an answer for the others' latency to mean something.
bool Answers(const ConfigurationResult& configuration) {
  return ErrorsOf(configuration) <= kErrorsBearable &&
         std::all_of(
             configuration.traffic.begin(), configuration.traffic.end(),
             [](const TrafficResult& traffic) { return UnderWay(traffic) <= kUnderWayBearable; });
}

const ResourceResult* BindingOf(const ConfigurationResult& configuration) {
  for (const ResourceResult& resource : configuration.resources) {
    if (resource.kind == configuration.binds) return &resource;
  }
  return nullptr;
}

/// The first source whose requests have a latency.
const TrafficResult* MainTraffic(const ResultDocument& document) {
  for (const ConfigurationResult& configuration : document.configurations) {
    for (const TrafficResult& traffic : configuration.traffic) {
      if (traffic.kind != "stream") return &traffic;
    }
  }
  return nullptr;
}

/// "softirq of node apps-3, 100 % busy; 24 drops; 0.4 % of requests fail".
std::string TroubleOf(const ConfigurationResult& configuration) {
  std::string text;
  if (const ResourceResult* binding = BindingOf(configuration)) {
    text = fmt::format("{} of {}, {} busy", binding->kind, binding->busiest,
                       Percent(std::min(1.0, binding->busy_max)));
    if (binding->drops > 0) text += fmt::format("; {} drops", Count(binding->drops));
  }
  const double errors = ErrorsOf(configuration);
  if (errors > 0) {
    text += fmt::format("{}{} of requests fail", text.empty() ? "" : "; ", Percent(errors));
  }
  return text;
}

/// Load of the resource that binds.
double BusyOf(const ConfigurationResult& configuration) {
  double busy = 0;
  for (const experiment::ResourceResult& resource : configuration.resources) {
    if (resource.kind == configuration.binds) busy = std::max(busy, resource.busy_max);
  }
  return busy;
}

/// More errors, or as many and a busier resource.
bool WorseOff(const ConfigurationResult& one, const ConfigurationResult& other) {
  const double difference = ErrorsOf(one) - ErrorsOf(other);
  return difference > 0 || (difference == 0 && BusyOf(one) > BusyOf(other));
}

/// Who gives way, and what happens to the one that is worst off.
std::optional<std::string> Trouble(const ResultDocument& document) {
  std::vector<std::string> over;
  const ConfigurationResult* worst = nullptr;
  for (const ConfigurationResult& configuration : document.configurations) {
    if (!configuration.saturated) continue;
    over.push_back(configuration.name);
    if (worst == nullptr || WorseOff(configuration, *worst)) worst = &configuration;
  }
  if (worst == nullptr) return std::nullopt;
  if (over.size() == 1) {
    return fmt::format("{} is past its limit at this load: {}.", over[0], TroubleOf(*worst));
  }
  return fmt::format("{} are past their limit at this load; {} is worst off: {}.",
                     over.size() == document.configurations.size()
                         ? (over.size() == 2 ? "Both" : fmt::format("All {}", over.size()))
                         : AndList(over, 4),
                     worst->name, TroubleOf(*worst));
}

std::optional<std::string> Denials(const ResultDocument& document) {
  std::uint64_t most = 0;
  for (const ConfigurationResult& configuration : document.configurations) {
    most = std::max(most, configuration.denied);
  }
  if (most == 0) return std::nullopt;
  std::vector<std::string> names;
  for (const ConfigurationResult& configuration : document.configurations) {
    if (configuration.denied == most) names.push_back(configuration.name);
  }
  const bool all = names.size() == document.configurations.size() && names.size() > 1;
  return fmt::format("Policies stop {} requests and calls under {}{}.", Count(most),
                     all ? "every configuration" : AndList(names, 4),
                     all || document.configurations.size() == 1 ? "" : ", the most of all");
}

/// Configurations under which many or all requests of the main traffic get no answer.
std::optional<std::string> Silent(const ResultDocument& document) {
  const TrafficResult* traffic = MainTraffic(document);
  if (traffic == nullptr) return std::nullopt;
  std::vector<std::string> none;
  std::vector<std::string> some;
  double most = 0;
  for (const ConfigurationResult& configuration : document.configurations) {
    for (const TrafficResult& flow : configuration.traffic) {
      if (flow.from != traffic->from || flow.to != traffic->to || flow.offered == 0) continue;
      if (flow.completed == 0) {
        none.push_back(configuration.name);
      } else if (UnderWay(flow) > kUnderWayBearable) {
        some.push_back(configuration.name);
        most = std::max(most, UnderWay(flow));
      }
    }
  }
  const auto share = [&] {
    return fmt::format(
        "{}{} of requests have no answer yet when the run ends, so their latency is "
        "not compared",
        some.size() > 1 ? "up to " : "", Percent(most));
  };
  if (none.size() == document.configurations.size()) return std::nullopt;
  if (none.empty()) {
    if (some.empty()) return std::nullopt;
    return fmt::format("Under {} {}.", AndList(some, 4), share());
  }
  std::string text = fmt::format("Under {} no request is answered", AndList(none, 4));
  if (!some.empty()) text += fmt::format("; under {} {}", AndList(some, 4), share());
  return text + ".";
}

/// Pods that found no room or no address.
std::optional<std::string> Unplaced(const ResultDocument& document) {
  std::vector<std::string> names;
  std::uint64_t most = 0;
  for (const ConfigurationResult& configuration : document.configurations) {
    if (configuration.pods_unplaced == 0) continue;
    names.push_back(configuration.name);
    most = std::max(most, configuration.pods_unplaced);
  }
  if (names.empty()) return std::nullopt;
  return fmt::format("Pods do not fit under {}: up to {} find no node with room or no address.",
                     AndList(names), Count(most));
}

std::optional<std::string> Latency(const ResultDocument& document) {
  const TrafficResult* traffic = MainTraffic(document);
  if (traffic == nullptr) return std::nullopt;
  constexpr std::string_view kP99 = "latency.p99";
  const int lowest = LowestOf(document, kP99, traffic->from, traffic->to);
  if (lowest < 0) return "No request was answered.";
  const ConfigurationResult& best = document.configurations[static_cast<std::size_t>(lowest)];
  const double best_value = best.Find(kP99, traffic->from, traffic->to)->value;
  if (document.configurations.size() == 1) {
    return fmt::format("Requests from {} to {} take {} at p99.", traffic->from, traffic->to,
                       Duration(best_value));
  }

  std::vector<std::string> by_chance;
  std::vector<std::string> by_model;
  const ConfigurationResult* slowest = nullptr;
  double slowest_value = best_value;
  double like_value = best_value;  // the highest among those that cannot be told apart
  for (const ConfigurationResult& other : document.configurations) {
    const MetricResult* p99 = other.Find(kP99, traffic->from, traffic->to);
    if (&other == &best || p99 == nullptr || !p99->defined() || !Answers(other)) {
      continue;
    }
    switch (VerdictAgainst(document, kP99, traffic->from, traffic->to, best.name, other.name)) {
      case Verdict::kNotSignificant:
        by_chance.push_back(other.name);
        like_value = std::max(like_value, p99->value);
        break;
      case Verdict::kWithinModelError:
        by_model.push_back(other.name);
        like_value = std::max(like_value, p99->value);
        break;
      case Verdict::kLower:
      case Verdict::kHigher:
        if (p99->value > slowest_value) {
          slowest = &other;
          slowest_value = p99->value;
        }
        break;
    }
  }
  if (best.Find(kP99, traffic->from, traffic->to)->replications.size() == 1) {
    return fmt::format("p99 is {} to {}; one replication does not tell chance from a difference.",
                       Duration(best_value), Duration(std::max(like_value, slowest_value)));
  }
  const std::size_t alike = by_chance.size() + by_model.size();
  if (slowest == nullptr && alike > 0) {
    return fmt::format("At p99 {} differ by less than {}: {} to {}.",
                       alike + 1 == document.configurations.size()
                           ? (alike == 1 ? "both" : fmt::format("all {}", alike + 1))
                           : fmt::format("the {} that answer", alike + 1),
                       by_model.empty() ? "chance"
                                        : (by_chance.empty() ? "the model's error"
                                                             : "chance or the model's error"),
                       Duration(best_value), Duration(like_value));
  }
  // Certain, and yet nothing that anybody would notice.
  if (slowest != nullptr && std::max(slowest_value, like_value) / best_value - 1 < kWorthSaying) {
    return fmt::format("At p99 nobody is more than {} above {}: {}.", Percent(kWorthSaying),
                       best.name, Duration(best_value));
  }
  std::string text = fmt::format("{} has the lowest p99, {}", best.name, Duration(best_value));
  if (!by_chance.empty()) {
    text += fmt::format("; {} cannot be told from it (chance)", AndList(by_chance, 3));
  }
  if (!by_model.empty()) {
    text += fmt::format("; {} differ{} by less than the model's error", AndList(by_model, 3),
                        by_model.size() == 1 ? "s" : "");
  }
  if (slowest != nullptr) {
    text += fmt::format("; {} is slowest, {} ({} more)", slowest->name, Duration(slowest_value),
                        Percent(slowest_value / best_value - 1));
  }
  return text + ".";
}

/// What of a request's time is the network's, where configurations certainly differ in it.
std::optional<std::string> NetworkShare(const ResultDocument& document) {
  const TrafficResult* traffic = MainTraffic(document);
  if (traffic == nullptr) return std::nullopt;
  constexpr std::string_view kMetric = "network_latency.p50";
  const int lowest = LowestOf(document, kMetric, traffic->from, traffic->to);
  if (lowest < 0) return std::nullopt;
  const ConfigurationResult& best = document.configurations[static_cast<std::size_t>(lowest)];
  const ConfigurationResult* most = nullptr;
  const auto value = [&](const ConfigurationResult& configuration) {
    return configuration.Find(kMetric, traffic->from, traffic->to)->value;
  };
  for (const ConfigurationResult& other : document.configurations) {
    const MetricResult* metric = other.Find(kMetric, traffic->from, traffic->to);
    if (metric == nullptr || !metric->defined() || !Answers(other)) continue;
    if (VerdictAgainst(document, kMetric, traffic->from, traffic->to, best.name, other.name) !=
        Verdict::kHigher) {
      continue;
    }
    if (most == nullptr || value(other) > value(*most)) most = &other;
  }
  if (most == nullptr || value(*most) / value(best) - 1 < kWorthSaying) return std::nullopt;
  return fmt::format(
      "The network's part of a median request is {} under {} and {} under {} ({} more).",
      Duration(value(best)), best.name, Duration(value(*most)), most->name,
      Percent(value(*most) / value(best) - 1));
}

std::optional<std::string> Addresses(const ResultDocument& document) {
  const ConfigurationResult* most = nullptr;
  const ConfigurationResult* least = nullptr;
  const auto taken = [](const ConfigurationResult& configuration) {
    const MetricResult* metric = configuration.Find("vnet_addresses");
    return metric == nullptr ? 0 : static_cast<std::uint64_t>(metric->value);
  };
  for (const ConfigurationResult& configuration : document.configurations) {
    if (most == nullptr || taken(configuration) > taken(*most)) most = &configuration;
    if (least == nullptr || taken(configuration) < taken(*least)) least = &configuration;
  }
  if (most == nullptr || taken(*most) == 0) return std::nullopt;
  const experiment::SubnetResult* fullest = nullptr;
  for (const experiment::SubnetResult& subnet : most->subnets) {
    if (fullest == nullptr || subnet.taken * fullest->usable > fullest->taken * subnet.usable) {
      fullest = &subnet;
    }
  }
  std::string text = fmt::format("{} takes {} VNet addresses", most->name, Count(taken(*most)));
  if (fullest != nullptr) {
    text += fullest->taken == taken(*most)
                ? fmt::format(" of the {} in subnet {}", Count(fullest->usable), fullest->name)
                : fmt::format(" ({} of the {} in subnet {})", Count(fullest->taken),
                              Count(fullest->usable), fullest->name);
  }
  if (most->addresses && most->addresses->FirstFailure() != nullptr) {
    text += ", too many for the " + most->addresses->FirstFailure()->name;
  }
  if (taken(*least) < taken(*most)) {
    text += fmt::format("; {} needs {}", least->name, Count(taken(*least)));
  } else if (document.configurations.size() > 1) {
    text += ", as all do";
  }
  return text + ".";
}

std::optional<std::string> NetworkCpu(const ResultDocument& document) {
  constexpr std::string_view kMetric = "network_cores";
  const int lowest = LowestOf(document, kMetric, {}, {});
  if (lowest < 0) return std::nullopt;
  const ConfigurationResult& best = document.configurations[static_cast<std::size_t>(lowest)];
  const double best_value = best.Find(kMetric)->value;
  const ConfigurationResult* most = nullptr;
  for (const ConfigurationResult& other : document.configurations) {
    const MetricResult* metric = other.Find(kMetric);
    if (metric == nullptr || !metric->defined() || !Answers(other)) continue;
    const Verdict verdict = VerdictAgainst(document, kMetric, {}, {}, best.name, other.name);
    if (verdict != Verdict::kLower && verdict != Verdict::kHigher) continue;
    if (most == nullptr || metric->value > most->Find(kMetric)->value) most = &other;
  }
  if (most == nullptr || best_value <= 0) return std::nullopt;
  const double most_value = most->Find(kMetric)->value;
  return fmt::format("{} spends {} more CPU on networking than {} ({} against {} cores a node).",
                     most->name, Percent(most_value / best_value - 1), best.name,
                     ThreeDigits(most_value), ThreeDigits(best_value));
}

}  // namespace

int LowestOf(const ResultDocument& document, std::string_view metric, std::string_view from,
             std::string_view to) {
  int lowest = -1;
  for (const bool answering_only : {true, false}) {
    double least = 0;
    for (std::size_t i = 0; i < document.configurations.size(); ++i) {
      const ConfigurationResult& configuration = document.configurations[i];
      const MetricResult* result = configuration.Find(metric, from, to);
      if (result == nullptr || !result->defined()) continue;
      if (answering_only && !Answers(configuration)) continue;
      if (lowest < 0 || result->value < least) {
        lowest = static_cast<int>(i);
        least = result->value;
      }
    }
    if (lowest >= 0) break;
  }
  return lowest;
}

Verdict VerdictAgainst(const ResultDocument& document, std::string_view metric,
                       std::string_view from, std::string_view to, std::string_view best,
                       std::string_view other) {
  const experiment::ComparisonResult* comparison =
      document.FindComparison(metric, from, to, best, other);
  if (comparison == nullptr) return Verdict::kNotSignificant;
  if (comparison->first == best) return comparison->verdict;
  if (comparison->verdict == Verdict::kLower) return Verdict::kHigher;
  if (comparison->verdict == Verdict::kHigher) return Verdict::kLower;
  return comparison->verdict;
}

std::vector<std::string> Findings(const ResultDocument& document) {
  constexpr std::size_t kMost = 4;
  std::vector<std::string> sentences;
  for (const auto find :
       {Unplaced, Trouble, Denials, Silent, Latency, NetworkShare, Addresses, NetworkCpu}) {
    if (sentences.size() == kMost) break;
    if (std::optional<std::string> sentence = find(document)) {
      sentences.push_back(std::move(*sentence));
    }
  }
  return sentences;
}

}  // namespace cnisim::report
