#pragma once

/// @file
/// VM sizes (SKUs) that AKS nodes can have.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "sim/base/units.h"

namespace cnisim::azure {

struct VmSize {
  std::string name;    ///< "Standard_D4s_v5"
  std::string series;  ///< "dsv5"
  int vcpus = 0;
  Bytes memory;
  int max_nics = 0;
  /// Egress limit of all NICs together; empty where Azure publishes none.
  std::optional<BitsPerSecond> bandwidth;
  std::string accelerated_networking;
  std::string notes;
  std::string confidence;
  std::string source;
};

/// All sizes of the catalog (skus/*.csv).  Fixed after loading.
class VmSizeTable {
 public:
  static VmSizeTable Load(const document::CatalogFiles& catalog,
                          document::Diagnostics& diagnostics);

  /// In the order of the catalog's files.
  const std::vector<VmSize>& sizes() const { return sizes_; }

  /// nullptr when there is none of that name; Azure does not look at upper and lower case.
  const VmSize* Find(std::string_view name) const;

  /// "did you mean 'Standard_D4s_v5'?" for a name that Find() does not know.
  std::string Hint(std::string_view name) const;

 private:
  std::vector<VmSize> sizes_;
};

}  // namespace cnisim::azure
