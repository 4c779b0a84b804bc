#pragma once

/// @file
/// The calculations that a vector file can name.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "analysis/plan/address_vectors.h"
#include "models/azure/limits.h"
#include "models/net/cidr.h"

namespace cnisim::plan::internal {

/// The inputs of a row, typed.  What is missing or of the wrong kind is remembered, and the row
/// fails with that.
class VectorInputs {
 public:
  VectorInputs(const VectorFields& fields, std::string mode)
      : fields_(fields), mode_(std::move(mode)) {}

  const std::string& mode() const { return mode_; }

  std::int64_t Integer(const std::string& key);
  std::int64_t Integer(const std::string& key, std::int64_t otherwise);
  double Number(const std::string& key);
  bool Boolean(const std::string& key, bool otherwise);
  std::string Text(const std::string& key);
  net::Cidr Range(const std::string& key);
  net::IpAddress Address(const std::string& key);
  bool Has(const std::string& key) const { return fields_.contains(key); }

  bool used(const std::string& key) const { return used_.contains(key); }
  /// The first thing that is wrong; empty when nothing is.
  const std::string& complaint() const { return complaint_; }
  void Complain(std::string what) {
    if (complaint_.empty()) complaint_ = std::move(what);
  }

 private:
  const VectorFields& fields_;
  std::string mode_;
  std::set<std::string> used_;
  std::string complaint_;
};

using VectorFunction = VectorFields (*)(VectorInputs& inputs, const azure::Limits& limits);

/// nullptr when there is none of that name.
const VectorFunction* FindVectorFunction(std::string_view name);

}  // namespace cnisim::plan::internal
