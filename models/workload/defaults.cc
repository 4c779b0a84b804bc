#include "models/workload/defaults.h"

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string_view>

#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/spelling.h"

namespace cnisim::workload {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

constexpr std::string_view kFile = "workload/defaults.yaml";

// Takes the member `value` of an entry into its field; false if it is not of the field's kind.
using Setter = std::function<bool(ObjectReader&)>;

template <class T>
bool Set(const std::optional<T>& value, T& field) {
  if (value) field = *value;
  return value.has_value();
}

std::map<std::string, Setter, std::less<>> Setters(Defaults& defaults) {
  const auto duration = [](SimTime& field) {
    return [&field](ObjectReader& entry) { return Set(entry.RequireDuration("value"), field); };
  };
  const auto size = [](Bytes& field) {
    return [&field](ObjectReader& entry) { return Set(entry.RequireSize("value"), field); };
  };
  const auto number = [](double& field) {
    return
        [&field](ObjectReader& entry) { return Set(entry.RequireNumber("value", 0, 1e6), field); };
  };
  const auto count = [](auto& field) {
    return [&field](ObjectReader& entry) {
      const auto value = entry.RequireInteger("value", 0, std::numeric_limits<std::int32_t>::max());
      if (value) field = static_cast<std::remove_reference_t<decltype(field)>>(*value);
      return value.has_value();
    };
  };
  return {
      {"service_time", duration(defaults.service_time)},
      {"service_cv", number(defaults.service_cv)},
      {"workers", count(defaults.workers)},
      {"queue", count(defaults.queue)},
      {"requests_per_connection", count(defaults.requests_per_connection)},
      {"timeout", duration(defaults.timeout)},
      {"syn_timeout", duration(defaults.syn_timeout)},
      {"syn_retries", count(defaults.syn_retries)},
      {"data_timeout", duration(defaults.data_timeout)},
      {"cpu_period", duration(defaults.cpu_period)},
      {"longest_timeout", duration(defaults.longest_timeout)},
      {"data_retries", count(defaults.data_retries)},
      {"initial_window", count(defaults.initial_window)},
      {"receive_window", size(defaults.receive_window)},
      {"longest_train", size(defaults.longest_train)},
      {"delayed_ack", duration(defaults.delayed_ack)},
      {"quick_acks", count(defaults.quick_acks)},
      {"udp_receive_buffer", size(defaults.udp_receive_buffer)},
      {"dns_ndots", count(defaults.dns_ndots)},
      {"dns_most_ndots", count(defaults.dns_most_ndots)},
      {"dns_search",
       [&defaults](ObjectReader& entry) {
         return Set(entry.RequireString("value"), defaults.dns_search);
       }},
      {"dns_timeout", duration(defaults.dns_timeout)},
      {"dns_attempts", count(defaults.dns_attempts)},
      {"dns_most_attempts", count(defaults.dns_most_attempts)},
      {"dns_query", size(defaults.dns_query)},
      {"dns_answer", size(defaults.dns_answer)},
      {"dns_work", duration(defaults.dns_work)},
      {"dns_forward_work", duration(defaults.dns_forward_work)},
      {"dns_least_threads", count(defaults.dns_least_threads)},
      {"dns_queue", count(defaults.dns_queue)},
      {"dns_ttl", duration(defaults.dns_ttl)},
      {"dns_upstream", duration(defaults.dns_upstream)},
      {"dns_upstream_cv", number(defaults.dns_upstream_cv)},
      {"local_dns_ttl", duration(defaults.local_dns_ttl)},
      {"local_dns_queries", count(defaults.local_dns_queries)},
      {"local_dns_cores", count(defaults.local_dns_cores)},
      {"local_dns_cpu", count(defaults.local_dns_cpu)},
      {"softirq_backlog", count(defaults.softirq_backlog)},
      {"nic_queue", size(defaults.nic_queue)},
      {"egress",
       [&defaults](ObjectReader& entry) { return Set(entry.Rate("value"), defaults.egress); }},
      {"egress_burst", size(defaults.egress_burst)},
      {"conntrack_per_mib", number(defaults.conntrack_per_mib)},
      {"conntrack_ebpf", count(defaults.conntrack_ebpf)},
      {"conntrack_closed", duration(defaults.conntrack_closed)},
      {"conntrack_udp", duration(defaults.conntrack_udp)},
      {"source_ports", count(defaults.source_ports)},
      {"time_wait", duration(defaults.time_wait)},
      {"vm_flows", count(defaults.vm_flows)},
      {"flow_closed", duration(defaults.flow_closed)},
      {"flow_idle", duration(defaults.flow_idle)},
      {"masquerade_ports", count(defaults.masquerade_ports)},
      {"proxy_workers", count(defaults.proxy_workers)},
      {"proxy_queue", count(defaults.proxy_queue)},
  };
}

}  // namespace

Defaults Defaults::Load(const document::CatalogFiles& files, Diagnostics& diagnostics) {
  Defaults defaults;
  const document::CatalogFile* file = files.Find(kFile);
  if (file == nullptr) {
    diagnostics.Error(document::SourceLocation{}, "", "the catalog has no " + std::string(kFile));
    return defaults;
  }
  std::map<std::string, Setter, std::less<>> missing = Setters(defaults);
  std::vector<std::string> known;
  for (const auto& [id, setter] : missing) known.push_back(id);
  for (const document::Document& document :
       document::ParseDocuments(file->text, file->origin, diagnostics)) {
    ObjectReader reader(document.root(), diagnostics, UnknownKeys::kError);
    reader.Ignore("sources");
    if (const Value* values = reader.RequireSequence("values")) {
      for (const Value& value : values->items()) {
        ObjectReader entry(value, diagnostics, UnknownKeys::kError);
        const std::string id = entry.RequireString("id").value_or("");
        for (const char* key : {"status", "source", "where", "why", "value"}) entry.Ignore(key);
        const auto found = missing.find(id);
        if (found == missing.end()) {
          if (!id.empty()) {
            const std::vector<std::string> near = document::NearSpellings(id, known);
            entry.Error("no default is named '" + id + "', or it stands here twice",
                        near.empty() ? "" : "did you mean '" + near.front() + "'?");
          }
        } else {
          static_cast<void>(found->second(entry));
          missing.erase(found);
        }
        entry.Finish();
      }
    }
    reader.Finish();
  }
  for (const auto& [id, setter] : missing) {
    diagnostics.Error(document::SourceLocation{}, "values",
                      "the catalog gives no default for '" + id + "'");
  }
  return defaults;
}

}  // namespace cnisim::workload
