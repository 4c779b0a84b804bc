#pragma once

/// @file
/// Pieces that many Kubernetes objects have: head, names, addresses, quantities.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/cluster/labels.h"
#include "models/cluster/manifest_set.h"
#include "models/cluster/objects.h"
#include "models/document/diagnostics.h"
#include "models/document/object_reader.h"
#include "models/document/value.h"
#include "models/net/cidr.h"
#include "models/net/ip_address.h"

namespace cnisim::cluster::internal {

/// Accounts for apiVersion, kind and metadata of an object; returns its labels.
Labels ReadHead(document::ObjectReader& reader);

enum class NameRule : std::uint8_t { kDnsLabel, kDnsSubdomain };
/// An error when the object's name breaks the rule of its kind.
void CheckName(const ManifestObject& object, NameRule rule, document::Diagnostics& diagnostics);

/// The owner of a pod or workload, "ReplicaSet shop/cart-6d4"; "" when it has none.
std::string Owner(const ManifestObject& object);

std::optional<net::IpAddress> ReadAddress(const document::Value& value,
                                          document::Diagnostics& diagnostics);
std::optional<net::Cidr> ReadCidr(const document::Value& value, document::Diagnostics& diagnostics);
/// A sequence of prefixes; nullptr is an empty one.
std::vector<net::Cidr> ReadCidrs(const document::Value* sequence,
                                 document::Diagnostics& diagnostics);

/// Member "protocol", TCP when absent.
Protocol ReadProtocol(document::ObjectReader& reader);

/// A Kubernetes quantity ("100m", "0.5", "128Mi") times `scale`, rounded up; 0 when absent.
std::int64_t ReadQuantity(const document::Value* value, double scale,
                          document::Diagnostics& diagnostics);

/// "1" or "25%" as it stands; "" when absent.
std::string ReadIntOrPercent(document::ObjectReader& reader, std::string_view key);

}  // namespace cnisim::cluster::internal
