#include "models/cluster/internal/fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "models/document/quantities.h"
#include "models/document/spelling.h"

namespace cnisim::cluster::internal {

using document::Diagnostics;
using document::ObjectReader;
using document::Quote;
using document::UnknownKeys;
using document::Value;

namespace {

// A Kubernetes quantity ("100m", "0.5", "128Mi", "1e3"); negative ones are none.
std::optional<double> ParseKubernetesQuantity(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 15> kSuffixes = {{
      {"Ki", 1024.0},
      {"Mi", 1048576.0},
      {"Gi", 1073741824.0},
      {"Ti", 1099511627776.0},
      {"Pi", 1125899906842624.0},
      {"Ei", 1152921504606846976.0},
      {"n", 1e-9},
      {"u", 1e-6},
      {"m", 1e-3},
      {"k", 1e3},
      {"M", 1e6},
      {"G", 1e9},
      {"T", 1e12},
      {"P", 1e15},
      {"E", 1e18},
  }};
  double factor = 1;
  for (const auto& [suffix, value] : kSuffixes) {
    if (!text.ends_with(suffix)) continue;
    factor = value;
    text.remove_suffix(suffix.size());
    break;
  }
  const std::optional<double> number = document::ParseNumber(text);
  if (!number || *number < 0 || *number * factor > 9e18) return std::nullopt;
  return *number * factor;
}

}  // namespace

std::string Owner(const ManifestObject& object) {
  const Value* owners = object.value->At({"metadata", "ownerReferences"});
  if (owners == nullptr) return {};
  for (const Value& owner : owners->items()) {
    const Value* kind = owner.Find("kind");
    const Value* name = owner.Find("name");
    if (kind != nullptr && name != nullptr) {
      return std::string(kind->text()) + ' ' + object.ns + '/' + std::string(name->text());
    }
  }
  return {};
}

Labels ReadHead(ObjectReader& reader) {
  reader.Ignore("apiVersion");
  reader.Ignore("kind");
  const Value* metadata = reader.Map("metadata");
  if (metadata == nullptr) return {};
  ObjectReader head(*metadata, reader.diagnostics(), UnknownKeys::kNotModelled);
  head.Ignore("name");
  head.Ignore("namespace");
  head.Ignore("ownerReferences");
  Labels labels;
  if (const Value* value = head.Map("labels")) labels = ReadLabels(*value, reader.diagnostics());
  head.Finish();
  return labels;
}

void CheckName(const ManifestObject& object, NameRule rule, Diagnostics& diagnostics) {
  const bool dns_label = rule == NameRule::kDnsLabel;
  const bool good = dns_label ? IsDnsLabel(object.name) : IsDnsSubdomain(object.name);
  if (good) return;
  diagnostics.Error(*object.value->At({"metadata", "name"}),
                    "expected the name of a " + object.kind + ", found " + Quote(object.name),
                    dns_label ? "a name is lower case letters, digits and '-', at most 63"
                              : "a name is lower case letters, digits, '-' and '.', at most 253");
}

std::optional<net::IpAddress> ReadAddress(const Value& value, Diagnostics& diagnostics) {
  const std::optional<net::IpAddress> address = net::IpAddress::Parse(value.text());
  if (!address) {
    diagnostics.Error(value, "expected an address such as 10.244.0.7, found " + value.Describe());
  }
  return address;
}

std::optional<net::Cidr> ReadCidr(const Value& value, Diagnostics& diagnostics) {
  const std::optional<net::Cidr> cidr = net::Cidr::Parse(value.text(), net::HostBits::kClear);
  if (!cidr) {
    diagnostics.Error(value, "expected a prefix such as 10.244.0.0/24, found " + value.Describe());
  }
  return cidr;
}

std::vector<net::Cidr> ReadCidrs(const Value* sequence, Diagnostics& diagnostics) {
  std::vector<net::Cidr> cidrs;
  if (sequence == nullptr) return cidrs;
  for (const Value& item : sequence->items()) {
    if (const auto cidr = ReadCidr(item, diagnostics)) cidrs.push_back(*cidr);
  }
  return cidrs;
}

Protocol ReadProtocol(ObjectReader& reader) {
  return reader
      .Choice<Protocol>(
          "protocol", {{"TCP", Protocol::kTcp}, {"UDP", Protocol::kUdp}, {"SCTP", Protocol::kSctp}})
      .value_or(Protocol::kTcp);
}

std::int64_t ReadQuantity(const Value* value, double scale, Diagnostics& diagnostics) {
  if (value == nullptr || value->is_null()) return 0;
  const std::optional<double> number = ParseKubernetesQuantity(value->text());
  if (!number || !value->is_scalar()) {
    diagnostics.Error(*value, "expected a Kubernetes quantity, found " + value->Describe(),
                      "write it as 250m or 0.25 (CPU), 128Mi or 1Gi (memory)");
    return 0;
  }
  return static_cast<std::int64_t>(std::min(std::ceil(*number * scale), 9e18));
}

std::string ReadIntOrPercent(ObjectReader& reader, std::string_view key) {
  const Value* value = reader.Get(key);
  if (value == nullptr) return {};
  const std::optional<std::int64_t> number = document::ParseInteger(value->text());
  const bool count = number && *number >= 0 && !value->quoted();
  if (!count && !document::ParsePercentage(value->text())) {
    reader.diagnostics().Error(*value,
                               "expected a number or a percentage, found " + value->Describe(),
                               "write it as 1 or 25%");
    return {};
  }
  return std::string(value->text());
}

}  // namespace cnisim::cluster::internal
