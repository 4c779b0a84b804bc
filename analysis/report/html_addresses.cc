#include "analysis/report/html_addresses.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/report/comparison_text.h"
#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using experiment::AddressPlanResult;
using nlohmann::json;
using Operation = AddressPlanResult::Operation;

/// The unit of a time axis that ends at `seconds`.
struct TimeUnit {
  const char* name;
  double seconds;
};
TimeUnit UnitFor(double seconds) {
  if (seconds >= 3 * 86'400) return {"days", 86'400};
  if (seconds >= 3 * 3600) return {"hours", 3600};
  if (seconds >= 180) return {"minutes", 60};
  return {"seconds", 1};
}

/// "azure-overlay and 5 others": for legends and axes, which have little room.
std::string ShortList(const std::vector<std::string>& names) {
  if (names.size() <= 2) return AndList(names);
  return fmt::format("{} and {} others", names.front(), names.size() - 1);
}

double EndOf(const std::vector<NamedAddressPlan>& plans) {
  double end = 0;
  for (const NamedAddressPlan& named : plans) {
    for (const auto& point : named.plan->timeline) end = std::max(end, point.at_s);
    for (const Operation& operation : named.plan->operations) {
      end = std::max(end, operation.end_s);
    }
  }
  return end;
}

struct Step {
  double at_s;
  std::uint64_t held;
  friend bool operator==(const Step& a, const Step& b) {
    return a.at_s == b.at_s && a.held == b.held;
  }
};

/// An operation that failed for lack of addresses of this pool.
struct Refusal {
  double at_s;
  std::string what;
  friend bool operator==(const Refusal& a, const Refusal& b) {
    return a.at_s == b.at_s && a.what == b.what;
  }
};

/// What configurations hold of one pool; those that hold the same at every time share a curve.
struct Curve {
  std::vector<std::string> configurations;
  std::vector<Step> steps;
  std::vector<Refusal> refusals;

  std::uint64_t HeldAt(double at_s) const {
    std::uint64_t held = 0;
    for (const Step& step : steps) {
      if (step.at_s <= at_s) held = step.held;
    }
    return held;
  }
};

struct PoolCurves {
  std::string name;
  bool vnet = true;
  std::uint64_t capacity = 0;
  std::vector<Curve> curves;
};

std::vector<Refusal> RefusalsOf(const AddressPlanResult& plan,
                                const AddressPlanResult::Pool& pool) {
  std::vector<Refusal> refusals;
  for (const Operation& operation : plan.operations) {
    const bool by_subnet = operation.binds == "subnet" && pool.vnet &&
                           operation.message.find(" " + pool.name + " ") != std::string::npos;
    const bool by_range = operation.binds == "pod CIDR" && !pool.vnet;
    if (operation.failed && (by_subnet || by_range)) {
      refusals.push_back({operation.start_s, operation.name});
    }
  }
  return refusals;
}

std::vector<PoolCurves> CurvesOf(const std::vector<NamedAddressPlan>& plans) {
  std::vector<PoolCurves> pools;
  for (const NamedAddressPlan& named : plans) {
    for (std::size_t i = 0; i < named.plan->pools.size(); ++i) {
      const AddressPlanResult::Pool& pool = named.plan->pools[i];
      std::vector<Step> steps;
      for (const auto& point : named.plan->timeline) {
        if (!steps.empty() && steps.back().held == point.held[i]) continue;
        steps.push_back({point.at_s, point.held[i]});
      }
      const bool used =
          std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.held > 0; });
      if (!used) continue;
      const std::vector<Refusal> refusals = RefusalsOf(*named.plan, pool);
      auto entry = std::find_if(pools.begin(), pools.end(), [&](const PoolCurves& known) {
        return known.name == pool.name && known.capacity == pool.capacity;
      });
      if (entry == pools.end()) {
        entry = pools.insert(entry, {pool.name, pool.vnet, pool.capacity, {}});
      }
      auto curve = std::find_if(
          entry->curves.begin(), entry->curves.end(),
          [&](const Curve& known) { return known.steps == steps && known.refusals == refusals; });
      if (curve == entry->curves.end()) {
        curve = entry->curves.insert(curve, {{}, std::move(steps), refusals});
      }
      curve->configurations.push_back(named.configuration);
    }
  }
  // Subnets come first: they are what cannot be made larger later.
  std::stable_partition(pools.begin(), pools.end(),
                        [](const PoolCurves& pool) { return pool.vnet; });
  return pools;
}

/// At most `most` points of a curve: of every stretch its first and its highest.
std::vector<Step> Thin(const std::vector<Step>& steps, std::size_t most) {
  if (steps.size() <= most) return steps;
  std::vector<Step> kept;
  const std::size_t stretch = (2 * steps.size() + most - 1) / most;
  for (std::size_t begin = 0; begin < steps.size(); begin += stretch) {
    const auto first = steps.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last =
        steps.begin() + static_cast<std::ptrdiff_t>(std::min(begin + stretch, steps.size()));
    kept.push_back(*first);
    const auto highest =
        std::max_element(first, last, [](const Step& a, const Step& b) { return a.held < b.held; });
    if (highest != first) kept.push_back(*highest);
  }
  return kept;
}

void AddPool(const PoolCurves& pool, double end_s, HtmlPage& page) {
  constexpr std::size_t kMostPoints = 400;
  const TimeUnit unit = UnitFor(end_s);
  json points = json::array();
  json series = json::array();
  json marks = json::array();
  HtmlTable values{
      "", {"configuration", "at the start", "peak", "peak at", "at the end", "of"}, {}};
  for (const Curve& curve : pool.curves) {
    const std::string name = ShortList(curve.configurations);
    series.push_back(name);
    for (const Step& step : Thin(curve.steps, kMostPoints)) {
      points.push_back({{"series", name}, {"x", step.at_s / unit.seconds}, {"y", step.held}});
    }
    points.push_back(
        {{"series", name}, {"x", end_s / unit.seconds}, {"y", curve.steps.back().held}});
    for (const Refusal& refusal : curve.refusals) {
      marks.push_back(
          {{"series", name},
           {"x", refusal.at_s / unit.seconds},
           {"y", curve.HeldAt(refusal.at_s)},
           {"label", &refusal == &curve.refusals.front() ? refusal.what + " fails" : ""},
           {"text", name + ": " + refusal.what + " fails"}});
    }
    const auto peak =
        std::max_element(curve.steps.begin(), curve.steps.end(),
                         [](const Step& a, const Step& b) { return a.held < b.held; });
    for (const std::string& configuration : curve.configurations) {
      values.rows.push_back(
          {{configuration, true},
           {Count(curve.steps.front().held)},
           {Count(peak->held), false,
            Percent(static_cast<double>(peak->held) /
                    static_cast<double>(std::max<std::uint64_t>(1, pool.capacity)))},
           {TimeText(peak->at_s)},
           {Count(curve.steps.back().held)},
           {Count(pool.capacity)}});
    }
  }
  const std::string what =
      fmt::format("Addresses held of {} {}", pool.vnet ? "subnet" : "the pods' range", pool.name);
  values.caption = fmt::format("{}, {} in all", what, Count(pool.capacity));
  std::uint64_t highest = 1;
  for (const Curve& curve : pool.curves) {
    for (const Step& step : curve.steps) highest = std::max(highest, step.held);
  }
  // Against a range of eight times as much there is nothing to see but a flat line.
  if (pool.capacity > 8 * highest) {
    page.FoldedTable(
        fmt::format("{}: at most {} of {}", what, Count(highest), Count(pool.capacity)), values);
    return;
  }
  json limits = json::array();
  limits.push_back({{"y", pool.capacity}, {"text", fmt::format("size: {}", Count(pool.capacity))}});
  page.Figure(fmt::format("{}, {} in all", what, Count(pool.capacity)),
              {{"kind", "lines"},
               {"step", true},
               {"series", series},
               {"points", points},
               {"marks", marks},
               {"limits", limits},
               {"x", {{"label", unit.name}}},
               {"y", {{"label", "addresses"}}},
               {"description", what + " over time, by configuration, against its size"}},
              values);
}

std::string OutcomeOf(const Operation& operation) {
  if (!operation.failed) return "done";
  std::string text = "fails";
  if (!operation.subject.empty()) text += " at " + operation.subject;
  if (!operation.code.empty()) text += ": " + operation.code;
  return text;
}

bool SameOperations(const AddressPlanResult& a, const AddressPlanResult& b) {
  return std::equal(a.operations.begin(), a.operations.end(), b.operations.begin(),
                    b.operations.end(), [](const Operation& x, const Operation& y) {
                      return x.name == y.name && x.start_s == y.start_s && x.end_s == y.end_s &&
                             x.failed == y.failed && x.message == y.message;
                    });
}

}  // namespace

void AddAddressTimelines(const std::vector<NamedAddressPlan>& plans, HtmlPage& page) {
  const double end = EndOf(plans);
  for (const PoolCurves& pool : CurvesOf(plans)) AddPool(pool, end, page);
}

void AddEvents(const std::vector<NamedAddressPlan>& plans, HtmlPage& page) {
  const double end = EndOf(plans);
  const TimeUnit unit = UnitFor(end);
  json points = json::array();
  json groups = json::array();
  HtmlTable values{
      "What happens when", {"configuration", "operation", "start", "end", "outcome"}, {}};
  std::vector<std::pair<const AddressPlanResult*, std::vector<std::string>>> alike;
  for (const NamedAddressPlan& named : plans) {
    if (named.plan->operations.empty()) continue;
    auto same = std::find_if(alike.begin(), alike.end(), [&](const auto& entry) {
      return SameOperations(*entry.first, *named.plan);
    });
    if (same == alike.end()) same = alike.insert(same, {named.plan, {}});
    same->second.push_back(named.configuration);
  }
  if (alike.empty()) return;
  page.Section("events", "Events");
  for (const auto& [plan, configurations] : alike) {
    const std::string name = ShortList(configurations);
    groups.push_back(name);
    for (const Operation& operation : plan->operations) {
      points.push_back({{"group", name},
                        {"x", operation.start_s / unit.seconds},
                        {"end", std::max(operation.end_s, operation.start_s) / unit.seconds},
                        {"series", operation.failed ? "fails" : "done"},
                        {"text", fmt::format("{}: {}", operation.name, OutcomeOf(operation))}});
      values.rows.push_back({{AndList(configurations), true},
                             {operation.name, true},
                             {TimeText(operation.start_s)},
                             {TimeText(operation.end_s)},
                             {OutcomeOf(operation), true, operation.message, operation.failed}});
    }
  }
  page.Figure("What happens to the cluster, and what fails for lack of addresses",
              {{"kind", "events"},
               {"groups", groups},
               {"series", {"done", "fails"}},
               {"points", points},
               {"x", {{"label", unit.name}}},
               {"description", "operations on the cluster over time, by configuration"}},
              values);
}

}  // namespace cnisim::report
