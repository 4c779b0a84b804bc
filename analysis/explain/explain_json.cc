#include "analysis/explain/explain_json.h"

#include <nlohmann/json.hpp>

namespace cnisim::explain {
namespace {

using datapath::Name;
using nlohmann::ordered_json;

ordered_json SpanJson(const Span& span) {
  return {{"typical", span.typical}, {"low", span.low}, {"high", span.high}};
}

ordered_json StageJson(const StageLine& line) {
  const datapath::StageCost& cost = *line.cost;
  ordered_json json;
  json["stage"] = cost.id;
  json["does"] = cost.does;
  json["node"] = line.node;
  json["paid_by"] = Name(cost.paid_by);
  json["paid"] = Name(cost.paid);
  json["count"] = {{"name", Name(line.count)}, {"value", line.times}};
  json["unit_ns"] = line.unit_ns;
  if (line.per_byte_ns != 0) json["per_byte_ns"] = line.per_byte_ns;
  json["cost_ns"] = SpanJson(line.ns);
  json["status"] = Name(cost.status);
  if (cost.status == datapath::CostStatus::kAssumed) {
    json["why"] = cost.why;
  } else {
    json["source"] = {{"title", cost.source.title}, {"where", cost.source.where}};
  }
  json["catalog_file"] = cost.file;
  return json;
}

ordered_json MessageJson(const MessageExplanation& message) {
  ordered_json json;
  json["message"] = message.title;
  json["payload_bytes"] = message.payload.count();
  json["packets"] = message.shape.packets;
  json["gso_packets"] = message.shape.aggregates;
  if (message.shape.fragments > 0) json["fragments"] = message.shape.fragments;
  json["stages"] = ordered_json::array();
  for (const StageLine& line : message.stages) json["stages"].push_back(StageJson(line));
  json["cpu_ns"] = SpanJson(message.cpu);
  json["waiting_ns"] = SpanJson(message.waiting);
  json["wire_bytes"] = message.wire_bytes.count();
  json["between_nodes_ns"] = message.wire_ns;
  json["way_ns"] = SpanJson(message.way);
  return json;
}

ordered_json DifferencesJson(const std::vector<StageDifference>& differences) {
  ordered_json json = ordered_json::array();
  for (const StageDifference& d : differences) {
    json.push_back({{"stage", d.stage},
                    {"first_ns", d.first_ns},
                    {"second_ns", d.second_ns},
                    {"difference_ns", d.difference()}});
  }
  return json;
}

}  // namespace

ordered_json ToJson(const PathExplanation& e) {
  ordered_json json;
  json["configuration"] = e.question.configuration;
  json["profile"] = e.question.profile->name();
  json["from"] = e.question.client;
  json["to"] = e.question.server;
  json["path"] = Name(e.question.flow.path);
  json["share"] = e.question.share;
  if (!e.question.verdict.empty()) json["policies"] = e.question.verdict;
  if (e.question.lookup) {
    json["lookup"] = {{"names", e.question.lookup->names},
                      {"queries", e.question.lookup->queries},
                      {"server", e.question.lookup->server}};
  }
  json["switches"] = ordered_json::object();
  for (const auto& [name, value] : e.switches) json["switches"][name] = value;
  json["mtu"] = {{"device", e.mtu.device.count()},
                 {"pod", e.mtu.pod.count()},
                 {"route", e.mtu.route.count()},
                 {"overhead", e.mtu.overhead.count()}};
  json["largest_packet"] = {{"inner", e.sizes.inner.count()},
                            {"on_the_wire", e.sizes.wire().count()},
                            {"passes_whole", e.sizes.whole.count()},
                            {"fate", Name(e.sizes.fate)}};
  json["mss"] = e.mss.count();
  json["header_bytes"] = e.header_bytes.count();
  if (e.pair_ceiling.value() > 0) json["pair_ceiling_ns_per_byte"] = e.pair_ceiling.value();
  json["conntrack_entries"] = {{"client", e.conntrack_entries[0]},
                               {"entry", e.conntrack_entries[1]},
                               {"server", e.conntrack_entries[2]}};
  json["messages"] = ordered_json::array();
  for (const MessageExplanation& message : e.messages) {
    json["messages"].push_back(MessageJson(message));
  }
  json["fabric"] = ordered_json::array();
  for (const FabricLeg& leg : e.question.legs) {
    json["fabric"].push_back(
        {{"what", leg.what}, {"one_way_ns", leg.mean.value()}, {"source", leg.source}});
  }
  json["new_connection"] = {{"first_reply_ns", SpanJson(e.open_way)},
                            {"cpu_ns", SpanJson(e.open_cpu)}};
  json["open_connection"] = {{"round_trip_ns", SpanJson(e.exchange_way)},
                             {"cpu_ns", SpanJson(e.exchange_cpu)}};
  if (e.cold_caches) {
    const auto& value = e.cold_caches->factor.value;
    json["cold_caches"] = {
        {"factor", value.typical},
        {"low", value.low},
        {"high", value.high},
        {"new_connection",
         {{"first_reply_ns", e.cold_caches->open_way}, {"cpu_ns", e.cold_caches->open_cpu}}},
        {"open_connection",
         {{"round_trip_ns", e.cold_caches->exchange_way},
          {"cpu_ns", e.cold_caches->exchange_cpu}}}};
  }
  return json;
}

ordered_json ToJson(const PathComparison& c) {
  ordered_json json;
  json["first"] = ToJson(c.first);
  json["second"] = ToJson(c.second);
  json["difference"] = {{"new_connection", DifferencesJson(c.open)},
                        {"open_connection", DifferencesJson(c.exchange)}};
  return json;
}

}  // namespace cnisim::explain
