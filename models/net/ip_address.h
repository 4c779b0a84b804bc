#pragma once

/// @file
/// IPv4 and IPv6 addresses as values.

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cnisim::net {

enum class IpFamily : std::uint8_t { kIpv4, kIpv6 };

/// Bits of an address of the family: 32 or 128.
constexpr int AddressBits(IpFamily family) { return family == IpFamily::kIpv4 ? 32 : 128; }

/// One address, IPv4 or IPv6; 0.0.0.0 until set.  Ordered: IPv4 before IPv6, then by number.  An
/// IPv4 address and the IPv6 address that maps it (::ffff:a.b.c.d) are different.
class IpAddress {
 public:
  constexpr IpAddress() = default;

  static constexpr IpAddress V4(std::uint32_t number) {
    return IpAddress(IpFamily::kIpv4, 0, number);
  }
  static constexpr IpAddress V6(std::uint64_t high, std::uint64_t low) {
    return IpAddress(IpFamily::kIpv6, high, low);
  }

  /// "10.244.3.7" (four decimal numbers without leading zeros) or any RFC 4291 form of an IPv6
  /// address, without zone and brackets.  Nothing when the text is something else.
  static std::optional<IpAddress> Parse(std::string_view text);

  constexpr IpFamily family() const { return family_; }
  constexpr bool is_v4() const { return family_ == IpFamily::kIpv4; }
  constexpr bool is_v6() const { return family_ == IpFamily::kIpv6; }

  /// The 32 bits of an IPv4 address, most significant octet first.  @pre is_v4()
  std::uint32_t v4() const;
  /// The upper and lower 64 bits of the number; an IPv4 address stands in the lower 32.
  constexpr std::uint64_t high() const { return high_; }
  constexpr std::uint64_t low() const { return low_; }

  /// The address `offset` further; nothing past the family's last.
  std::optional<IpAddress> Plus(std::uint64_t offset) const;

  /// Dotted decimal, or RFC 5952's canonical form: lower case, the longest run of zeros as "::".
  std::string ToString() const;

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  constexpr IpAddress(IpFamily family, std::uint64_t high, std::uint64_t low)
      : family_(family), high_(high), low_(low) {}

  IpFamily family_ = IpFamily::kIpv4;
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace cnisim::net

template <>
struct std::hash<cnisim::net::IpAddress> {
  std::size_t operator()(const cnisim::net::IpAddress& address) const noexcept {
    const std::uint64_t mixed =
        (address.high() * 0x9e3779b97f4a7c15U) ^ (address.low() + (address.is_v6() ? 1U : 0U));
    return std::hash<std::uint64_t>{}(mixed);
  }
};
