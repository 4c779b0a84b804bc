#include "models/scenario/internal/externals_section.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/scenario/internal/service_time.h"

namespace cnisim::scenario::internal {
namespace {

using document::ObjectReader;
using document::Value;
using namespace literals;

constexpr int kMostAddresses = 64;
// Less than a crossing of the fabric would be; nodes run ahead of each other by what is left of it.
constexpr SimTime kLeastRoundTrip = 20_us;

ExternalSpec Read(const document::Member& member, const Catalog& catalog,
                  document::Diagnostics& diagnostics) {
  ExternalSpec spec = AnyExternal(catalog);
  spec.name = member.key;
  spec.host = spec.name + ".example.com";
  spec.where = member.key_where();
  if (member.value.is_null()) return spec;
  ObjectReader reader(member.value, diagnostics, document::UnknownKeys::kError);
  spec.host = reader.String("host").value_or(spec.host);
  spec.port = static_cast<int>(reader.Integer("port", 1, 65535).value_or(spec.port));
  spec.addresses = static_cast<int>(reader.Integer("addresses", 1, kMostAddresses).value_or(1));
  if (const auto text = reader.String("address")) {
    const auto address = net::IpAddress::Parse(*text);
    if (address) {
      spec.address = *address;
    } else {
      diagnostics.Error(*reader.Get("address"), fmt::format("found {}, expected an IP address",
                                                            reader.Get("address")->Describe()));
    }
  }
  spec.rtt = reader.Duration("rtt");
  if (spec.rtt && *spec.rtt < kLeastRoundTrip) {
    diagnostics.Error(*reader.Get("rtt"), "nothing outside is nearer than 20us",
                      "for instance 20ms");
  }
  if (const Value* work = reader.Get("work")) {
    spec.work = ReadServiceTime(*work, diagnostics).value_or(spec.work);
  }
  reader.Finish();
  return spec;
}

}  // namespace

ExternalSpec AnyExternal(const Catalog& catalog) {
  ExternalSpec spec;
  spec.work = {catalog.workload.service_time, catalog.workload.service_cv,
               /*exponential=*/false, /*assumed=*/true};
  return spec;
}

std::vector<ExternalSpec> ReadExternals(const Value* externals, const Catalog& catalog,
                                        const cluster::Objects& objects,
                                        document::Diagnostics& diagnostics) {
  std::vector<ExternalSpec> specs;
  if (externals == nullptr) return specs;
  for (const document::Member& member : externals->members()) {
    const auto has_name = [&](const auto& object) { return object.name == member.key; };
    if (member.key == "external" ||
        std::any_of(objects.services.begin(), objects.services.end(), has_name) ||
        std::any_of(objects.workloads.begin(), objects.workloads.end(), has_name)) {
      diagnostics.Error(member.key_where(), "externals",
                        fmt::format("'{}' has this name already", member.key),
                        "a name outside is not that of a workload or Service, or 'external'");
      continue;
    }
    specs.push_back(Read(member, catalog, diagnostics));
  }
  return specs;
}

}  // namespace cnisim::scenario::internal
