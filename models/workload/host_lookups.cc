#include <cstdint>
#include <optional>
#include <utility>

#include "models/workload/host_process.h"
#include "models/workload/internal/host_events.h"
#include "models/workload/random_purposes.h"
#include "sim/base/check.h"
#include "sim/engine/turn.h"

// Names: what a call asks before it connects, as glibc's resolver does it, and what DNS servers
// make of it.

namespace cnisim::workload {
namespace {

using datapath::MessageKind;
using engine::Turn;
using namespace internal;

constexpr std::uint8_t Bit(std::uint32_t type) { return static_cast<std::uint8_t>(1U << type); }

}  // namespace

// ---- The resolver of a client ------------------------------------------------------------------

// Core time of what a call that has just begun does first.
double HostProcess::FirstDemand(Turn& turn, std::uint32_t slot) {
  ClientCall& client = ClientAt(slot);
  const bool asks = client.opens && !external() && model_.edges[CallAt(slot).edge].lookup != kNone;
  if (!asks) return SendDemand(turn, slot);
  const std::uint32_t caller =
      client.job == kNone ? generators_[client.generator].pod : pods_[jobs_[client.job].pod].pod;
  const Pod& pod = pods_[context_.local_pod(caller)];
  if (pod.addresses && pod.addresses->Has(turn.now(), model_.edges[CallAt(slot).edge].lookup)) {
    return SendDemand(turn, slot);
  }
  client.lookup = lookups_.Allocate();
  Lookup& lookup = lookups_[client.lookup];
  lookup = {};
  lookup.call = slot;
  lookup.pod = caller;
  lookup.on_core = true;
  return PrepareQueries(turn, client.lookup);
}

const LookupModel& HostProcess::ModelOf(const Lookup& lookup) const {
  return model_.dns.lookups[model_.edges[CallAt(lookup.call).edge].lookup];
}

// A socket, and on it a query for each type of record that is not known yet.
double HostProcess::PrepareQueries(Turn& turn, std::uint32_t index) {
  Lookup& lookup = lookups_[index];
  const LookupModel& model = ModelOf(lookup);
  const std::uint32_t key = CallKey(CallAt(lookup.call).key, model.edge, lookup.sockets++);
  const std::uint32_t backend = model_.edges[model.edge].own_node ? host_ : kNone;
  bool opens = true;
  double demand = 0;
  for (std::uint32_t type = 0; type < model_.dns.types; ++type) {
    if ((lookup.known & Bit(type)) != 0) continue;
    const std::uint32_t slot = Begin(turn, {host_, lookup.pod, model.edge, backend}, key, !opens);
    Call& call = CallAt(slot);
    // Where it goes is the socket's matter; its luck is its own.
    call.key = CallKey(key, model.edge, type);
    call.question = DnsQuestion(model.names[lookup.number], type);
    ClientCall& query = ClientAt(slot);
    query.lookup = index;
    query.is_query = true;
    query.query_type = static_cast<std::uint8_t>(type);
    lookup.queries[type] = slot;
    lookup.under_way = static_cast<std::uint8_t>(lookup.under_way | Bit(type));
    lookup.unsent = static_cast<std::uint8_t>(lookup.unsent | Bit(type));
    ++lookup.sent;
    demand += SendDemand(turn, slot);
    opens = false;
  }
  return demand;
}

void HostProcess::SendQueries(Turn& turn, std::uint32_t slot) {
  const std::uint32_t index = ClientAt(slot).lookup;
  Lookup& lookup = lookups_[index];
  lookup.on_core = false;
  const std::uint8_t unsent = std::exchange(lookup.unsent, std::uint8_t{0});
  bool has_entry = true;
  for (std::uint32_t type = 0; type < model_.dns.types; ++type) {
    if ((unsent & Bit(type)) == 0) continue;
    const std::uint32_t query = lookup.queries[type];
    if ((lookup.under_way & Bit(type)) == 0) {  // its time was over before a core was free
      Release(turn, query);
      continue;
    }
    // Where the table has no room for the first datagram, the second opens the flow in its turn.
    const bool opens = ClientAt(query).opens || !has_entry;
    ClientAt(query).opens = opens;
    if (!opens && LosesRace(CallAt(query))) {
      CallAt(query).sent = turn.now();
      Lose(turn, {host_, query}, MessageKind::kRequest, DropReason::kConntrackRace);
      continue;
    }
    Launch(turn, {host_, query}, opens ? MessageKind::kRequestFirst : MessageKind::kRequest);
    has_entry = !opens || (CallAt(query).tracked & 1U) != 0;
  }
  if (lookup.under_way == 0) AdvanceLookup(turn, index, 0);
}

// The entry of the socket's flow is made twice at once, and one of the two datagrams with it is
// lost.
bool HostProcess::LosesRace(const Call& query) const {
  if (model_.dns.race == 0 || context_.plan(query.plan).conntrack_entries[0] == 0) return false;
  return context_.Stream(query.key, Purpose::kRace).Uniform() < model_.dns.race;
}

// A query has its outcome: an answer, whatever it says, or none in time.
void HostProcess::QueryEnded(Turn& turn, const ClientCall& query, Outcome outcome, double read_ns) {
  Lookup& lookup = lookups_[query.lookup];
  const std::uint8_t bit = Bit(query.query_type);
  lookup.under_way = static_cast<std::uint8_t>(lookup.under_way & ~bit);
  if (outcome == kServed) lookup.known = static_cast<std::uint8_t>(lookup.known | bit);
  if (lookup.under_way == 0 && !lookup.on_core) {
    AdvanceLookup(turn, query.lookup, read_ns);
  } else if (read_ns > 0) {  // it reads the first answer while it waits for the second
    task_network_ += Nanoseconds(read_ns).Round();
    Submit(turn, TaskKind::kBurn, 0, read_ns);
  }
}

// Nothing is under way: the same name again, the next one, or the end.
void HostProcess::AdvanceLookup(Turn& turn, std::uint32_t index, double read_ns) {
  Lookup& lookup = lookups_[index];
  const LookupModel& model = ModelOf(lookup);
  const bool answered = lookup.known + 1U == 1U << model_.dns.types;
  if (!answered) {
    if (++lookup.attempt >= model_.dns.attempts) {
      FailLookup(turn, index, read_ns);
      return;
    }
  } else if (model_.dns.names[model.names[lookup.number]].exists) {
    FinishLookup(turn, index, read_ns);
    return;
  } else {
    if (++lookup.number == model.names.size()) {
      FailLookup(turn, index, read_ns);
      return;
    }
    lookup.attempt = 0;
    lookup.known = 0;
  }
  lookup.on_core = true;
  const double demand = read_ns + PrepareQueries(turn, index);
  task_network_ += Nanoseconds(demand).Round();
  Submit(turn, TaskKind::kSend, lookup.call, demand);
}

// The address is known: the call goes on as if it had known it from the beginning.
void HostProcess::FinishLookup(Turn& turn, std::uint32_t index, double read_ns) {
  const std::uint32_t slot = lookups_[index].call;
  CountLookup(turn.now(), lookups_[index]);
  if (ClientAt(slot).measured) {
    stats_[CallAt(slot).edge].latency_lookup.Record((turn.now() - ClientAt(slot).begun).nanos());
  }
  if (std::optional<DnsCache>& kept = pods_[context_.local_pod(lookups_[index].pod)].addresses) {
    kept->Keep(turn.now() + model_.dns.client_ttl, model_.edges[CallAt(slot).edge].lookup);
  }
  ForgetLookup(slot);
  const double demand = read_ns + SendDemand(turn, slot);
  task_network_ += Nanoseconds(demand).Round();
  Submit(turn, TaskKind::kSend, slot, demand);
}

void HostProcess::FailLookup(Turn& turn, std::uint32_t index, double read_ns) {
  const std::uint32_t slot = lookups_[index].call;
  CountLookup(turn.now(), lookups_[index]);
  ForgetLookup(slot);
  if (ClientAt(slot).job == kNone && read_ns > 0) {
    task_network_ += Nanoseconds(read_ns).Round();
    Submit(turn, TaskKind::kBurn, 0, read_ns);
  }
  EndCall(turn, slot, FailedBy(FailureReason::kLookup), read_ns, Ending::kAborted);
  Release(turn, slot);
}

// The call's patience has ended.  Queries that were sent come home by themselves; those that wait
// for a core go when it is their turn (DropQueries()).
void HostProcess::AbandonLookup(SimTime now, std::uint32_t slot) {
  Lookup& lookup = lookups_[ClientAt(slot).lookup];
  for (std::uint32_t type = 0; type < model_.dns.types; ++type) {
    if ((lookup.under_way & Bit(type)) == 0) continue;
    const std::uint32_t query = lookup.queries[type];
    ClientAt(query).live = false;
    Record(now, query, FailedBy(FailureReason::kTimeout));
  }
  CountLookup(now, lookup);
  if (!lookup.on_core) ForgetLookup(slot);
}

// Queries whose call has ended before a core was free to send them.
void HostProcess::DropQueries(Turn& turn, std::uint32_t slot) {
  if (ClientAt(slot).lookup == kNone) return;
  const Lookup& lookup = lookups_[ClientAt(slot).lookup];
  for (std::uint32_t type = 0; type < model_.dns.types; ++type) {
    if ((lookup.unsent & Bit(type)) != 0) Release(turn, lookup.queries[type]);
  }
  ForgetLookup(slot);
}

void HostProcess::ForgetLookup(std::uint32_t slot) {
  lookups_.Free(std::exchange(ClientAt(slot).lookup, kNone));
}

void HostProcess::CountLookup(SimTime now, const Lookup& lookup) {
  if (!ClientAt(lookup.call).measured) return;
  EdgeStats& stats = stats_[CallAt(lookup.call).edge];
  ++stats.lookups;
  stats.queries += lookup.sent;
  stats.lookup_time += now - ClientAt(lookup.call).begun;
}

// ---- DNS servers -------------------------------------------------------------------------------

// The server has the answer to a question that it was asked.
bool HostProcess::KnowsAnswer(SimTime now, const Pod& pod, std::uint32_t question) const {
  CNISIM_CHECK(question != kNone, "who calls a DNS server asks something");
  const DnsServerModel& server =
      model_.dns.servers[model_.applications[pod.application].dns_server];
  const bool own = server.knows_cluster && model_.dns.names[NameOf(question)].in_cluster;
  return own || pod.cache->Has(now, question);
}

void HostProcess::KeepAnswer(SimTime now, Pod& pod, std::uint32_t question) {
  const DnsServerModel& server =
      model_.dns.servers[model_.applications[pod.application].dns_server];
  const bool found = model_.dns.names[NameOf(question)].exists;
  pod.cache->Keep(now + (found ? server.found_ttl : server.missing_ttl), question);
}

// The server's thread has handed a question on; the answer comes when it comes.
void HostProcess::AskUpstream(Turn& turn, CallHandle request) {
  Call& call = context_.call(request);
  const std::uint32_t application = pods_[context_.local_pod(call.server_pod)].application;
  RandomStream stream = context_.Stream(call.key, Purpose::kUpstream);
  const SimTime wait = context_.upstream(model_.applications[application].dns_server).Draw(stream);
  call.app_ns += wait.nanos();
  turn.Schedule(turn.now() + wait, kUpstreamAnswer, request.Pack());
}

void HostProcess::UpstreamAnswered(Turn& turn, CallHandle request) {
  const Call& call = context_.call(request);
  KeepAnswer(turn.now(), pods_[context_.local_pod(call.server_pod)], call.question);
  Launch(turn, request, MessageKind::kReply);
}

}  // namespace cnisim::workload
