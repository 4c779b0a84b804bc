#pragma once

/// @file
/// Services and EndpointSlices out of manifests.

#include <optional>

#include "models/cluster/manifest_set.h"
#include "models/cluster/objects.h"
#include "models/document/diagnostics.h"

namespace cnisim::cluster::internal {

/// Nothing when it has no spec.
std::optional<Service> ReadService(const ManifestObject& object,
                                   document::Diagnostics& diagnostics);

EndpointSlice ReadEndpointSlice(const ManifestObject& object, document::Diagnostics& diagnostics);

}  // namespace cnisim::cluster::internal
