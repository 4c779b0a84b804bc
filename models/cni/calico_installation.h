#pragma once

/// @file
/// Reads what describes Calico on a cluster: the Tigera operator's Installation, and IPPool and
/// FelixConfiguration objects beside it.

#include <span>

#include "models/cni/cni_configuration.h"
#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/document/value.h"

namespace cnisim::cni {

/// Fills profile, switches and pod addresses of `configuration`.
/// @param objects  roots of the file's documents; objects of other kinds are not modelled
/// @param where    of the reference to the file
/// @pre configuration.plugin is set: with Azure CNI only `cni.type: AzureVNET` (policy only) works
void ReadCalicoInstallation(std::span<const document::Value* const> objects,
                            const document::SourceLocation& where, CniConfiguration& configuration,
                            document::Diagnostics& diagnostics);

}  // namespace cnisim::cni
