#include "analysis/report/text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace cnisim::report {
namespace {

bool StartsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

struct Unit {
  double size;
  std::string_view name;
};

/// `value` in the largest unit that leaves 1 or more after rounding; `units` ascend.
template <std::size_t N>
std::string InUnit(double value, const std::array<Unit, N>& units) {
  const Unit* best = &units[0];
  for (const Unit& unit : units) {
    if (std::abs(value) >= 0.9995 * unit.size) best = &unit;
  }
  return fmt::format("{} {}", ThreeDigits(value / best->size), best->name);
}

}  // namespace

std::size_t DisplayWidth(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), StartsCodePoint));
}

std::string PadRight(std::string_view text, std::size_t width) {
  const std::size_t own = DisplayWidth(text);
  return std::string(text) + std::string(width > own ? width - own : 0, ' ');
}

std::string PadLeft(std::string_view text, std::size_t width) {
  const std::size_t own = DisplayWidth(text);
  return std::string(width > own ? width - own : 0, ' ') + std::string(text);
}

std::string Shorten(std::string_view text, std::size_t width) {
  if (DisplayWidth(text) <= width || width == 0) return std::string(text);
  std::size_t columns = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (!StartsCodePoint(text[end])) continue;
    if (columns == width - 1) break;
    ++columns;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string Wrap(std::string_view text, std::size_t width, std::string_view first,
                 std::string_view rest) {
  std::string result;
  std::string line(first);
  bool empty = true;  // no word on this line yet
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (!empty && DisplayWidth(line) + 1 + DisplayWidth(word) > width) {
      result += line + '\n';
      line = rest;
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
  }
  return result + line + '\n';
}

std::string Count(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string CountOf(std::uint64_t value, std::string_view noun) {
  return fmt::format("{} {}{}", Count(value), noun, value == 1 ? "" : "s");
}

std::string ThreeDigits(double value) {
  if (value == 0 || !std::isfinite(value)) return value == 0 ? "0" : "-";
  const double size = std::abs(value);
  int decimals = 0;
  // Two digits less than the place of the first one, after rounding to three.
  for (double limit = 99.95; decimals < 9 && size < limit; limit /= 10) ++decimals;
  return fmt::format("{:.{}f}", value, decimals);
}

std::string Duration(double ns) {
  static constexpr std::array kUnits{Unit{1, "ns"}, Unit{1e3, "us"}, Unit{1e6, "ms"},
                                     Unit{1e9, "s"}};
  return InUnit(ns, kUnits);
}

std::string BitRate(double bits_per_second) {
  static constexpr std::array kUnits{Unit{1, "bit/s"}, Unit{1e3, "kbit/s"}, Unit{1e6, "Mbit/s"},
                                     Unit{1e9, "Gbit/s"}};
  return InUnit(bits_per_second, kUnits);
}

std::string Percent(double share) {
  const double percent = 100 * share;
  if (percent > 0 && percent < 0.095) return "<0.1 %";
  if (percent > 0 && percent < 0.995) return fmt::format("{:.1f} %", percent);
  return fmt::format("{:.0f} %", percent);
}

std::string AndList(const std::vector<std::string>& words, std::size_t most) {
  std::vector<std::string> shown = words;
  if (shown.size() > most) {
    shown.resize(most - 1);
    shown.push_back(fmt::format("{} others", words.size() - shown.size()));
  }
  if (shown.empty()) return "";
  std::string text = shown.front();
  for (std::size_t i = 1; i < shown.size(); ++i) {
    text += (i + 1 == shown.size() ? " and " : ", ") + shown[i];
  }
  return text;
}

}  // namespace cnisim::report
