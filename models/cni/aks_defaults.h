#pragma once

/// @file
/// What AKS chooses when a command line says nothing: models/catalog/defaults/aks.yaml.

#include <map>
#include <string>
#include <string_view>

#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/net/cidr.h"
#include "models/net/ip_address.h"

namespace cnisim::cni {

struct AksDefaults {
  net::Cidr pod_cidr;
  net::Cidr service_cidr;
  net::IpAddress dns_service_ip;
  net::Cidr vnet_prefix;
  net::Cidr node_subnet_prefix;
  net::Cidr pod_subnet_prefix;
  int node_count = 0;
  std::string vm_size;
  std::string kubernetes_version;
  std::string max_surge;  ///< "10%"
  int max_pods_node_subnet = 0;
  int max_pods_pod_subnet = 0;
  int max_pods_overlay = 0;
  int max_pods_kubenet = 0;
  int max_pods_byocni = 0;

  static AksDefaults Load(const document::CatalogFiles& files, document::Diagnostics& diagnostics);
};

}  // namespace cnisim::cni
