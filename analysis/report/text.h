#pragma once

/// @file
/// Text for people: quantities with units, columns, lines that end before the margin.  Widths
/// count code points, which is right for the few characters beyond ASCII that we print (±, …).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cnisim::report {

/// Code points of valid UTF-8.
std::size_t DisplayWidth(std::string_view text);

/// `text` with blanks up to `width` columns; text that is wider stays as it is.
std::string PadRight(std::string_view text, std::size_t width);
std::string PadLeft(std::string_view text, std::size_t width);

/// The first width - 1 columns and "…", or all of it if it fits.
std::string Shorten(std::string_view text, std::size_t width);

/// Breaks at blanks into lines of at most `width` columns, the first after `first` and the others
/// after `rest`.  A word that is longer than a line stands alone.  Ends in a newline.
std::string Wrap(std::string_view text, std::size_t width, std::string_view first,
                 std::string_view rest);

/// "1,019".
std::string Count(std::uint64_t value);

/// "1 node", "1,019 nodes".  @param noun  in the singular, one that takes an s
std::string CountOf(std::uint64_t value, std::string_view noun);

/// Three significant digits, never an exponent: "3.21", "12.3", "145", "1234", "0.012", "0".
std::string ThreeDigits(double value);

/// "3.21 ms"; the unit is the largest of ns, us, ms, s that leaves 1 or more.
std::string Duration(double ns);

/// "9.41 Gbit/s".
std::string BitRate(double bits_per_second);

/// "12 %", "0.4 %", "<0.1 %".  @param share 0.12 for 12 %
std::string Percent(double share);

/// "a", "a and b", "a, b and c"; beyond `most` words "a, b and 3 others".
std::string AndList(const std::vector<std::string>& words, std::size_t most = 8);

}  // namespace cnisim::report
