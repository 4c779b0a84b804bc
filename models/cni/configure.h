#pragma once

/// @file
/// Turns a cluster's flags and its CNI's own files into one CniConfiguration: decides which profile
/// of the catalog applies, reads the CNI's files, and checks one against the other.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/azure/limits.h"
#include "models/cni/az_settings.h"
#include "models/cni/cilium_values.h"
#include "models/cni/cni_configuration.h"
#include "models/cni/kube_proxy_config.h"
#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/document/value.h"

namespace cnisim::cni {

/// Roots of one file's documents and the place that names the file.
struct FileObjects {
  std::vector<const document::Value*> objects;
  document::SourceLocation where;
};

/// Everything that describes the network of one configuration.  At most one of cilium, calico,
/// flannel and catalog_cni.
struct CniSources {
  AzSettings az;
  std::optional<CiliumRelease> cilium;
  std::optional<FileObjects> calico;
  std::optional<FileObjects> flannel;
  std::optional<KubeProxyConfiguration> kube_proxy;
  std::string catalog_cni;         ///< a profile of the catalog by name, for a CNI of one's own
  datapath::Switches switches;     ///< set by hand; they win over everything
  document::SourceLocation where;  ///< of the configuration
};

/// What `sources` amount to.  Errors (a cluster without any CNI, combinations that AKS refuses) and
/// warnings (kube-proxy beside its replacement, no --pod-cidr) go to `diagnostics`; the result is
/// usable for further checks even after an error.
CniConfiguration Configure(const CniSources& sources, const azure::Limits& limits,
                           document::Diagnostics& diagnostics);

}  // namespace cnisim::cni
