#include "analysis/cli/option_checks.h"

#include <charconv>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "models/document/quantities.h"
#include "models/document/spelling.h"

namespace cnisim::cli {

CLI::Validator WholeNumberFrom(std::uint64_t min, std::uint64_t max) {
  return CLI::Validator(
      [min, max](std::string& text) {
        std::uint64_t value = 0;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, value);
        if (error == std::errc() && stop == end && value >= min && value <= max) {
          return std::string();
        }
        return fmt::format("expected a whole number from {}, found {}", min, document::Quote(text));
      },
      "");
}

CLI::Validator ExistingFolder() {
  return CLI::Validator(
      [](std::string& path) {
        std::error_code ignored;
        if (std::filesystem::is_directory(path, ignored)) return std::string();
        return fmt::format("there is no folder {}", document::Quote(path));
      },
      "");
}

CLI::Validator DurationOrAutoText() {
  return CLI::Validator(
      [](std::string& text) {
        if (text == "auto" || document::ParseDuration(text)) return std::string();
        return fmt::format("expected auto, or a time with its unit, as 500ms or 2s, found {}",
                           document::Quote(text));
      },
      "");
}

CLI::Validator PositiveDurationText() {
  return CLI::Validator(
      [](std::string& text) {
        const auto duration = document::ParseDuration(text);
        if (duration && *duration > SimTime()) return std::string();
        return fmt::format("expected a time longer than 0 with its unit, as 500ms or 2s, found {}",
                           document::Quote(text));
      },
      "");
}

CLI::Validator PercentageText() {
  return CLI::Validator(
      [](std::string& text) {
        if (document::ParsePercentage(text)) return std::string();
        return fmt::format("expected a percentage, as 2%, found {}", document::Quote(text));
      },
      "");
}

SimTime DurationOf(const std::string& text) { return document::ParseDuration(text).value(); }

}  // namespace cnisim::cli
