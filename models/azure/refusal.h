#pragma once

/// @file
/// What Azure says when it refuses something.

#include <string>

namespace cnisim::azure {

struct Refusal {
  std::string code;     ///< "SubnetIsFull"; empty where Azure has none
  std::string message;  ///< as an operator sees it

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

}  // namespace cnisim::azure
