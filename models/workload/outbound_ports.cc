#include "models/workload/outbound_ports.h"

namespace cnisim::workload {

OutboundPorts::OutboundPorts(const OutboundModel& model, std::uint32_t destinations, Place place)
    : masquerade_(destinations, model.masquerade_ports, 0, model.masquerade_holds),
      azure_(destinations, model.ports, model.connections, model.holds),
      azure_bit_(place == Place::kNode ? kAzure : kGateway),
      masquerades_(place == Place::kNode),
      translates_(model.kind == (place == Place::kNode ? OutboundKind::kLoadBalancer
                                                       : OutboundKind::kNatGateway)) {}

bool OutboundPorts::Take(SimTime now, std::uint32_t destination, Call& call) {
  const auto take = [&](PortTable& table, unsigned bit) {
    if ((call.ports & bit) != 0) return true;  // a repeated SYN
    if (!table.Take(now, destination)) {
      tally_.Drop(now);
      return false;
    }
    call.ports = (call.ports | bit) & 0x7U;
    return true;
  };
  if (masquerades_ && !take(masquerade_, kMasquerade)) return false;
  if (translates_ && !take(azure_, azure_bit_)) return false;
  tally_.Serve(SimTime());
  return true;
}

void OutboundPorts::Release(SimTime now, std::uint32_t destination, PortEnd end, Call& call) {
  const auto release = [&](PortTable& table, unsigned bit) {
    if ((call.ports & bit) == 0) return;
    table.Release(now, destination, end);
    call.ports = call.ports & ~bit & 0x7U;
  };
  if (masquerades_) release(masquerade_, kMasquerade);
  if (translates_) release(azure_, azure_bit_);
}

void OutboundPorts::BeginMeasurement(SimTime now) {
  masquerade_.ResetStatistics(now);
  azure_.ResetStatistics(now);
  const SimTime first_drop = tally_.first_drop;
  tally_ = {};
  tally_.first_drop = first_drop;
}

PortTable::Use OutboundPorts::MostUsed() const {
  const PortTable::Use own = masquerade_.MostUsed();
  const PortTable::Use azure = azure_.MostUsed();
  if (!translates_) return masquerades_ ? own : PortTable::Use{};
  return masquerades_ && own.share() > azure.share() ? own : azure;
}

}  // namespace cnisim::workload
