#pragma once

/// @file
/// The flags that all PHOLD programs share.

#include "tests/bench/peers/peer.h"
#include "tests/bench/phold_model.h"

namespace cnisim::peers {

inline phold::Parameters PholdParameters(const Flags& flags) {
  phold::Parameters parameters;
  parameters.lps = static_cast<std::uint32_t>(flags.Number("lps", 65'536));
  parameters.events_per_lp = static_cast<std::uint32_t>(flags.Number("events", 1));
  parameters.remote = flags.Real("remote", 0.25);
  parameters.end = flags.Number("end", 32) * phold::kUnit;
  return parameters;
}

}  // namespace cnisim::peers
