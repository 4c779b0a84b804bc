#pragma once

/// @file
/// Reads `dns:` of a scenario and of its configurations.

#include "models/document/diagnostics.h"
#include "models/document/value.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario.h"

namespace cnisim::scenario::internal {

/// What a pod on AKS has when nobody says anything else; not enabled.
DnsSpec DefaultDns(const Catalog& catalog);

/// What the scenario says of CoreDNS' pods, which all configurations share.
struct CoreDnsPods {
  std::optional<int> replicas;
  std::optional<double> cpu_limit;  ///< cores
};

/// `value` on top of `base`.  @param pods  nullptr: of a configuration, which cannot say that
DnsSpec ReadDns(const document::Value& value, const DnsSpec& base, const Catalog& catalog,
                CoreDnsPods* pods, document::Diagnostics& diagnostics);

/// Adds the catalog's CoreDNS, unless the scenario's own manifests have one, and sets what `pods`
/// says.
void AddCoreDns(const Catalog& catalog, const CoreDnsPods& pods, cluster::ManifestSet& manifests,
                Scenario& scenario, document::Diagnostics& diagnostics);

}  // namespace cnisim::scenario::internal
