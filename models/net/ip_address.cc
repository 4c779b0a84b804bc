#include "models/net/ip_address.h"

#include <array>
#include <charconv>

#include "sim/base/check.h"

namespace cnisim::net {
namespace {

constexpr int kGroups = 8;  // of 16 bits in an IPv6 address

// A decimal octet as inet_pton takes it: one to three digits, no leading zero, at most 255.
std::optional<std::uint32_t> ParseOctet(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (value > 255) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> ParseV4(std::string_view text) {
  std::uint32_t number = 0;
  for (int i = 0; i < 4; ++i) {
    const std::size_t dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return std::nullopt;
    const std::optional<std::uint32_t> octet = ParseOctet(text.substr(0, dot));
    if (!octet) return std::nullopt;
    number = number << 8 | *octet;
    text.remove_prefix(i < 3 ? dot + 1 : dot);
  }
  return number;
}

// Groups of hexadecimal digits between colons, an IPv4 tail allowed at the very end.  Appends to
// `groups` from `count` on; false when the text is no such list or has more than eight groups.
bool ParseGroups(std::string_view text, bool may_end_in_v4,
                 std::array<std::uint16_t, kGroups>& groups, int& count) {
  while (true) {
    const std::size_t colon = text.find(':');
    const std::string_view word = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && may_end_in_v4 && word.find('.') != std::string_view::npos) {
      const std::optional<std::uint32_t> v4 = ParseV4(word);
      if (!v4 || count + 2 > kGroups) return false;
      groups[static_cast<std::size_t>(count++)] = static_cast<std::uint16_t>(*v4 >> 16);
      groups[static_cast<std::size_t>(count++)] = static_cast<std::uint16_t>(*v4 & 0xffff);
      return true;
    }
    if (word.empty() || word.size() > 4 || count == kGroups) return false;
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
    if (error != std::errc() || end != word.data() + word.size()) return false;
    groups[static_cast<std::size_t>(count++)] = value;
    if (last) return true;
    text.remove_prefix(colon + 1);
  }
}

std::optional<IpAddress> ParseV6(std::string_view text) {
  std::array<std::uint16_t, kGroups> head{};
  std::array<std::uint16_t, kGroups> tail{};
  int head_count = 0;
  int tail_count = 0;
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    if (!ParseGroups(text, /*may_end_in_v4=*/true, head, head_count)) return std::nullopt;
    if (head_count != kGroups) return std::nullopt;
  } else {
    const std::string_view before = text.substr(0, gap);
    const std::string_view after = text.substr(gap + 2);
    if (!before.empty() && !ParseGroups(before, /*may_end_in_v4=*/false, head, head_count)) {
      return std::nullopt;
    }
    if (!after.empty() && !ParseGroups(after, /*may_end_in_v4=*/true, tail, tail_count)) {
      return std::nullopt;
    }
    if (head_count + tail_count >= kGroups) return std::nullopt;  // "::" is at least one group
  }
  for (int i = 0; i < tail_count; ++i) {
    head[static_cast<std::size_t>(kGroups - tail_count + i)] = tail[static_cast<std::size_t>(i)];
  }
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    high = high << 16 | head[i];
    low = low << 16 | head[i + 4];
  }
  return IpAddress::V6(high, low);
}

std::string V4ToString(std::uint32_t number) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string(number >> shift & 0xff);
    if (shift > 0) text += '.';
  }
  return text;
}

std::string V6ToString(std::uint64_t high, std::uint64_t low) {
  std::array<unsigned, kGroups> groups{};
  for (std::size_t i = 0; i < 4; ++i) {
    groups[i] = static_cast<unsigned>(high >> (48 - 16 * i) & 0xffff);
    groups[i + 4] = static_cast<unsigned>(low >> (48 - 16 * i) & 0xffff);
  }
  // The longest run of at least two zero groups becomes "::", the first of equals.
  std::size_t best = kGroups;
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < kGroups; ++i) {
    std::size_t length = 0;
    while (i + length < kGroups && groups[i + length] == 0) ++length;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < kGroups;) {
    if (i == best) {
      text += "::";
      i += best_length;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    std::array<char, 4> digits{};
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), groups[i], 16);
    text.append(digits.data(), result.ptr);
    ++i;
  }
  return text;
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return ParseV6(text);
  const std::optional<std::uint32_t> number = ParseV4(text);
  if (!number) return std::nullopt;
  return V4(*number);
}

std::uint32_t IpAddress::v4() const {
  CNISIM_CHECK(is_v4(), "an IPv6 address has no 32-bit number");
  return static_cast<std::uint32_t>(low_);
}

std::optional<IpAddress> IpAddress::Plus(std::uint64_t offset) const {
  const std::uint64_t low = low_ + offset;
  if (is_v4()) {
    if (low < low_ || low > UINT32_MAX) return std::nullopt;
    return V4(static_cast<std::uint32_t>(low));
  }
  const bool carry = low < low_;
  if (carry && high_ == UINT64_MAX) return std::nullopt;
  return V6(high_ + (carry ? 1 : 0), low);
}

std::string IpAddress::ToString() const {
  return is_v4() ? V4ToString(static_cast<std::uint32_t>(low_)) : V6ToString(high_, low_);
}

}  // namespace cnisim::net
