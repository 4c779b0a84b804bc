#include "models/policy/internal/reader_support.h"

#include <charconv>

#include <re2/re2.h>

#include "models/document/spelling.h"

namespace cnisim::policy::internal {

using document::Diagnostics;
using document::Quote;
using document::Value;

namespace {

// Bytes of RE2's program and its caches; a counted repetition such as (a{1000}){1000} needs more.
constexpr std::int64_t kPatternMemory = 1 << 20;

}  // namespace

const std::vector<Value>* ListOf(document::ObjectReader& reader, std::string_view key,
                                 std::size_t limit) {
  const Value* list = reader.Sequence(key);
  if (list == nullptr) return nullptr;
  if (list->items().size() > limit) {
    reader.diagnostics().Error(*list, "a list of " + std::to_string(list->items().size()) +
                                          " entries; at most " + std::to_string(limit) +
                                          " are read");
    return nullptr;
  }
  return &list->items();
}

std::optional<net::Cidr> ReadCidr(const Value& value, Diagnostics& diagnostics, bool bare_address) {
  if (value.is_scalar()) {
    if (auto cidr = net::Cidr::Parse(value.text(), net::HostBits::kClear)) return cidr;
    if (bare_address) {
      if (const auto address = net::IpAddress::Parse(value.text())) {
        return net::Cidr(*address, net::AddressBits(address->family()));
      }
    }
  }
  diagnostics.Error(value, "expected a prefix, found " + value.Describe(),
                    "write it as 10.0.0.0/8 or fd00::/8");
  return std::nullopt;
}

std::optional<ProtocolSet> ReadProtocol(const Value& value, Diagnostics& diagnostics) {
  if (value.text() == "TCP") return kTcpBit;
  if (value.text() == "UDP") return kUdpBit;
  if (value.text() == "SCTP") return kSctpBit;
  diagnostics.Error(value, "expected TCP, UDP or SCTP, found " + value.Describe());
  return std::nullopt;
}

bool IsPortName(std::string_view text) {
  if (text.empty() || text.size() > 15 || text.front() == '-' || text.back() == '-') return false;
  bool letter = false;
  char previous = 'a';
  for (const char c : text) {
    if (c == '-' && previous == '-') return false;
    if (c >= 'a' && c <= 'z') {
      letter = true;
    } else if ((c < '0' || c > '9') && c != '-') {
      return false;
    }
    previous = c;
  }
  return letter;
}

std::optional<std::int64_t> ParseWhole(std::string_view text, std::int64_t min, std::int64_t max) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < min || number > max) return std::nullopt;
  return number;
}

std::shared_ptr<const re2::RE2> CompilePattern(const std::string& pattern, const Value& value,
                                               Diagnostics& diagnostics) {
  if (pattern.size() > kMaxPatternBytes) {
    diagnostics.Error(value, "a pattern of " + std::to_string(pattern.size()) + " bytes; at most " +
                                 std::to_string(kMaxPatternBytes) + " are read");
    return nullptr;
  }
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kPatternMemory);
  options.set_never_capture(true);
  auto expression = std::make_shared<const re2::RE2>(pattern, options);
  if (!expression->ok()) {
    diagnostics.Error(value, "not a regular expression: " + expression->error(),
                      "patterns follow RE2's syntax and are matched against the whole value");
    return nullptr;
  }
  return expression;
}

}  // namespace cnisim::policy::internal
