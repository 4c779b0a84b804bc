#include "models/scenario/internal/dns_section.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/quantities.h"
#include "models/scenario/dns_names.h"

namespace cnisim::scenario::internal {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

constexpr int kMostReplicas = 1000;
constexpr double kMostCores = 128;
constexpr std::string_view kManifest = "defaults/coredns.yaml";
constexpr std::string_view kAutoscaler = "coredns-autoscaler";

void ReadCoreDns(const Value& value, DnsSpec& dns, CoreDnsPods* pods, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  dns.work = reader.Duration("work").value_or(dns.work);
  dns.ttl = reader.Duration("ttl").value_or(dns.ttl);
  dns.upstream = reader.Duration("upstream").value_or(dns.upstream);
  dns.queue = static_cast<int>(reader.Integer("queue", 0, 1'000'000).value_or(dns.queue));
  if (pods == nullptr) {
    for (const char* key : {"replicas", "cpu_limit"}) {
      if (const Value* found = reader.Get(key)) {
        diagnostics.Error(
            *found, "the pods of CoreDNS are the same in all configurations",
            fmt::format("write it in the scenario's own dns: {{coredns: {{{}: ...}}}}", key));
      }
    }
  } else {
    if (const auto replicas = reader.Integer("replicas", 1, kMostReplicas)) {
      pods->replicas = static_cast<int>(*replicas);
    }
    pods->cpu_limit = reader.Number("cpu_limit", 0.001, kMostCores);
  }
  reader.Finish();
}

// Replicas of the highest step that `count` reaches: [[1, 2], [512, 3]].
int OnLadder(const Value* ladder, double count) {
  int replicas = 1;
  if (ladder == nullptr) return replicas;
  for (const Value& step : ladder->items()) {
    if (step.items().size() != 2) continue;
    const auto from = document::ParseNumber(step.items()[0].text());
    const auto to = document::ParseNumber(step.items()[1].text());
    if (from && to && count >= *from) replicas = static_cast<int>(*to);
  }
  return replicas;
}

// What coredns-autoscaler makes of the cluster's nodes and cores.
std::optional<int> AutoscaledReplicas(const cluster::ManifestSet& manifests,
                                      const Scenario& scenario, const Catalog& catalog,
                                      Diagnostics& diagnostics) {
  if (scenario.configurations.empty()) return std::nullopt;
  double nodes = 0;
  double cores = 0;
  for (const NodePoolSpec& pool : scenario.configurations.front().node_pools) {
    const azure::VmSize* size = catalog.vm_sizes.Find(pool.pool.sku);
    nodes += pool.pool.count;
    if (size != nullptr) cores += pool.pool.count * size->vcpus;
  }
  for (const cluster::ManifestObject& object : manifests.objects()) {
    if (object.kind != "ConfigMap" || object.ns != kDnsNamespace || object.name != kAutoscaler) {
      continue;
    }
    const Value* text = object.value->At({"data", "ladder"});
    if (text == nullptr) continue;
    const auto ladder = document::ParseDocument(text->text(), text->where().file, diagnostics);
    if (!ladder) return std::nullopt;
    return std::max(OnLadder(ladder->root().Find("coresToReplicas"), cores),
                    OnLadder(ladder->root().Find("nodesToReplicas"), nodes));
  }
  return std::nullopt;
}

}  // namespace

DnsSpec DefaultDns(const Catalog& catalog) {
  const workload::Defaults& defaults = catalog.workload;
  DnsSpec dns;
  dns.ndots = static_cast<int>(defaults.dns_ndots);
  dns.search = {defaults.dns_search};
  dns.timeout = defaults.dns_timeout;
  dns.attempts = static_cast<int>(defaults.dns_attempts);
  dns.local_ttl = defaults.local_dns_ttl;
  dns.ttl = defaults.dns_ttl;
  dns.upstream = defaults.dns_upstream;
  dns.work = defaults.dns_work;
  dns.queue = static_cast<int>(defaults.dns_queue);
  return dns;
}

DnsSpec ReadDns(const Value& value, const DnsSpec& base, const Catalog& catalog, CoreDnsPods* pods,
                Diagnostics& diagnostics) {
  DnsSpec dns = base;
  dns.enabled = true;
  dns.where = value.where();
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  // A resolver cuts what is larger; here it is an error.
  const workload::Defaults& most = catalog.workload;
  dns.ndots = static_cast<int>(reader.Integer("ndots", 0, most.dns_most_ndots).value_or(dns.ndots));
  if (reader.Get("search") != nullptr) dns.search = reader.Strings("search");
  dns.aaaa = reader.Boolean("aaaa").value_or(dns.aaaa);
  if (const auto timeout = reader.Duration("timeout")) {
    dns.timeout = *timeout;
    if (dns.timeout <= SimTime()) {
      diagnostics.Error(*reader.Get("timeout"), "a resolver waits for some time",
                        "for instance 5s");
    }
  }
  dns.attempts = static_cast<int>(
      reader.Integer("attempts", 1, most.dns_most_attempts).value_or(dns.attempts));
  dns.cache = reader.Duration("cache").value_or(dns.cache);
  if (const auto race = reader.Percentage("conntrack_race")) {
    dns.race = *race;
    if (dns.race < 0 || dns.race > 1) {
      diagnostics.Error(*reader.Get("conntrack_race"),
                        fmt::format("found {}, expected a share from 0% to 100%",
                                    reader.Get("conntrack_race")->Describe()));
    }
  }
  if (const Value* local = reader.Get("local")) {
    if (local->is_map()) {
      ObjectReader own(*local, diagnostics, UnknownKeys::kError);
      dns.local_ttl = own.Duration("ttl").value_or(dns.local_ttl);
      own.Finish();
      dns.local = true;
    } else {
      dns.local = reader.Boolean("local").value_or(false);
    }
  }
  if (const Value* coredns = reader.Map("coredns")) ReadCoreDns(*coredns, dns, pods, diagnostics);
  reader.Finish();
  return dns;
}

void AddCoreDns(const Catalog& catalog, const CoreDnsPods& pods, cluster::ManifestSet& manifests,
                Scenario& scenario, Diagnostics& diagnostics) {
  cluster::Objects& objects = scenario.objects;
  const auto is_dns = [](const cluster::Service& service) {
    return service.ns == kDnsNamespace && service.name == kDnsService;
  };
  if (std::none_of(objects.services.begin(), objects.services.end(), is_dns)) {
    const document::CatalogFile* file = catalog.files.Find(kManifest);
    if (file == nullptr) {
      diagnostics.Error(document::SourceLocation{}, "",
                        "the catalog has no " + std::string(kManifest));
      return;
    }
    manifests.AddText(file->text, file->origin, diagnostics);
    cluster::Objects own = cluster::ReadObjects(manifests, diagnostics);
    const std::optional<int> scaled = AutoscaledReplicas(manifests, scenario, catalog, diagnostics);
    for (cluster::Workload& workload : own.workloads) {
      workload.replicas = scaled.value_or(workload.replicas);
    }
    objects.workloads.insert(objects.workloads.end(), own.workloads.begin(), own.workloads.end());
    objects.services.insert(objects.services.end(), own.services.begin(), own.services.end());
  }
  const auto service = std::find_if(objects.services.begin(), objects.services.end(), is_dns);
  if (service == objects.services.end()) return;
  for (cluster::Workload& workload : objects.workloads) {
    const bool behind =
        workload.ns == service->ns && !service->selector.empty() &&
        std::all_of(service->selector.begin(), service->selector.end(), [&](const auto& wanted) {
          const auto found = workload.pod_labels.find(wanted.first);
          return found != workload.pod_labels.end() && found->second == wanted.second;
        });
    if (!behind) continue;
    if (pods.replicas) workload.replicas = *pods.replicas;
    if (pods.cpu_limit) {
      workload.cpu_limit_millicores =
          static_cast<std::int64_t>(std::lround(1000 * *pods.cpu_limit));
    }
  }
}

}  // namespace cnisim::scenario::internal
