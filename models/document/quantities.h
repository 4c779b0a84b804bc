#pragma once

/// @file
/// Quantities in text carry their unit: `10ms`, `1h30m`, `2KiB`, `10Gbps`, `500/s`, `33%`.
/// A number without one is not a quantity.

#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/base/result.h"
#include "sim/base/units.h"

namespace cnisim::document {

enum class QuantityError : std::uint8_t {
  kNotANumber,   ///< does not begin with a number
  kNoUnit,       ///< a bare number
  kUnknownUnit,  ///< a number and something else
  kNegative,
  kTooFine,   ///< not a whole number of the finest unit (nanoseconds, bytes, bits per second)
  kTooLarge,  ///< past 64 bits
};

/// ns, us (or µs), ms, s, m, h, d; several of them largest first: "1h30m".
Result<SimTime, QuantityError> ParseDuration(std::string_view text);
/// The same units, one of them, and fractions of a nanosecond: "0.05ns".
Result<Nanoseconds, QuantityError> ParseFineDuration(std::string_view text);
/// B, KB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (powers of 1024).
Result<Bytes, QuantityError> ParseSize(std::string_view text);
/// bps, kbps, Mbps, Gbps, Tbps.
Result<BitsPerSecond, QuantityError> ParseRate(std::string_view text);
/// A count per /s, /m (or /min), /h, /d, as a number per second.
Result<double, QuantityError> ParsePerSecond(std::string_view text);
/// "33%" is 0.33.
Result<double, QuantityError> ParsePercentage(std::string_view text);

/// Whole decimal integer, optional sign; nothing else around it.
std::optional<std::int64_t> ParseInteger(std::string_view text);
/// Decimal number, optional fraction and exponent; finite.
std::optional<double> ParseNumber(std::string_view text);

}  // namespace cnisim::document
