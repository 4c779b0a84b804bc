#pragma once

/// @file
/// 64-bit hashing for digests of runs and of file contents.  The same on every machine; not
/// meant to withstand an adversary.

#include <cstdint>
#include <string_view>

namespace cnisim {

/// Bijective mixing of 64 bits (the finaliser of SplitMix64): every output bit depends on every
/// input bit.
constexpr std::uint64_t MixBits(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// Hash of a sequence of values; the order and the boundaries of the values matter.
class Hasher {
 public:
  constexpr void Add(std::uint64_t value) {
    state_ = MixBits(state_ + 0x9E3779B97F4A7C15U + MixBits(value));
  }
  constexpr void Add(std::string_view text) {
    Add(static_cast<std::uint64_t>(text.size()));
    while (!text.empty()) {
      const std::string_view head = text.substr(0, 8);
      std::uint64_t word = 0;
      for (std::size_t i = 0; i < head.size(); ++i) {
        word |= static_cast<std::uint64_t>(static_cast<unsigned char>(head[i])) << (8 * i);
      }
      Add(word);
      text.remove_prefix(head.size());
    }
  }

  constexpr std::uint64_t digest() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

/// Hash of one text.
constexpr std::uint64_t HashText(std::string_view text) {
  Hasher hasher;
  hasher.Add(text);
  return hasher.digest();
}

}  // namespace cnisim
