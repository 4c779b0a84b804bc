#include "analysis/experiment/context_json.h"

namespace cnisim::experiment {
namespace {

using Json = nlohmann::ordered_json;

Json SpanToJson(const CostSpan& span) { return Json{span.typical, span.low, span.high}; }

CostSpan ReadSpan(const Json& json) { return {json.at(0), json.at(1), json.at(2)}; }

Json ToJson(const AddressPlanResult::Operation& operation) {
  Json json{{"name", operation.name},
            {"start_s", operation.start_s},
            {"end_s", operation.end_s},
            {"failed", operation.failed}};
  if (!operation.failed) return json;
  json["code"] = operation.code;
  json["message"] = operation.message;
  json["subject"] = operation.subject;
  json["binds"] = operation.binds;
  return json;
}

AddressPlanResult::Operation ReadOperation(const Json& json) {
  AddressPlanResult::Operation operation;
  operation.name = json.at("name");
  operation.start_s = json.at("start_s");
  operation.end_s = json.at("end_s");
  operation.failed = json.at("failed");
  if (!operation.failed) return operation;
  operation.code = json.at("code");
  operation.message = json.at("message");
  operation.subject = json.at("subject");
  operation.binds = json.at("binds");
  return operation;
}

}  // namespace

Json ToJson(const PathResult& path) {
  Json json;
  json["from"] = path.from;
  json["to"] = path.to;
  json["path"] = path.path;
  json["share"] = path.share;
  json["reuses_connection"] = path.reuses_connection;
  json["opening_ns"] = SpanToJson(path.opening);
  json["exchange_ns"] = SpanToJson(path.exchange);
  json["opening_cpu_ns"] = SpanToJson(path.opening_cpu);
  json["exchange_cpu_ns"] = SpanToJson(path.exchange_cpu);
  json["stages"] = Json::array();
  for (const StageResult& stage : path.stages) {
    json["stages"].push_back({{"stage", stage.stage},
                              {"node", stage.node},
                              {"paid_by", stage.paid_by},
                              {"opening_ns", stage.opening_ns},
                              {"exchange_ns", stage.exchange_ns}});
  }
  return json;
}

Json ToJson(const CostSourceResult& source) {
  return {{"stage", source.stage},
          {"does", source.does},
          {"status", source.status},
          {"title", source.title},
          {"where", source.where}};
}

Json ToJson(const AddressPlanResult& plan) {
  Json json;
  json["vnet_addresses_now"] = plan.vnet_now;
  json["vnet_addresses_peak"] = plan.vnet_peak;
  json["pools"] = Json::array();
  for (const AddressPlanResult::Pool& pool : plan.pools) {
    json["pools"].push_back(
        {{"name", pool.name}, {"vnet", pool.vnet}, {"capacity", pool.capacity}});
  }
  json["timeline"] = Json::array();
  for (const AddressPlanResult::Point& point : plan.timeline) {
    json["timeline"].push_back({{"at_s", point.at_s}, {"held", point.held}});
  }
  json["operations"] = Json::array();
  for (const auto& operation : plan.operations) json["operations"].push_back(ToJson(operation));
  return json;
}

PathResult ReadPath(const Json& json) {
  PathResult path;
  path.from = json.at("from");
  path.to = json.at("to");
  path.path = json.at("path");
  path.share = json.at("share");
  path.reuses_connection = json.at("reuses_connection");
  path.opening = ReadSpan(json.at("opening_ns"));
  path.exchange = ReadSpan(json.at("exchange_ns"));
  path.opening_cpu = ReadSpan(json.at("opening_cpu_ns"));
  path.exchange_cpu = ReadSpan(json.at("exchange_cpu_ns"));
  for (const Json& stage : json.at("stages")) {
    path.stages.push_back({stage.at("stage"), stage.at("node"), stage.at("paid_by"),
                           stage.at("opening_ns"), stage.at("exchange_ns")});
  }
  return path;
}

CostSourceResult ReadCostSource(const Json& json) {
  return {json.at("stage"), json.at("does"), json.at("status"), json.at("title"), json.at("where")};
}

AddressPlanResult ReadAddressPlan(const Json& json) {
  AddressPlanResult plan;
  plan.vnet_now = json.at("vnet_addresses_now");
  plan.vnet_peak = json.at("vnet_addresses_peak");
  for (const Json& pool : json.at("pools")) {
    plan.pools.push_back({pool.at("name"), pool.at("vnet"), pool.at("capacity")});
  }
  for (const Json& point : json.at("timeline")) {
    plan.timeline.push_back({point.at("at_s"), point.at("held").get<std::vector<std::uint64_t>>()});
    // Whoever indexes by pool relies on a number for each.
    if (plan.timeline.back().held.size() != plan.pools.size()) {
      throw Json::other_error::create(501, "one number a pool", &point);
    }
  }
  for (const Json& operation : json.at("operations")) {
    plan.operations.push_back(ReadOperation(operation));
  }
  return plan;
}

}  // namespace cnisim::experiment
