#pragma once

/// @file
/// What a script puts on a cluster after `az`: Helm releases and manifests.  Reads the lines of
/// `helm install|upgrade`, `cilium install|upgrade` and `kubectl apply|create|replace` as people
/// paste them; what they ask for and no model knows is a warning with its place.

#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/source_location.h"

namespace cnisim::cni {

/// A file as a command names it, not looked for.
struct NamedFile {
  std::string path;
  document::SourceLocation where;
};

/// One release of a CNI's chart.
struct HelmRelease {
  std::string chart;                  ///< its last part: "cilium" of "cilium/cilium" or "oci://..."
  std::string version;                ///< "1.15.0"; empty: not said
  std::vector<NamedFile> values;      ///< `-f`, in order
  std::vector<std::string> settings;  ///< `--set`, one "path=value" each, in order
  document::SourceLocation where;
};

struct InstallScript {
  std::vector<HelmRelease> releases;
  std::vector<NamedFile> manifests;
};

/// Releases of charts that carry a CNI only, and local files only: a chart of an application or an
/// address is reported as not modelled.
/// @param start, one_place  as in SplitCommands()
InstallScript ReadInstallScript(std::string_view text, const document::SourceLocation& start,
                                bool one_place, document::Diagnostics& diagnostics);

/// The parts of one `--set a=b,c={d,e}`, cut at the commas that helm cuts at.
std::vector<std::string> SplitSettings(std::string_view text);

}  // namespace cnisim::cni
