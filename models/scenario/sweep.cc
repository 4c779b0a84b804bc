#include "models/scenario/sweep.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "models/document/spelling.h"

namespace cnisim::scenario {
namespace {

using document::Diagnostics;
using document::Edit;
using document::Member;
using document::PathStep;
using document::Value;

constexpr std::size_t kMostPoints = 10'000;

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kShortNames{{
    {"services", "background.services"},
    {"endpoints_per_service", "background.endpoints_per_service"},
    {"node_rules", "background.node_rules"},
    {"kubernetes", "cluster.kubernetes"},
    {"latency", "cluster.latency"},
    {"device_mtu", "cluster.device_mtu"},
    {"network_mtu", "cluster.network_mtu"},
    {"packet_loss", "cluster.packet_loss"},
    {"caches", "measure.caches"},
    {"duration", "measure.duration"},
    {"warm_up", "measure.warm_up"},
    {"seed", "measure.seed"},
    {"rate", "traffic.0.rate"},
    {"connections", "traffic.0.connections"},
}};

/// A value on one line, as it could stand in the scenario.
std::string FlowText(const Value& value) {
  if (value.is_scalar()) return std::string(value.text());
  if (value.is_null()) return "null";
  std::string text;
  for (const Value& item : value.items()) text += (text.empty() ? "" : ", ") + FlowText(item);
  for (const Member& member : value.members()) {
    text += (text.empty() ? "" : ", ") + member.key + ": " + FlowText(member.value);
  }
  return value.is_sequence() ? '[' + text + ']' : '{' + text + '}';
}

class SweepReader {
 public:
  SweepReader(const Value& root, Diagnostics& diagnostics)
      : root_(root), diagnostics_(diagnostics) {}

  Sweep Read(const Value& value) {
    const std::size_t errors = diagnostics_.error_count();
    if (value.is_map()) {
      ReadGrid(value);
    } else if (value.is_sequence()) {
      ReadList(value);
    } else {
      diagnostics_.Error(
          value, fmt::format("found {}, expected fields and their values", value.Describe()),
          "for instance sweep: {services: [100, 1000, 10000]}");
    }
    return diagnostics_.error_count() == errors ? std::move(sweep_) : Sweep{};
  }

 private:
  /// The field that `member` names, nothing after an error.
  std::optional<std::vector<PathStep>> PathOf(const Member& member) {
    const std::string& name = member.key;
    const auto refuse = [&](const std::string& message, const std::string& hint) {
      diagnostics_.Error(member.key_where(), "sweep", message, hint);
      return std::nullopt;
    };
    std::vector<std::string> known;
    for (const auto& [short_name, path] : kShortNames) {
      known.emplace_back(short_name);
      if (short_name != name) continue;
      if (path.starts_with("traffic.")) {
        const Value* traffic = root_.Find("traffic");
        const std::size_t sources = traffic == nullptr ? 0 : traffic->items().size();
        if (sources != 1) {
          return refuse(fmt::format("'{}' is that of the only source of traffic; there are {}",
                                    name, sources),
                        fmt::format("say which: {}", path));
        }
      }
      return document::ParsePath(path);
    }
    const auto path = document::ParsePath(name);
    if (!path)
      return refuse(fmt::format("{} is no field", document::Quote(name)),
                    "a path as cluster.node_pools.apps.count");
    if (path->size() == 1) {
      return refuse(fmt::format("{} is no field that can be swept", document::Quote(name)),
                    document::SpellingHint(name, known) + "; or a path as traffic.0.rate");
    }
    if (path->front().name == "sweep" || path->front().name == "budgets") {
      return refuse(fmt::format("'{}' has no part in what is simulated", path->front().name), "");
    }
    return path;
  }

  void ReadGrid(const Value& grid) {
    sweep_.points.emplace_back();
    if (grid.members().empty()) diagnostics_.Error(grid, "a sweep over nothing");
    for (const Member& member : grid.members()) {
      const auto path = PathOf(member);
      if (!member.value.is_sequence() || member.value.items().empty()) {
        diagnostics_.Error(
            member.value,
            fmt::format("found {}, expected a list of values", member.value.Describe()),
            fmt::format("{}: [{}]", member.key, FlowText(member.value)));
        continue;
      }
      if (!path) continue;
      sweep_.parameters.push_back(member.key);
      const std::size_t count = sweep_.points.size() * member.value.items().size();
      if (count > kMostPoints) {
        diagnostics_.Error(grid, fmt::format("more than {} points", kMostPoints));
        return;
      }
      std::vector<SweepPoint> points;
      points.reserve(count);
      for (const SweepPoint& before : sweep_.points) {
        for (const Value& value : member.value.items()) {
          points.push_back(before);
          Set(*path, value, points.back());
        }
      }
      sweep_.points = std::move(points);
    }
  }

  void ReadList(const Value& list) {
    if (list.items().empty()) diagnostics_.Error(list, "a sweep over nothing");
    if (list.items().size() > kMostPoints) {
      diagnostics_.Error(list, fmt::format("more than {} points", kMostPoints));
      return;
    }
    for (const Value& item : list.items()) {
      if (!item.is_map() || item.members().empty()) {
        diagnostics_.Error(
            item, fmt::format("found {}, expected fields with a value each", item.Describe()));
        continue;
      }
      std::vector<std::string> names;
      for (const Member& member : item.members()) names.push_back(member.key);
      if (sweep_.parameters.empty()) sweep_.parameters = names;
      if (names != sweep_.parameters) {
        diagnostics_.Error(item, "its fields are not those of the first point, in that order");
        continue;
      }
      SweepPoint point;
      for (const Member& member : item.members()) {
        if (const auto path = PathOf(member)) Set(*path, member.value, point);
      }
      sweep_.points.push_back(std::move(point));
    }
  }

  static void Set(const std::vector<PathStep>& path, const Value& value, SweepPoint& point) {
    point.values.push_back(FlowText(value));
    point.edits.push_back({path, &value});
  }

  const Value& root_;
  Diagnostics& diagnostics_;
  Sweep sweep_;
};

}  // namespace

Sweep ReadSweep(const Value* sweep, const Value& root, Diagnostics& diagnostics) {
  if (sweep == nullptr) return {};
  return SweepReader(root, diagnostics).Read(*sweep);
}

}  // namespace cnisim::scenario
