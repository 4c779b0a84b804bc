#include "models/scenario/internal/traffic_section.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"
#include "models/scenario/internal/externals_section.h"
#include "models/scenario/internal/service_time.h"

namespace cnisim::scenario::internal {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

// What a request looks like when nobody says: a small JSON question and its answer.
constexpr Bytes kDefaultRequest{300};
constexpr Bytes kDefaultResponse{2048};
constexpr Bytes kDefaultRrMessage{1};  // netperf's own
constexpr double kDefaultRate = 100;   // requests per second
constexpr double kMostRate = 1e8;

constexpr std::string_view kMethods[] = {"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                         "DELETE", "OPTIONS", "CONNECT", "TRACE"};

class TrafficReader {
 public:
  TrafficReader(const Catalog& catalog, Scenario& scenario, Diagnostics& diagnostics)
      : catalog_(catalog),
        scenario_(scenario),
        objects_(scenario.objects),
        diagnostics_(diagnostics) {
    for (const cluster::Workload& each : objects_.workloads) workloads_.emplace(each.name, &each);
    for (const cluster::Service& each : objects_.services) services_.emplace(each.name, &each);
  }

  void Read(const TrafficSections& sections) {
    complete_ = sections.applications_complete;
    scenario_.externals = ReadExternals(sections.externals, catalog_, objects_, diagnostics_);
    ReadWork(sections.work);
    ReadCalls(sections.calls);
    ReadSources(sections.traffic);
    ReadBackground(sections.background);
    ReadChurn(sections.churn);
    CheckCycles();
  }

 private:
  // Names of workloads and Services.

  struct Name {
    std::string_view ns;  ///< empty: any
    std::string_view name;
  };
  static Name Split(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return {"", text};
    return {text.substr(0, slash), text.substr(slash + 1)};
  }

  // By name, in the order of the files.
  template <class T>
  using Index = std::multimap<std::string_view, const T*>;

  template <class T>
  static std::vector<const T*> Named(const Index<T>& all, std::string_view text) {
    const Name name = Split(text);
    std::vector<const T*> found;
    const auto [first, last] = all.equal_range(name.name);
    for (auto each = first; each != last; ++each) {
      if (name.ns.empty() || each->second->ns == name.ns) found.push_back(each->second);
    }
    return found;
  }

  /// The first of that name in that namespace; nullptr if there is none.
  template <class T>
  static const T* Exactly(const Index<T>& all, std::string_view ns, std::string_view name) {
    const auto [first, last] = all.equal_range(name);
    const auto found =
        std::find_if(first, last, [ns](const auto& each) { return each.second->ns == ns; });
    return found == last ? nullptr : found->second;
  }

  template <class T>
  static std::string Places(const std::vector<const T*>& all) {
    std::vector<std::string> names;
    for (const T* each : all) names.push_back(each->ToString());
    return document::OrList(names);
  }

  template <class T>
  void AddNames(const std::vector<T>& all, std::vector<std::string>& names) const {
    for (const T& each : all) names.push_back(each.name);
  }

  static Party PartyOf(const cluster::Workload& workload, const document::SourceLocation& where) {
    return {Party::Kind::kWorkload, workload.ns, workload.name, where};
  }
  static Party PartyOf(const cluster::Service& service, const document::SourceLocation& where) {
    return {Party::Kind::kService, service.ns, service.name, where};
  }

  /// One of `found`, or nothing after an error.
  template <class T>
  const T* OnlyOne(const std::vector<const T*>& found, std::string_view text, std::string_view what,
                   const document::SourceLocation& where, const std::string& field) {
    if (found.size() <= 1) return found.empty() ? nullptr : found[0];
    diagnostics_.Error(where, field, fmt::format("{} '{}' is ambiguous", what, text),
                       fmt::format("write {}", Places(found)));
    return nullptr;
  }

  /// A workload by its name, or by the name of the Service in front of it.
  std::optional<Party> Workload(std::string_view text, const document::SourceLocation& where,
                                const std::string& field) {
    const auto workloads = Named(workloads_, text);
    if (!workloads.empty()) {
      const cluster::Workload* workload = OnlyOne(workloads, text, "workload", where, field);
      return workload == nullptr ? std::nullopt : std::optional(PartyOf(*workload, where));
    }
    const auto services = Named(services_, text);
    if (services.size() == 1 && !services[0]->selector.empty()) {
      std::vector<const cluster::Workload*> behind;
      for (const cluster::Workload& workload : objects_.workloads) {
        if (workload.ns == services[0]->ns && Selects(services[0]->selector, workload.pod_labels)) {
          behind.push_back(&workload);
        }
      }
      if (behind.size() == 1) return PartyOf(*behind[0], where);
      if (behind.size() > 1) {
        diagnostics_.Error(where, field,
                           fmt::format("several workloads stand behind Service '{}'", text),
                           fmt::format("write {}", Places(behind)));
        return std::nullopt;
      }
    }
    std::vector<std::string> names;
    AddNames(objects_.workloads, names);
    if (complete_) {
      diagnostics_.Error(where, "",
                         fmt::format("the applications have no workload {}", document::Quote(text)),
                         document::SpellingHint(text, names));
    }
    return std::nullopt;
  }

  static bool Selects(const cluster::Labels& selector, const cluster::Labels& labels) {
    return std::all_of(selector.begin(), selector.end(), [&](const auto& wanted) {
      const auto found = labels.find(wanted.first);
      return found != labels.end() && found->second == wanted.second;
    });
  }

  /// How a target is reached: by its Service, unless `via: pod` asks for the pods' own addresses.
  enum class Via : std::uint8_t { kService, kPod };

  /// An external, if there is one of that name.
  bool Outside(std::string_view text, const document::SourceLocation& where, std::optional<Via> via,
               const Value* port, Party& party, int& number) {
    const bool any = text == "external";
    if (any && scenario_.FindExternal("") == nullptr) {
      scenario_.externals.push_back(AnyExternal(catalog_));
    }
    const ExternalSpec* external = scenario_.FindExternal(any ? "" : text);
    if (external == nullptr) return false;
    party = {Party::Kind::kExternal, "", external->name, where};
    number = external->port;
    if (port != nullptr && port->text() != std::to_string(number)) {
      diagnostics_.Error(*port, fmt::format("'{}' listens on port {}", text, number),
                         "externals: {NAME: {port: ...}} says so");
    }
    if (via) {
      diagnostics_.Error(where, "", fmt::format("'{}' is outside of the cluster", text),
                         "via: is for Services and pods");
    }
    return true;
  }

  /// A Service, a workload by pod address, or an external, with its port.
  bool Target(std::string_view text, const document::SourceLocation& where,
              const std::string& field, std::optional<Via> via, const Value* port, Party& party,
              int& number) {
    if (Outside(text, where, via, port, party, number)) return true;
    if (via.value_or(Via::kService) == Via::kService) {
      const auto services = Named(services_, text);
      if (!services.empty()) {
        const cluster::Service* service = OnlyOne(services, text, "Service", where, field);
        if (service == nullptr) return false;
        party = PartyOf(*service, where);
        return Port(port, service->ports, "Service", text, where, field, number);
      }
    }
    const auto workloads = Named(workloads_, text);
    if (via == Via::kService || workloads.empty()) {
      std::vector<std::string> names;
      AddNames(objects_.services, names);
      if (via != Via::kService) AddNames(objects_.workloads, names);
      if (!via) AddNames(scenario_.externals, names);
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
      if (complete_) {
        diagnostics_.Error(
            where, "",
            fmt::format("the applications have no {} {}", via == Via::kPod ? "workload" : "Service",
                        document::Quote(text)),
            document::SpellingHint(text, names));
      }
      return false;
    }
    const cluster::Workload* workload = OnlyOne(workloads, text, "workload", where, field);
    if (workload == nullptr) return false;
    party = PartyOf(*workload, where);
    return Port(port, workload->ports, "workload", text, where, field, number);
  }

  /// The first port, or the one that `value` names or numbers.
  template <class P>
  bool Port(const Value* value, const std::vector<P>& ports, std::string_view what,
            std::string_view name, const document::SourceLocation& where, const std::string& field,
            int& number) {
    if (ports.empty()) {
      diagnostics_.Error(where, field, fmt::format("{} '{}' has no port", what, name));
      return false;
    }
    if (value == nullptr) {
      number = ports[0].port;
      return true;
    }
    std::vector<std::string> known;
    for (const P& port : ports) {
      if (value->text() == port.name || value->text() == std::to_string(port.port)) {
        number = port.port;
        return true;
      }
      known.push_back(port.name.empty() ? std::to_string(port.port)
                                        : fmt::format("{} ({})", port.port, port.name));
    }
    diagnostics_.Error(
        *value, fmt::format("{} '{}' has no port {}", what, name, document::Quote(value->text())),
        fmt::format("known: {}", fmt::join(known, ", ")));
    return false;
  }

  // Sections.

  void ReadWork(const Value* work) {
    for (const cluster::Workload& workload : objects_.workloads) {
      ServiceTime time{catalog_.workload.service_time, catalog_.workload.service_cv,
                       /*exponential=*/false, /*assumed=*/true};
      scenario_.work.emplace_back(PartyOf(workload, workload.where), time);
    }
    if (work == nullptr) return;
    if (!work->is_map()) {
      diagnostics_.Error(
          *work,
          fmt::format("found {}, expected a map of workloads to service times", work->Describe()),
          "for instance {frontend: 2ms}");
      return;
    }
    for (const document::Member& member : work->members()) {
      const std::optional<Party> party = Workload(member.key, member.key_where(), "work");
      const std::optional<ServiceTime> time = ReadServiceTime(member.value, diagnostics_);
      if (!party || !time) continue;
      for (auto& [known, known_time] : scenario_.work) {
        if (known == *party) known_time = *time;
      }
    }
  }

  void ReadCalls(const Value* calls) {
    if (calls == nullptr) {
      CallsFromEnvironment();
      return;
    }
    if (!calls->is_map()) {
      diagnostics_.Error(
          *calls,
          fmt::format("found {}, expected a map of callers to what they call", calls->Describe()),
          "for instance {frontend: {cart: {per_request: 1}}}");
      return;
    }
    for (const document::Member& caller : calls->members()) {
      const std::optional<Party> from = Workload(caller.key, caller.key_where(), "calls");
      if (!caller.value.is_map()) {
        diagnostics_.Error(caller.value,
                           fmt::format("found {}, expected a map of the Services that it calls",
                                       caller.value.Describe()),
                           "for instance {cart: {per_request: 1}}");
        continue;
      }
      for (const document::Member& callee : caller.value.members())
        ReadCall(from, callee, caller.value.path());
    }
  }

  void ReadCall(const std::optional<Party>& from, const document::Member& callee,
                const std::string& field) {
    CallSpec call;
    call.where = callee.key_where();
    call.request = kDefaultRequest;
    call.response = kDefaultResponse;
    const Value* port = nullptr;
    std::optional<Via> via;
    // `cart:` with nothing behind it is a call with every default.
    if (!callee.value.is_null()) {
      ObjectReader reader(callee.value, diagnostics_, UnknownKeys::kError);
      call.per_request = reader.Number("per_request", 0, 1000).value_or(1);
      call.parallel = reader.Boolean("parallel").value_or(false);
      call.request = reader.Size("request").value_or(kDefaultRequest);
      call.response = reader.Size("response").value_or(kDefaultResponse);
      call.reuse_connection = ReadConnection(reader);
      call.http = ReadHttp(reader);
      call.lookup = ReadLookup(reader);
      port = reader.Get("port");
      via = ReadVia(reader);
      reader.Finish();
    }
    if (!Target(callee.key, callee.key_where(), field, via, port, call.to, call.port) || !from)
      return;
    call.from = *from;
    scenario_.calls.push_back(std::move(call));
  }

  static bool ReadConnection(ObjectReader& reader) {
    return reader.Choice<bool>("connection", {{"reuse", true}, {"per_call", false}}).value_or(true);
  }
  static std::optional<Via> ReadVia(ObjectReader& reader) {
    return reader.Choice<Via>("via", {{"service", Via::kService}, {"pod", Via::kPod}});
  }

  /// A name to look up in place of the target's own, or `none`.
  std::optional<std::string> ReadLookup(ObjectReader& reader) {
    const std::optional<std::string> text = reader.String("lookup");
    if (!text) return std::nullopt;
    const bool good = !text->empty() && !text->starts_with('.') &&
                      text->find("..") == std::string::npos &&
                      std::all_of(text->begin(), text->end(), [](char c) {
                        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' ||
                               c == '.' || c == '_';
                      });
    if (!good) {
      diagnostics_.Error(
          *reader.Get("lookup"),
          fmt::format("found {}, expected a DNS name or none", reader.Get("lookup")->Describe()),
          "for instance cart.shop, or payments.example.com. (full, with its dot)");
      return std::nullopt;
    }
    return text;
  }

  std::optional<HttpRequest> ReadHttp(ObjectReader& reader) {
    const Value* value = reader.Get("http");
    const std::optional<std::string> text = reader.String("http");
    if (!text) return std::nullopt;
    const std::size_t space = text->find(' ');
    if (space != std::string::npos) {
      HttpRequest request{text->substr(0, space), text->substr(space + 1)};
      const bool method =
          std::find(std::begin(kMethods), std::end(kMethods), request.method) != std::end(kMethods);
      if (method && request.path.starts_with("/")) return request;
    }
    diagnostics_.Error(*value,
                       fmt::format("found {}, expected a method and a path", value->Describe()),
                       "for instance GET /api/v1/products");
    return std::nullopt;
  }

  /// Every `NAME=service:port` of a workload's environment is one call a request.
  void CallsFromEnvironment() {
    for (const cluster::Workload& workload : objects_.workloads) {
      for (const cluster::ServiceEdge& edge : workload.edges) {
        CallSpec call;
        call.from = PartyOf(workload, workload.where);
        call.where = edge.where;
        call.request = kDefaultRequest;
        call.response = kDefaultResponse;
        const cluster::Service* service = Exactly(services_, edge.service_ns, edge.service);
        if (service == nullptr) continue;
        call.to = PartyOf(*service, edge.where);
        call.port = edge.port;
        const bool known =
            std::any_of(service->ports.begin(), service->ports.end(),
                        [&](const cluster::ServicePort& port) { return port.port == edge.port; });
        if (!known) {
          diagnostics_.Warning(
              edge.where, "",
              fmt::format("{} names port {} of Service '{}', which has none: no call is made of it",
                          edge.variable, edge.port, service->ToString()));
          continue;
        }
        scenario_.calls.push_back(std::move(call));
      }
    }
    if (!scenario_.calls.empty() && !scenario_.standard_workload) {
      diagnostics_.Note(
          scenario_.calls[0].where, "",
          fmt::format(
              "no calls are given: {} are taken from the environment of the workloads, each once "
              "a request",
              scenario_.calls.size()));
    }
  }

  void ReadSources(const Value* traffic) {
    if (traffic == nullptr) {
      DefaultTraffic();
      return;
    }
    if (!traffic->is_sequence() || traffic->items().empty()) {
      diagnostics_.Error(*traffic,
                         fmt::format("found {}, expected a sequence of sources of load",
                                     traffic->is_sequence() ? "nothing" : traffic->Describe()),
                         "for instance - {from: external, to: frontend, rate: 100/s}");
      return;
    }
    for (const Value& item : traffic->items()) ReadSource(item);
  }

  void ReadSource(const Value& value) {
    TrafficSpec spec;
    spec.where = value.where();
    ObjectReader reader(value, diagnostics_, UnknownKeys::kError);
    if (!reader.valid()) {
      reader.Finish();
      return;
    }
    spec.kind = reader
                    .Choice<TrafficKind>("kind", {{"open_loop", TrafficKind::kOpenLoop},
                                                  {"rr", TrafficKind::kRr},
                                                  {"crr", TrafficKind::kCrr},
                                                  {"stream", TrafficKind::kStream}})
                    .value_or(TrafficKind::kOpenLoop);
    spec.name = reader.String("name").value_or("");
    const bool open = spec.kind == TrafficKind::kOpenLoop;
    const Value* from = reader.Require("from");
    const Value* to = reader.Require("to");
    const Value* port = reader.Get("port");
    const std::optional<Via> via = ReadVia(reader);
    if (open) {
      ReadOpenLoop(reader, spec);
    } else {
      ReadBenchmark(reader, spec);
    }
    spec.http = ReadHttp(reader);
    // A key of the other kind gets the general message; its own would need a list of each.
    reader.Finish();
    if (from == nullptr || to == nullptr) return;
    if (!ReadEnds(*from, *to, via, port, spec)) return;
    scenario_.traffic.push_back(std::move(spec));
  }

  void ReadOpenLoop(ObjectReader& reader, TrafficSpec& spec) {
    spec.rate = reader.PerSecond("rate").value_or(kDefaultRate);
    if (spec.rate <= 0 || spec.rate > kMostRate) {
      diagnostics_.Error(*reader.Get("rate"), "found a rate outside of 0/s to 100000000/s");
    }
    spec.arrivals = reader
                        .Choice<Arrivals>("arrivals", {{"poisson", Arrivals::kPoisson},
                                                       {"constant", Arrivals::kConstant},
                                                       {"bursty", Arrivals::kBursty}})
                        .value_or(Arrivals::kPoisson);
    const Value* burst = reader.Get("burst");
    spec.burst =
        reader.Number("burst", 1, 1e6).value_or(spec.arrivals == Arrivals::kBursty ? 10 : 1);
    if (burst != nullptr && spec.arrivals != Arrivals::kBursty) {
      diagnostics_.Error(*burst, "burst needs 'arrivals: bursty'");
    }
    spec.request = reader.Size("request").value_or(kDefaultRequest);
    spec.response = reader.Size("response").value_or(kDefaultResponse);
    spec.reuse_connection = ReadConnection(reader);
    spec.lookup = ReadLookup(reader);
  }

  static void ReadBenchmark(ObjectReader& reader, TrafficSpec& spec) {
    spec.connections = static_cast<int>(reader.Integer("connections", 1, 1'000'000).value_or(1));
    spec.same_node = reader.Boolean("same_node").value_or(false);
    spec.reuse_connection = spec.kind != TrafficKind::kCrr;
    if (spec.kind == TrafficKind::kStream) {
      spec.request = reader.Size("message").value_or(Bytes(64 * 1024));
      return;
    }
    spec.request = reader.Size("request").value_or(kDefaultRrMessage);
    spec.response = reader.Size("response").value_or(kDefaultRrMessage);
  }

  bool ReadEnds(const Value& from, const Value& to, std::optional<Via> via, const Value* port,
                TrafficSpec& spec) {
    bool good = true;
    if (from.text() == "external") {
      spec.from.where = from.where();
      if (spec.kind != TrafficKind::kOpenLoop) {
        diagnostics_.Error(from, "rr, crr and stream run between pods, not from outside");
        good = false;
      }
    } else if (const auto party = Workload(from.text(), from.where(), from.path())) {
      spec.from = *party;
    } else {
      good = false;
    }
    if (!Target(to.text(), to.where(), to.path(), via, port, spec.to, spec.port)) return false;
    return CheckOutside(spec, from, to) && good && CheckReachable(spec, to);
  }

  bool CheckOutside(const TrafficSpec& spec, const Value& from, const Value& to) {
    if (spec.to.kind != Party::Kind::kExternal) return true;
    if (from.text() == "external") {
      diagnostics_.Error(to, "traffic from outside to the outside never meets the cluster");
      return false;
    }
    if (spec.kind != TrafficKind::kOpenLoop) {
      diagnostics_.Error(to, "rr, crr and stream run between pods, not to the outside");
      return false;
    }
    return true;
  }

  /// From outside only a Service with a door to the outside can be reached.
  bool CheckReachable(const TrafficSpec& spec, const Value& to) {
    if (spec.from.kind != Party::Kind::kExternal) return true;
    if (spec.to.kind == Party::Kind::kService) {
      const cluster::Service* service = Exactly(services_, spec.to.ns, spec.to.name);
      if (service->type == cluster::ServiceType::kLoadBalancer ||
          service->type == cluster::ServiceType::kNodePort) {
        return true;
      }
    }
    diagnostics_.Error(to,
                       fmt::format("{} cannot be reached from outside", document::Quote(to.text())),
                       "it needs a Service of type LoadBalancer or NodePort");
    return false;
  }

  void DefaultTraffic() {
    const auto open = [](const cluster::Service& service) {
      return (service.type == cluster::ServiceType::kLoadBalancer ||
              service.type == cluster::ServiceType::kNodePort) &&
             !service.ports.empty();
    };
    const auto found = std::find_if(objects_.services.begin(), objects_.services.end(), open);
    if (found == objects_.services.end()) {
      // The Service may stand in a manifest that could not be read.
      if (diagnostics_.has_errors()) return;
      diagnostics_.Error(scenario_.configurations.empty()
                             ? document::SourceLocation{scenario_.path, 0, 0}
                             : document::SourceLocation{scenario_.path, 1, 1},
                         "", "no traffic is given, and no Service is open to the outside",
                         "for instance traffic: [{from: frontend, to: cart, rate: 100/s}]");
      return;
    }
    TrafficSpec spec;
    spec.where = {scenario_.path, 0, 0};
    spec.to = PartyOf(*found, found->where);
    spec.port = found->ports[0].port;
    spec.rate = kDefaultRate;
    spec.request = kDefaultRequest;
    spec.response = kDefaultResponse;
    scenario_.traffic.push_back(spec);
    if (!scenario_.standard_workload) {
      diagnostics_.Note(spec.where, "",
                        fmt::format("no traffic is given: {}/s from outside to {}", kDefaultRate,
                                    spec.to.ToString()));
    }
  }

  void ReadBackground(const Value* background) {
    if (background == nullptr) return;
    scenario_.background.where = background->where();
    ObjectReader reader(*background, diagnostics_, UnknownKeys::kError);
    scenario_.background.services =
        static_cast<int>(reader.Integer("services", 0, 1'000'000).value_or(0));
    scenario_.background.endpoints_per_service =
        static_cast<int>(reader.Integer("endpoints_per_service", 0, 10'000).value_or(1));
    scenario_.background.node_rules =
        static_cast<int>(reader.Integer("node_rules", 0, 1'000'000).value_or(0));
    reader.Finish();
  }

  void ReadChurn(const Value* list) {
    if (list == nullptr) return;
    for (const Value& item : list->items()) {
      ObjectReader reader(item, diagnostics_, UnknownKeys::kError);
      ChurnSpec churn;
      churn.where = item.where();
      const Value* service = reader.Require("service");
      churn.at = reader.RequireDuration("at").value_or(SimTime());
      churn.pods = static_cast<int>(reader.Integer("pods", 1, 10'000).value_or(1));
      churn.every = reader.Duration("every").value_or(SimTime());
      churn.times = static_cast<int>(reader.Integer("times", 1, 10'000).value_or(1));
      churn.grace = reader.Duration("grace").value_or(SimTime());
      reader.Finish();
      if (service == nullptr) continue;
      if (churn.times > 1 && churn.every <= SimTime()) {
        reader.Error("several rounds need the time between them", "add every: 1s");
        continue;
      }
      int port = 0;
      if (!Target(service->text(), service->where(), "churn", Via::kService, nullptr, churn.service,
                  port)) {
        continue;
      }
      scenario_.churn.push_back(std::move(churn));
    }
  }

  // A request must end: calls may not come back to a workload that waits for them.

  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

  struct BackEdge : boost::default_dfs_visitor {
    std::optional<std::pair<std::size_t, std::size_t>>* found;
    template <class Edge, class G>
    void back_edge(Edge edge, const G& graph) const {
      if (!*found) *found = {boost::source(edge, graph), boost::target(edge, graph)};
    }
  };

  void CheckCycles() {
    Graph graph(objects_.workloads.size());
    const auto index = [&](const cluster::Workload& workload) {
      return static_cast<std::size_t>(&workload - objects_.workloads.data());
    };
    for (const CallSpec& call : scenario_.calls) {
      const cluster::Workload* from = Exactly(workloads_, call.from.ns, call.from.name);
      for (const cluster::Workload* to : Behind(call.to)) {
        boost::add_edge(index(*from), index(*to), graph);
      }
    }
    std::optional<std::pair<std::size_t, std::size_t>> found;
    BackEdge visitor;
    visitor.found = &found;
    boost::depth_first_search(graph, boost::visitor(visitor));
    if (!found) return;
    const cluster::Workload& from = objects_.workloads[found->first];
    const cluster::Workload& to = objects_.workloads[found->second];
    for (const CallSpec& call : scenario_.calls) {
      if (call.from.ns != from.ns || call.from.name != from.name) continue;
      const auto behind = Behind(call.to);
      if (std::find(behind.begin(), behind.end(), &to) == behind.end()) continue;
      diagnostics_.Error(
          call.where, "",
          fmt::format("the calls come back to {}: {} calls it while it waits for an answer",
                      to.ToString(), from.ToString()),
          "a request would never end; remove one of the calls");
      return;
    }
  }

  /// The workloads that answer, in the order of the files.
  std::vector<const cluster::Workload*> Behind(const Party& target) const {
    std::vector<const cluster::Workload*> behind;
    if (target.kind == Party::Kind::kWorkload) {
      for (const cluster::Workload* each : Named(workloads_, target.name)) {
        if (each->ns == target.ns) behind.push_back(each);
      }
      return behind;
    }
    const cluster::Service* service = Exactly(services_, target.ns, target.name);
    if (service == nullptr || service->selector.empty()) return behind;
    for (const cluster::Workload& each : objects_.workloads) {
      if (each.ns == service->ns && Selects(service->selector, each.pod_labels)) {
        behind.push_back(&each);
      }
    }
    return behind;
  }

  bool complete_ = true;
  const Catalog& catalog_;
  Scenario& scenario_;
  const cluster::Objects& objects_;
  Diagnostics& diagnostics_;
  Index<cluster::Workload> workloads_;
  Index<cluster::Service> services_;
};

}  // namespace

void ReadTraffic(const TrafficSections& sections, const Catalog& catalog, Scenario& scenario,
                 document::Diagnostics& diagnostics) {
  TrafficReader(catalog, scenario, diagnostics).Read(sections);
}

}  // namespace cnisim::scenario::internal
