#pragma once

/// @file
/// Reads the flags of `az aks create`, `az aks nodepool add` and `az network vnet` into AzSettings,
/// from a line, a script or a YAML map of the same flags.  Everything az itself would refuse by
/// looking at the flags alone is an error here, with az's reason.

#include <string_view>
#include <vector>

#include "models/azure/limits.h"
#include "models/cni/az_settings.h"
#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/document/value.h"

namespace cnisim::cni {

/// Whether `text` is meant as flags or a command (`--network-plugin none`, `az aks create ...`)
/// rather than as the path of a script.
bool IsAzCommandLine(std::string_view text);

/// A line or a whole script.  Commands that say nothing about the network are passed over.
/// @param start, one_place  as in SplitCommands()
/// @param limits  bound the numbers that flags may have
AzSettings ReadAzText(std::string_view text, const document::SourceLocation& start, bool one_place,
                      const azure::Limits& limits, document::Diagnostics& diagnostics);

/// `{network_plugin: none, pod_cidr: 10.244.0.0/16}`: the flags of `az aks create` as keys.
AzSettings ReadAzMap(const document::Value& map, const azure::Limits& limits,
                     document::Diagnostics& diagnostics);

}  // namespace cnisim::cni
