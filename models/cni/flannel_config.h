#pragma once

/// @file
/// Reads Flannel's ConfigMap `kube-flannel-cfg`: JSON texts inside YAML.

#include <span>

#include "models/cni/cni_configuration.h"
#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/document/value.h"

namespace cnisim::cni {

/// Fills profile, switches and pod addresses of `configuration`.
/// @param objects  roots of the file's documents: the whole kube-flannel.yml will do
/// @param where    of the reference to the file
void ReadFlannelConfig(std::span<const document::Value* const> objects,
                       const document::SourceLocation& where, CniConfiguration& configuration,
                       document::Diagnostics& diagnostics);

}  // namespace cnisim::cni
