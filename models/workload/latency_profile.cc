#include "models/workload/latency_profile.h"

#include <algorithm>
#include <optional>

#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/spelling.h"

namespace cnisim::workload {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

class ProfileReader {
 public:
  ProfileReader(const datapath::CostModel& costs, Diagnostics& diagnostics)
      : costs_(costs), diagnostics_(diagnostics) {}

  std::optional<LatencyProfile> Read(const Value& root) {
    ObjectReader reader(root, diagnostics_, UnknownKeys::kError);
    LatencyProfile profile;
    profile.name = reader.RequireString("name").value_or("");
    profile.summary = reader.RequireString("summary").value_or("");
    reader.Ignore("status");
    profile.why = reader.RequireString("why").value_or("");
    const LatencyProfile::Link same = ReadLink(reader.RequireMap("same_zone"));
    const LatencyProfile::Link cross = ReadLink(reader.RequireMap("cross_zone"));
    const Value* group = reader.Map("same_group");
    profile.same_group = group != nullptr ? ReadLink(group) : same;
    profile.external = ReadLink(reader.RequireMap("external"));
    for (std::size_t a = 0; a < kZones; ++a) {
      for (std::size_t b = 0; b < kZones; ++b) profile.zones[a][b] = a == b ? same : cross;
    }
    if (const Value* pairs = reader.Sequence("zone_pairs")) {
      for (const Value& pair : pairs->items()) ReadPair(pair, profile);
    }
    reader.Finish();
    if (!good_) return std::nullopt;
    return profile;
  }

 private:
  void ReadPair(const Value& value, LatencyProfile& profile) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kError);
    const std::vector<std::string> zones = reader.Strings("zones");
    const LatencyProfile::Link link = ReadLinkMembers(reader);
    reader.Finish();
    std::vector<std::size_t> numbers;
    for (const std::string& zone : zones) {
      if (zone.size() == 1 && zone[0] >= '1' && zone[0] <= '3') {
        numbers.push_back(static_cast<std::size_t>(zone[0] - '0'));
      }
    }
    if (zones.size() != 2 || numbers.size() != 2) {
      good_ = false;
      reader.Error("expected two zones, each 1, 2 or 3", "write zones: [1, 2]");
      return;
    }
    profile.zones[numbers[0]][numbers[1]] = link;
    profile.zones[numbers[1]][numbers[0]] = link;
  }

  LatencyProfile::Link ReadLink(const Value* value) {
    if (value == nullptr) {
      good_ = false;
      return {};
    }
    ObjectReader reader(*value, diagnostics_, UnknownKeys::kError);
    const LatencyProfile::Link link = ReadLinkMembers(reader);
    reader.Finish();
    return link;
  }

  LatencyProfile::Link ReadLinkMembers(ObjectReader& reader) {
    LatencyProfile::Link link;
    link.cost = reader.RequireString("cost").value_or("");
    link.floor = reader.RequireDuration("floor").value_or(SimTime());
    link.loss = reader.Percentage("loss").value_or(0);
    if (link.loss >= 1) {
      good_ = false;
      reader.Error("the loss must be below 100%");
    }
    const datapath::StageCost* cost = costs_.Find(link.cost);
    if (cost == nullptr) {
      good_ = false;
      if (!link.cost.empty()) reader.Error("no cost is named '" + link.cost + "'");
    } else if (link.floor <= SimTime() ||
               static_cast<double>(link.floor.nanos()) > cost->fixed.low) {
      good_ = false;
      reader.Error("the floor must be above 0 and not above the least of the cost's range");
    }
    return link;
  }

  const datapath::CostModel& costs_;
  Diagnostics& diagnostics_;
  bool good_ = true;
};

// The spread of a cost is that of the whole delay; the floor does not vary, so what lies above it
// has it all.
FabricDelay ResolveLink(const LatencyProfile::Link& link, const datapath::CostModel& costs) {
  const datapath::StageCost& cost = costs.At(link.cost);
  FabricDelay delay;
  delay.floor = link.floor;
  delay.loss = link.loss;
  delay.mean = Nanoseconds(cost.fixed_ns).Round();
  const double excess = cost.fixed_ns - static_cast<double>(link.floor.nanos());
  delay.cv = excess > 0 ? cost.cv * cost.fixed_ns / excess : 0;
  return delay;
}

}  // namespace

void Latency::SetLoss(double share) {
  for (auto& row : zones) {
    for (FabricDelay& delay : row) delay.loss = share;
  }
  same_group.loss = share;
  external.loss = share;
}

Latency Latency::Uniform(const FabricDelay& inside, const FabricDelay& external) {
  Latency latency;
  for (auto& row : latency.zones) row.fill(inside);
  latency.same_group = inside;
  latency.external = external;
  return latency;
}

Latency LatencyProfile::Resolve(const datapath::CostModel& costs) const {
  Latency latency;
  for (std::size_t a = 0; a < kZones; ++a) {
    for (std::size_t b = 0; b < kZones; ++b) latency.zones[a][b] = ResolveLink(zones[a][b], costs);
  }
  latency.same_group = ResolveLink(same_group, costs);
  latency.external = ResolveLink(external, costs);
  return latency;
}

LatencyProfiles LatencyProfiles::Load(const document::CatalogFiles& files,
                                      const datapath::CostModel& costs, Diagnostics& diagnostics) {
  LatencyProfiles profiles;
  for (const document::CatalogFile* file : files.Below("fabric/")) {
    for (const document::Document& document :
         document::ParseDocuments(file->text, file->origin, diagnostics)) {
      std::optional<LatencyProfile> profile =
          ProfileReader(costs, diagnostics).Read(document.root());
      if (profile) profiles.profiles_.push_back(std::move(*profile));
    }
  }
  std::sort(profiles.profiles_.begin(), profiles.profiles_.end(),
            [](const LatencyProfile& a, const LatencyProfile& b) { return a.name < b.name; });
  return profiles;
}

const LatencyProfile* LatencyProfiles::Find(std::string_view name) const {
  for (const LatencyProfile& profile : profiles_) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace cnisim::workload
