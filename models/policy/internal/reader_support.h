#pragma once

/// @file
/// What the readers of policy objects share: values that several kinds of policies write alike.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/cluster/manifest_set.h"
#include "models/document/diagnostics.h"
#include "models/document/object_reader.h"
#include "models/document/value.h"
#include "models/policy/policy.h"

namespace cnisim::policy::internal {

/// Members of a CiliumCIDRGroup, by its name.
using CidrGroups = std::map<std::string, std::vector<net::Cidr>, std::less<>>;

/// Calico's GlobalNetworkSets and NetworkSets: labelled prefixes that selectors may find.
struct NetworkSet {
  cluster::Labels composite;  ///< its labels, and its namespace's name if it has one
  std::vector<net::Cidr> nets;
};

/// What policy objects of one set of files refer to.
struct Referred {
  CidrGroups cidr_groups;
  std::vector<NetworkSet> network_sets;
};

/// Elements of a sequence member; an error, and nothing, when there are more than `limit`.
const std::vector<document::Value>* ListOf(document::ObjectReader& reader, std::string_view key,
                                           std::size_t limit = kMaxListLength);

/// A prefix, or a bare address as the prefix of its full length.
std::optional<net::Cidr> ReadCidr(const document::Value& value, document::Diagnostics& diagnostics,
                                  bool bare_address = false);

/// "TCP", "UDP", "SCTP".
std::optional<ProtocolSet> ReadProtocol(const document::Value& value,
                                        document::Diagnostics& diagnostics);

/// A container port's name: at most 15 of a-z, 0-9 and '-', a letter among them.
bool IsPortName(std::string_view text);

/// Whole number in [min, max], from a scalar that may stand in quotes.
std::optional<std::int64_t> ParseWhole(std::string_view text, std::int64_t min, std::int64_t max);

/// Compiles a pattern within bounds of text and program; an error at `value` if that fails.
std::shared_ptr<const re2::RE2> CompilePattern(const std::string& pattern,
                                               const document::Value& value,
                                               document::Diagnostics& diagnostics);

void ReadNetworkPolicy(const cluster::ManifestObject& object, document::Diagnostics& diagnostics,
                       PolicySet& out);
void ReadCiliumPolicy(const cluster::ManifestObject& object, PolicyKind kind,
                      const Referred& referred, document::Diagnostics& diagnostics, PolicySet& out);
void ReadCalicoPolicy(const cluster::ManifestObject& object, PolicyKind kind,
                      const Referred& referred, document::Diagnostics& diagnostics, PolicySet& out);

}  // namespace cnisim::policy::internal
