#pragma once

/// @file
/// Prefixes (CIDR ranges) and their arithmetic.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/net/ip_address.h"

namespace cnisim::net {

/// What to do with "10.0.0.5/16", whose bits past the prefix are not zero: Azure refuses it,
/// Kubernetes and the CNIs take it as 10.0.0.0/16.
enum class HostBits : std::uint8_t { kRefuse, kClear };

/// A prefix: base address (its host bits are zero) and length.  0.0.0.0/0 until set.  Ordered by
/// base, shorter prefix first, so that a range comes before what it contains.
class Cidr {
 public:
  constexpr Cidr() = default;
  /// Clears the host bits of `address`.  @pre 0 <= length <= bits of the family
  Cidr(IpAddress address, int length);

  /// "10.244.0.0/16", "fd12:3456:789a::/64".  Nothing when the text is something else, a bare
  /// address included.
  static std::optional<Cidr> Parse(std::string_view text, HostBits host_bits = HostBits::kRefuse);

  constexpr IpAddress base() const { return base_; }
  constexpr int length() const { return length_; }
  constexpr IpFamily family() const { return base_.family(); }

  /// Number of addresses; UINT64_MAX for prefixes with 64 or more host bits.
  std::uint64_t Size() const;
  IpAddress Last() const;
  /// The address `index` after the base.  @pre index < Size()
  IpAddress At(std::uint64_t index) const;
  /// How far the address is from the base.  @pre Contains(address), fewer than 64 host bits
  std::uint64_t IndexOf(const IpAddress& address) const;

  bool Contains(const IpAddress& address) const;
  /// True also for itself.
  bool Contains(const Cidr& other) const;
  bool Overlaps(const Cidr& other) const;

  /// How many prefixes of `new_length` it holds; UINT64_MAX from 2^64 on.
  /// @pre length() <= new_length <= bits of the family
  std::uint64_t SubnetCount(int new_length) const;
  /// The index-th of them, in order.  @pre as SubnetCount(), and index below it
  Cidr Subnet(int new_length, std::uint64_t index) const;

  std::string ToString() const;

  friend constexpr auto operator<=>(const Cidr&, const Cidr&) = default;

 private:
  IpAddress base_;
  int length_ = 0;
};

/// Length of the smallest IPv4 prefix with at least `addresses` addresses; nothing above 2^32.
std::optional<int> SmallestPrefixFor(std::uint64_t addresses);

}  // namespace cnisim::net
