#pragma once

/// @file
/// Reads kube-proxy's configuration in both its forms: the file of AKS's `--kube-proxy-config`, and
/// the upstream KubeProxyConfiguration.

#include <cstdint>
#include <string>

#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/document/value.h"

namespace cnisim::cni {

enum class KubeProxyMode : std::uint8_t { kIptables, kIpvs, kNftables };

struct KubeProxyConfiguration {
  bool enabled = true;
  KubeProxyMode mode = KubeProxyMode::kIptables;
  document::SourceLocation where;
};

KubeProxyConfiguration ReadKubeProxyConfiguration(const document::Value& root,
                                                  document::Diagnostics& diagnostics);

/// "kube-proxy-iptables": the value of the switch `service_engine`.
std::string ServiceEngineOf(KubeProxyMode mode);

}  // namespace cnisim::cni
