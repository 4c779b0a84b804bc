#include "analysis/experiment/ramp_json.h"

#include <filesystem>
#include <optional>

#include <nlohmann/json.hpp>

#include "analysis/experiment/result_document.h"
#include "analysis/experiment/version.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario.h"
#include "sim/base/hash.h"

namespace cnisim::experiment {
namespace {

// Keeps the order in which fields are written: results are read by people too.
using Json = nlohmann::ordered_json;

constexpr int kRampVersion = 1;

Json RateOrNull(const std::optional<double>& rate) { return rate ? Json(*rate) : Json(nullptr); }

Json PointToJson(const RampPoint& point) {
  Json json;
  json["rate"] = point.rate;
  json["offered"] = point.offered;
  json["answered"] = point.answered;
  json["failed"] = point.failed;
  json["carried"] = point.carried;
  json["mean_ns"] = point.mean_ns;
  json["network_mean_ns"] = point.network_mean_ns;
  json["p50_ns"] = point.p50_ns;
  json["p99_ns"] = point.p99_ns;
  json["binds"] = point.binds;
  json["busiest"] = point.busiest;
  json["resources"] = Json::array();
  for (const RampWait& wait : point.waits) {
    json["resources"].push_back(
        {{"kind", wait.kind}, {"busy_max", wait.busy}, {"wait_share", wait.share}});
  }
  return json;
}

Json ResultToJson(const RampResult& result) {
  Json json;
  json["name"] = result.name;
  json["knee"] = RateOrNull(result.knee);
  json["sustained"] = RateOrNull(result.sustained);
  json["broke_at"] = result.broke ? Json(result.broke->rate) : Json(nullptr);
  json["binds"] = result.broke ? Json(result.broke->binds) : Json(nullptr);
  json["busiest"] = result.broke ? Json(result.broke->busiest) : Json(nullptr);
  json["points"] = Json::array();
  for (const RampPoint& point : result.points) json["points"].push_back(PointToJson(point));
  return json;
}

}  // namespace

RampContext ContextOf(const scenario::Scenario& scenario, const scenario::Catalog& catalog,
                      const RampOptions& options) {
  RampContext context;
  context.scenario_name = scenario.name;
  context.scenario_file = std::filesystem::path(scenario.path).filename().string();
  context.scenario_hash = HexDigest(HashText(scenario.text));
  context.catalog_hash = HexDigest(catalog.files.content_hash());
  context.range = options.range;
  context.seed = options.seed.value_or(scenario.measure.seed);
  context.warm_up_ns = options.warm_up.value_or(scenario.measure.warm_up).nanos();
  context.duration_ns = options.duration.value_or(scenario.measure.duration).nanos();
  return context;
}

std::string ToJson(const RampContext& context, const std::vector<RampResult>& results) {
  Json json;
  json["cnisim_ramp"] = kRampVersion;
  json["program"] = {{"name", "cnisim"}, {"version", ProgramVersion()}};
  json["scenario"] = {{"name", context.scenario_name},
                      {"file", context.scenario_file},
                      {"hash", context.scenario_hash}};
  json["catalog"] = {{"hash", context.catalog_hash}};
  json["experiment"] = {{"from", context.range.from},
                        {"to", context.range.to},
                        {"seed", context.seed},
                        {"warm_up_ns", context.warm_up_ns},
                        {"duration_ns", context.duration_ns}};
  json["configurations"] = Json::array();
  for (const RampResult& result : results) json["configurations"].push_back(ResultToJson(result));
  return json.dump(1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cnisim::experiment
