#pragma once

/// @file
/// The Services of a cluster as the shapes that structures are counted from.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/cluster/cluster.h"
#include "models/service/service_port_shape.h"

namespace cnisim::service {

/// True if proxies program the Service at all: a headless or ExternalName one has no structure.
bool HasStructure(const cluster::Service& service);

/// One port of one Service as `node` sees it.  A LoadBalancer has one address, one NodePort a port,
/// and a health-check NodePort under the Local external policy.  Whether the node's own address is
/// in a source range is not known here (addresses belong to models/ipam) and is taken as no.
/// @pre HasStructure(service.service), port < service.endpoints.size()
ServicePortShape ShapeOf(const cluster::Cluster& cluster, const cluster::PlacedService& service,
                         std::size_t port, cluster::NodeId node);

/// Every port of every Service with a structure, in the cluster's order.
std::vector<ServicePortShape> ShapesOn(const cluster::Cluster& cluster, cluster::NodeId node);

}  // namespace cnisim::service
