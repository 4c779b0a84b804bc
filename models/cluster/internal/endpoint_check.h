#pragma once

/// @file
/// Whether something answers behind each Service.

#include "models/cluster/objects.h"
#include "models/document/diagnostics.h"

namespace cnisim::cluster::internal {

/// An error for a Service that selects no pod and for a named target port that no selected pod has;
/// a warning when nothing is selected on purpose (0 replicas, no selector).
void CheckServiceEndpoints(const Objects& objects, document::Diagnostics& diagnostics);

}  // namespace cnisim::cluster::internal
