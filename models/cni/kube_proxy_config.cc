#include "models/cni/kube_proxy_config.h"

#include "models/document/object_reader.h"

namespace cnisim::cni {

using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

KubeProxyConfiguration ReadKubeProxyConfiguration(const Value& root,
                                                  document::Diagnostics& diagnostics) {
  KubeProxyConfiguration configuration;
  configuration.where = root.where();
  ObjectReader reader(root, diagnostics, UnknownKeys::kNotModelled);
  if (root.Find("kind") != nullptr) {
    // Upstream's form has no switch to turn it off.
    reader.Ignore("apiVersion");
    reader.Ignore("kind");
    configuration.mode =
        reader
            .Choice<KubeProxyMode>("mode", {{"", KubeProxyMode::kIptables},
                                            {"iptables", KubeProxyMode::kIptables},
                                            {"ipvs", KubeProxyMode::kIpvs},
                                            {"nftables", KubeProxyMode::kNftables}})
            .value_or(KubeProxyMode::kIptables);
  } else {
    configuration.enabled = reader.Boolean("enabled").value_or(true);
    configuration.mode =
        reader
            .Choice<KubeProxyMode>("mode", {{"IPTABLES", KubeProxyMode::kIptables},
                                            {"IPVS", KubeProxyMode::kIpvs},
                                            {"NFTABLES", KubeProxyMode::kNftables}})
            .value_or(KubeProxyMode::kIptables);
  }
  reader.Finish();
  return configuration;
}

std::string ServiceEngineOf(KubeProxyMode mode) {
  switch (mode) {
    case KubeProxyMode::kIpvs:
      return "kube-proxy-ipvs";
    case KubeProxyMode::kNftables:
      return "kube-proxy-nftables";
    case KubeProxyMode::kIptables:
      break;
  }
  return "kube-proxy-iptables";
}

}  // namespace cnisim::cni
