#pragma once

/// @file
/// An id has a type: `using PodId = Id<struct PodTag>`; a NodeId will not do where a PodId is
/// meant.

#include <compare>
#include <cstdint>
#include <functional>

namespace cnisim {

/// Dense 32-bit index of one kind of thing; invalid until set.
template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  explicit constexpr Id(std::uint32_t value) : value_(value) {}

  constexpr std::uint32_t value() const { return value_; }
  constexpr bool valid() const { return value_ != kInvalid; }

  friend constexpr auto operator<=>(Id, Id) = default;

 private:
  static constexpr std::uint32_t kInvalid = UINT32_MAX;

  std::uint32_t value_ = kInvalid;
};

}  // namespace cnisim

template <class Tag>
struct std::hash<cnisim::Id<Tag>> {
  std::size_t operator()(cnisim::Id<Tag> id) const noexcept {
    return std::hash<std::uint32_t>{}(id.value());
  }
};
