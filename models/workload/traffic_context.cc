#include "models/workload/traffic_context.h"

#include <algorithm>

#include "sim/base/check.h"

namespace cnisim::workload {
TrafficContext::TrafficContext(const Model& model, std::uint64_t seed, bool fused)
    : model_(model),
      seed_(seed),
      fused_(fused),
      lossy_(model.latency.external.loss > 0 || model.latency.same_group.loss > 0),
      same_group_(model.latency.same_group),
      external_(model.latency.external),
      min_latency_(model.latency.external.floor) {
  for (const auto& row : model.latency.zones) {
    for (const FabricDelay& delay : row) {
      fabric_.emplace_back(delay);
      lossy_ = lossy_ || delay.loss > 0;
    }
  }
  for (const NodeModel& a : model.nodes) {
    node_places_.push_back({a.zone, a.proximity_group});
    if (a.proximity_group != 0) min_latency_ = std::min(min_latency_, same_group_.floor());
    for (std::size_t zone = 0; zone < kZones; ++zone) {
      min_latency_ = std::min(min_latency_, model.latency.zones[a.zone][zone].floor);
    }
  }
  for (const ExternalModel& server : model.externals) {
    external_ways_.emplace_back(server.way);
    min_latency_ = std::min(min_latency_, server.way.floor);
    const double mean = server.service_time.value();
    external_times_.emplace_back(mean > 0 ? mean : 1, server.service_cv);
    first_destinations_.push_back(destination_count_);
    destination_count_ += server.addresses;
  }
  for (const DnsServerModel& server : model.dns.servers) upstreams_.emplace_back(server.upstream);
  CNISIM_CHECK(min_latency_ > SimTime(), "the fabric takes time");
  is_stream_.resize(model.edges.size());
  is_udp_.resize(model.edges.size());
  for (const SourceModel& source : model.sources) {
    if (source.kind == SourceKind::kStream) is_stream_[source.edge] = true;
  }
  for (std::size_t e = 0; e < model.edges.size(); ++e) {
    const EdgeModel& edge = model.edges[e];
    plan_base_.push_back(static_cast<std::uint32_t>(plan_index_.size()));
    for (const TargetModel& target : edge.targets) {
      for (std::size_t l = 0; l < kLocalities; ++l) {
        if (target.flows[l] == kNone) {
          plan_index_.push_back(kNone);
          continue;
        }
        plan_index_.push_back(static_cast<std::uint32_t>(plans_.size()));
        const datapath::CompiledFlow& flow = model.flows[target.flows[l]];
        const bool udp = flow.protocol == datapath::TransportProtocol::kUdp;
        if (udp) is_udp_[e] = true;
        const bool stream = is_stream_[e] && !udp;
        const Bytes longest = model.defaults.longest_train;
        // Where packets get lost, whatever has several of them needs its sender's attention.
        const TrainRules rules{.whole = lossy_ ? 1 : model.defaults.initial_window,
                               .longest = longest,
                               .stream = stream};
        plans_.push_back(PlanFlow(flow, static_cast<Locality>(l) == Locality::kSameNode,
                                  stream ? StreamChunk(flow, longest) : edge.request, edge.response,
                                  rules));
        if (edge.untracked) plans_.back().conntrack_entries = {};
      }
    }
    std::vector<std::uint32_t> nodes;
    for (const Backend& backend : edge.backends) nodes.push_back(model.pods[backend.pod].node);
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    entry_nodes_.push_back(std::move(nodes));
  }
  for (const datapath::CompiledFlow& flow : model.flows) {
    for (const datapath::CompiledMessage& message : flow.messages) {
      uses_pairs_ =
          uses_pairs_ || message.pair_ceiling.value() > 0 || message.pair_per_packet.value() > 0;
    }
  }
  pods_on_.resize(host_count());
  for (std::uint32_t pod = 0; pod < model.pods.size(); ++pod) {
    std::vector<std::uint32_t>& neighbours = pods_on_[model.pods[pod].node];
    pod_places_.push_back({model.pods[pod].node, static_cast<std::uint32_t>(neighbours.size())});
    neighbours.push_back(pod);
  }
  std::vector<SimTime> timeouts;
  for (const EdgeModel& edge : model.edges) {
    const auto found = std::find(timeouts.begin(), timeouts.end(), edge.timeout);
    deadline_queues_.push_back(static_cast<std::uint32_t>(found - timeouts.begin()));
    if (found == timeouts.end()) timeouts.push_back(edge.timeout);
  }
  deadline_queue_count_ = static_cast<std::uint32_t>(timeouts.size());
  for (const ApplicationModel& application : model.applications) {
    const double mean = application.service_time.value();
    service_times_.emplace_back(mean > 0 ? mean : 1, application.service_cv);
  }
  DealOutClients();
}

void TrafficContext::DealOutClients() {
  clients_on_.resize(host_count());
  for (std::uint32_t index = 0; index < model_.sources.size(); ++index) {
    const SourceModel& source = model_.sources[index];
    const std::uint32_t count = source.is_closed() ? source.connections : source.client_count();
    for (std::uint32_t i = 0; i < count; ++i) {
      Client client{.source = index, .number = i};
      if (source.kind == SourceKind::kStream) client.stream = streams_++;
      if (!source.clients.empty()) client.pod = source.clients[i % source.client_count()];
      const bool outside = client.pod == kNone;
      clients_on_[outside ? external_host() : model_.pods[client.pod].node].push_back(client);
    }
  }
}

std::uint32_t TrafficContext::PlanOf(std::uint32_t edge, std::uint32_t target,
                                     Locality locality) const {
  const std::uint32_t index =
      plan_index_[plan_base_[edge] + target * kLocalities + static_cast<std::size_t>(locality)];
  CNISIM_CHECK(index != kNone, "every pair of ends that calls has a compiled flow");
  return index;
}

const FabricSampler& TrafficContext::fabric(std::uint32_t from_host, std::uint32_t to_host) const {
  if (from_host >= external_host() || to_host >= external_host()) return external_;
  const NodePlace& from = node_places_[from_host];
  const NodePlace& to = node_places_[to_host];
  if (from.proximity_group != 0 && from.proximity_group == to.proximity_group) return same_group_;
  return fabric_[from.zone * kZones + to.zone];
}

}  // namespace cnisim::workload
