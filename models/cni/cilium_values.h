#pragma once

/// @file
/// Reads the Helm values of Cilium's own chart, for a cluster made with `--network-plugin none`.

#include <string>
#include <vector>

#include "models/cni/cni_configuration.h"
#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/document/value.h"

namespace cnisim::cni {

/// What was handed to `helm install`.
struct CiliumRelease {
  std::vector<const document::Value*> values;  ///< roots of the values files, in order
  const document::Value* set = nullptr;  ///< `--set`, see HelmValues::AddSettings(); may be null
  std::string chart;                     ///< chart version, "1.15.0"; empty: the newest known
  document::SourceLocation where;        ///< of the release in the scenario
  document::SourceLocation chart_where;  ///< of `chart`; no place when it is empty
};

/// Fills profile, switches, pod addresses, limits and version of `configuration`.
/// Checks what the chart itself refuses, and names keys that it never had or has no more.
void ReadCiliumRelease(const CiliumRelease& release, CniConfiguration& configuration,
                       document::Diagnostics& diagnostics);

}  // namespace cnisim::cni
