#include "analysis/report/explain_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using datapath::Name;
using datapath::StageCost;
using explain::FabricLeg;
using explain::MessageExplanation;
using explain::PathComparison;
using explain::PathExplanation;
using explain::Span;
using explain::StageDifference;
using explain::StageLine;

constexpr std::size_t kWidth = 80;

std::string WrapLine(std::string_view first, std::string_view rest, std::string_view text) {
  return Wrap(text, kWidth, first, rest);
}

/// Sources by title, in the order in which they are met, each with a number; what each says about
/// which stage stands below it.  Assumed costs have number 0.
class SourceList {
 public:
  struct Source {
    std::string title;
    std::vector<const StageCost*> stages;  // in the order in which they are met
  };

  std::size_t NumberOf(const StageCost& cost) {
    if (cost.status == datapath::CostStatus::kAssumed) {
      Remember(assumed_, cost);
      return 0;
    }
    const auto [found, added] = numbers_.emplace(cost.source.title, numbers_.size() + 1);
    if (added) sources_.push_back({cost.source.title, {}});
    Remember(sources_[found->second - 1].stages, cost);
    return found->second;
  }
  const std::vector<Source>& sources() const { return sources_; }
  const std::vector<const StageCost*>& assumed() const { return assumed_; }

 private:
  static void Remember(std::vector<const StageCost*>& stages, const StageCost& cost) {
    if (std::find(stages.begin(), stages.end(), &cost) == stages.end()) stages.push_back(&cost);
  }

  std::map<std::string, std::size_t> numbers_;
  std::vector<Source> sources_;
  std::vector<const StageCost*> assumed_;
};

/// How a source is named beside a cost: "[3]", or "[a]" for an assumed one.
std::string Mark(SourceList& sources, const StageCost& cost) {
  const std::size_t number = sources.NumberOf(cost);
  return number == 0 ? "[a]" : fmt::format("[{}]", number);
}

/// A count: as few decimals as it needs, at most two.
std::string FormatCount(double count) {
  if (count == std::floor(count)) return fmt::format("{:.0f}", count);
  const std::string two = fmt::format("{:.2f}", count);
  return two.ends_with('0') ? two.substr(0, two.size() - 1) : two;
}

std::string FormatSpan(const Span& span) {
  return fmt::format("{} ({} to {})", Duration(span.typical), Duration(span.low),
                     Duration(span.high));
}

/// "512.5 x 22.5 ns", "300 B x 0.21 ns", or nothing for a stage that is paid once.
std::string Arithmetic(const StageLine& line) {
  std::string text;
  if (line.times != 1 && line.unit_ns != 0 && line.times != 0) {
    text = FormatCount(line.times) + " x " + Duration(line.unit_ns);
  }
  if (line.per_byte_ns != 0 && line.bytes > 0) {
    if (!text.empty() || line.unit_ns != 0) text += text.empty() ? "+ " : " + ";
    text += fmt::format("{} B x {}", line.bytes, Duration(line.per_byte_ns));
  }
  return text;
}

std::string PathWords(const PathExplanation& e) {
  const datapath::FlowClass& flow = e.question.flow;
  constexpr std::string_view kPaths[datapath::kPathKinds] = {
      "pod to pod, one node",
      "pod to pod, two nodes",
      "host to pod, one node",
      "host to pod, two nodes",
      "pod to host, two nodes",
      "host to host, two nodes",
      "pod to outside",
      "outside to pod, the backend is on the entry node",
      "outside to pod, the entry node forwards to the backend's node"};
  constexpr std::string_view kAccess[] = {"", ", by the ClusterIP", ", by a NodePort",
                                          ", by the load balancer's address"};
  std::string path(kPaths[static_cast<std::size_t>(flow.path)]);
  path += kAccess[static_cast<std::size_t>(flow.service)];
  if (flow.protocol == datapath::TransportProtocol::kUdp) path += ", UDP";
  return path;
}

/// The switches that differ from "nothing there", in the order of their names.
std::string SwitchWords(const datapath::Switches& switches) {
  std::string text;
  for (const auto& [name, value] : switches) {
    if (value == "none" || value == "false") continue;
    if (!text.empty()) text += ", ";
    text += value == "true" ? name : name + " " + value;
  }
  return text;
}

std::string PacketWords(const PathExplanation& e) {
  std::string text =
      fmt::format("device MTU {}, pod MTU {}", e.mtu.device.count(), e.mtu.pod.count());
  if (e.mtu.route != e.mtu.pod) text += fmt::format(", route MTU {}", e.mtu.route.count());
  text += fmt::format(", payload of a full packet {}, headers {} B", e.mss.count(),
                      e.header_bytes.count());
  const datapath::PacketSizes& sizes = e.sizes;
  switch (sizes.fate) {
    case datapath::PacketFate::kWhole:
      break;
    case datapath::PacketFate::kDiscovered:
      text += fmt::format("; {} B is all that passes, and the sender is told", sizes.whole.count());
      break;
    case datapath::PacketFate::kCut:
      text += fmt::format("; packets of {} B are cut {}, {} B pass whole", sizes.wire().count(),
                          sizes.cut_by == datapath::CutBy::kNode ? "by the node" : "on their way",
                          sizes.whole.count());
      break;
    case datapath::PacketFate::kLost:
      text += fmt::format("; packets of {} B are LOST: {} B pass, and they may not be cut",
                          sizes.wire().count(), sizes.whole.count());
      break;
  }
  const Bytes documented = e.question.documented_whole;
  if (!OnOneNode(e.question.flow.path) && sizes.fate == datapath::PacketFate::kWhole &&
      documented > Bytes(0) && sizes.wire() > documented) {
    text += fmt::format("; Azure documents that it may cut packets above {} B (network_mtu)",
                        documented.count());
  }
  if (e.pair_ceiling.value() > 0) {
    text += fmt::format(", at most {:.1f} Gbit/s a node pair", 8 / e.pair_ceiling.value());
  }
  return text;
}

std::string ConntrackWords(const PathExplanation& e) {
  constexpr std::string_view kNodes[] = {"client's node", "entry node", "server's node"};
  std::string text;
  for (std::size_t i = 0; i < datapath::kSides; ++i) {
    if (e.conntrack_entries[i] == 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} on the {}", e.conntrack_entries[i], kNodes[i]);
  }
  return text.empty() ? "none" : text;
}

std::string LookupWords(const scenario::LookupFacts& lookup) {
  return fmt::format(
      "a new connection waits for {} queries to {} first, which are not part of the figures below: "
      "{}",
      lookup.queries, lookup.server, fmt::join(lookup.names, ", "));
}

std::string Header(const PathExplanation& e) {
  std::string out =
      fmt::format("{}: {} -> {}\n", e.question.configuration, e.question.client, e.question.server);
  std::string path = PathWords(e);
  if (e.question.share < 0.9995) {
    path += fmt::format(" ({:.1f} % of the connections)", 100 * e.question.share);
  }
  out += WrapLine("  path:      ", "             ", path);
  if (!e.question.verdict.empty()) {
    out += WrapLine("  policies:  ", "             ", e.question.verdict);
  }
  if (e.question.lookup) {
    out += WrapLine("  look-up:   ", "             ", LookupWords(*e.question.lookup));
  }
  out += WrapLine("  profile:   ", "             ",
                  e.question.profile->name() + ": " + e.question.profile->summary());
  out += WrapLine("  switches:  ", "             ", SwitchWords(e.switches));
  out += WrapLine("  packets:   ", "             ", PacketWords(e));
  out += WrapLine("  conntrack: ", "             ",
                  "entries of a new connection: " + ConntrackWords(e));
  return out;
}

std::string SectionTitle(const MessageExplanation& message) {
  if (message.payload.count() == 0) return message.title;
  std::string title = fmt::format("{}, {} B", message.title, message.payload.count());
  if (message.shape.packets > 1) {
    title += fmt::format(" in {} packets, {} after GSO", message.shape.packets,
                         message.shape.aggregates);
  }
  if (message.shape.fragments > 0) {
    title += fmt::format(", {} more by cutting", message.shape.fragments);
  }
  return title;
}

std::string SumWords(const MessageExplanation& message) {
  std::string text = "CPU " + FormatSpan(message.cpu);
  if (message.waiting.typical > 0) text += "; waiting " + FormatSpan(message.waiting);
  if (message.wire_ns > 0) {
    text += fmt::format("; between nodes {} ({} B on the wire)", Duration(message.wire_ns),
                        message.wire_bytes.count());
  }
  return text;
}

/// "1.75 to 52.6", in the unit of `typical`.
std::string RangeIn(const Span& ns) {
  const std::string unit = Duration(ns.typical);
  const double scale = unit.ends_with(" us") ? 1e3 : unit.ends_with(" ms") ? 1e6 : 1;
  const auto number = [&](double value) {
    const double scaled = value / scale;
    const double magnitude = std::abs(scaled);
    return FormatCount(magnitude < 10    ? std::round(scaled * 100) / 100
                       : magnitude < 100 ? std::round(scaled * 10) / 10
                                         : std::round(scaled));
  };
  return number(ns.low) + " to " + number(ns.high);
}

void AppendLine(const StageLine& line, SourceList& sources, std::string& out) {
  out += fmt::format("  {:<6} {:<10} {:<31} {:>8} {:>14} {:>4}\n", line.node,
                     Name(line.cost->paid_by), line.cost->id, Duration(line.ns.typical),
                     RangeIn(line.ns), Mark(sources, *line.cost));
  std::string arithmetic = Arithmetic(line);
  if (arithmetic.empty()) return;
  if (line.count != datapath::Count::kOne) {
    arithmetic += fmt::format("  ({})", Meaning(line.count));
  }
  out += fmt::format("  {:<17} {}\n", "", arithmetic);
}

/// Stages of `message` that `later` does not have.
std::vector<StageLine> Beyond(const MessageExplanation& message, const MessageExplanation& later) {
  std::vector<StageLine> stages;
  std::vector<StageLine> rest = later.stages;
  for (const StageLine& line : message.stages) {
    const auto same = std::find_if(rest.begin(), rest.end(), [&](const StageLine& other) {
      return other.cost == line.cost && other.node == line.node &&
             other.ns.typical == line.ns.typical;
    });
    if (same == rest.end()) {
      stages.push_back(line);
    } else {
      rest.erase(same);
    }
  }
  return stages;
}

/// The message that `message` repeats but for a few stages of its own, or nullptr.
const MessageExplanation* RepeatedBy(const PathExplanation& e, const MessageExplanation& message) {
  if (message.kind != datapath::MessageKind::kRequestFirst) return nullptr;
  for (const MessageExplanation& other : e.messages) {
    if (other.kind == datapath::MessageKind::kRequest) return &other;
  }
  return nullptr;
}

void AppendSection(const PathExplanation& e, const MessageExplanation& message, SourceList& sources,
                   std::string& out) {
  out += "\n" + SectionTitle(message) + "\n";
  if (message.kind == datapath::MessageKind::kControl) {
    out += WrapLine("  the stages of every packet; sum: ", "       ", SumWords(message));
    return;
  }
  const MessageExplanation* repeated = RepeatedBy(e, message);
  const std::vector<StageLine> stages =
      repeated == nullptr ? message.stages : Beyond(message, *repeated);
  if (repeated != nullptr) {
    out += fmt::format("  as a request on an open connection{}\n", stages.empty() ? "" : ", and:");
  }
  for (const StageLine& line : stages) AppendLine(line, sources, out);
  out += WrapLine("  sum: ", "       ", SumWords(message));
}

std::string Totals(const PathExplanation& e) {
  std::string out = "\nIn all, without queueing\n";
  for (const FabricLeg& leg : e.question.legs) {
    out += WrapLine("  fabric, one way:    ", "                      ",
                    fmt::format("{}, {} ({})", Duration(leg.mean.value()), leg.what, leg.source));
  }
  const std::string fabric = e.question.legs.empty() ? "" : " with the fabric";
  out += WrapLine("  new connection:     ", "                      ",
                  fmt::format("first reply after {}{}; CPU {}", FormatSpan(e.open_way), fabric,
                              FormatSpan(e.open_cpu)));
  out += WrapLine("  open connection:    ", "                      ",
                  fmt::format("round trip {}{}; CPU {}", FormatSpan(e.exchange_way), fabric,
                              FormatSpan(e.exchange_cpu)));
  if (e.cold_caches) {
    const datapath::CostRange& f = e.cold_caches->factor.value;
    out +=
        WrapLine("  with cold caches:   ", "                      ",
                 fmt::format("first reply after {}, CPU {}; round trip {}, CPU {} (work x {}, {} "
                             "to {}; a busy node is warm)",
                             Duration(e.cold_caches->open_way), Duration(e.cold_caches->open_cpu),
                             Duration(e.cold_caches->exchange_way),
                             Duration(e.cold_caches->exchange_cpu), f.typical, f.low, f.high));
  }
  return out;
}

std::string SourcesText(const SourceList& sources) {
  std::string out = "\nSources (low and high of a stage are the ends of its range)\n";
  std::size_t number = 0;
  for (const SourceList::Source& source : sources.sources()) {
    out +=
        WrapLine(fmt::format("  {:>5} ", fmt::format("[{}]", ++number)), "        ", source.title);
    for (const StageCost* cost : source.stages) {
      out += WrapLine("        ", "          ",
                      fmt::format("{}, {}: {}", cost->id, Name(cost->status), cost->source.where));
    }
  }
  if (!sources.assumed().empty()) out += "    [a] assumed, without a measurement\n";
  for (const StageCost* cost : sources.assumed()) {
    out += WrapLine("        ", "          ", cost->id + ": " + cost->why);
  }
  return out;
}

std::string Signed(double ns) { return (ns < 0 ? "-" : "+") + Duration(std::abs(ns)); }

void AppendDifferences(const std::string& title, const Span& first, const Span& second,
                       const std::vector<StageDifference>& differences, std::string& out) {
  out += fmt::format("\n{:<34}{:>15}{:>15}{:>15}\n", title, Duration(first.typical),
                     Duration(second.typical), Signed(second.typical - first.typical));
  for (const StageDifference& d : differences) {
    if (std::abs(d.difference()) < 0.05) continue;
    const auto cell = [](double ns) { return ns == 0 ? "-" : Duration(ns); };
    out += fmt::format("  {:<32}{:>15}{:>15}{:>15}\n", d.stage, cell(d.first_ns), cell(d.second_ns),
                       Signed(d.difference()));
  }
}

// ---- Markdown ----

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

void AppendMarkdownSection(const MessageExplanation& message, SourceList& sources,
                           std::string& out) {
  out += fmt::format("\n### {}\n\n", SectionTitle(message));
  out += "| node | pays | stage | count | typical | range | source |\n";
  out += "| --- | --- | --- | --- | ---: | --- | --- |\n";
  for (const StageLine& line : message.stages) {
    std::string count = Arithmetic(line);
    if (line.count != datapath::Count::kOne) count += fmt::format(" ({})", Meaning(line.count));
    out += fmt::format("| {} | {} | `{}` | {} | {} | {} to {} | {} |\n", line.node,
                       Name(line.cost->paid_by), line.cost->id, Escaped(count),
                       Duration(line.ns.typical), Duration(line.ns.low), Duration(line.ns.high),
                       Mark(sources, *line.cost));
  }
  out += fmt::format("\nSum: {}\n", SumWords(message));
}

void AppendMarkdownDifferences(const std::string& title, const PathComparison& c,
                               const std::vector<StageDifference>& differences, std::string& out) {
  out += fmt::format("\n### {}\n\n| stage | {} | {} | difference |\n| --- | ---: | ---: | ---: |\n",
                     title, Escaped(c.first.question.configuration),
                     Escaped(c.second.question.configuration));
  for (const StageDifference& d : differences) {
    if (std::abs(d.difference()) < 0.05) continue;
    out += fmt::format("| `{}` | {} | {} | {} |\n", d.stage, Duration(d.first_ns),
                       Duration(d.second_ns), Signed(d.difference()));
  }
}

}  // namespace

std::string ToText(const PathExplanation& e) {
  SourceList sources;
  std::string out = Header(e);
  for (const MessageExplanation& message : e.messages) {
    AppendSection(e, message, sources, out);
  }
  out += Totals(e);
  out += SourcesText(sources);
  return out;
}

std::string ToText(const PathComparison& c) {
  std::string out = Header(c.first) + "\n" + Header(c.second);
  out += "\nThe difference, by stages (both ends, both directions, background included)\n";
  out += fmt::format("{:<34}{:>15}{:>15}{:>15}\n", "", c.first.question.configuration.substr(0, 14),
                     c.second.question.configuration.substr(0, 14), "difference");
  const auto with_wait = [](const Span& cpu, const std::vector<StageDifference>& stages,
                            bool second) {
    Span sum;
    for (const StageDifference& d : stages) sum.typical += second ? d.second_ns : d.first_ns;
    sum.low = cpu.low;
    sum.high = cpu.high;
    return sum;
  };
  AppendDifferences("open a connection, first reply", with_wait(c.first.open_cpu, c.open, false),
                    with_wait(c.second.open_cpu, c.open, true), c.open, out);
  AppendDifferences("request and reply, open connection",
                    with_wait(c.first.exchange_cpu, c.exchange, false),
                    with_wait(c.second.exchange_cpu, c.exchange, true), c.exchange, out);
  return out;
}

std::string OtherPathsText(const std::vector<PathExplanation>& others) {
  if (others.empty()) return "";
  std::string out = "\nOther paths of these two (--path NAME shows one)\n";
  for (const PathExplanation& e : others) {
    out += WrapLine("  ", "    ",
                    fmt::format("{:.1f} %: {}, round trip {}, CPU {}", 100 * e.question.share,
                                Name(e.question.flow.path), Duration(e.exchange_way.typical),
                                Duration(e.exchange_cpu.typical)));
  }
  return out;
}

std::string OverviewText(const std::vector<PathExplanation>& explanations) {
  if (explanations.empty()) return "";
  const PathExplanation& any = explanations.front();
  std::string out = WrapLine("", "  ",
                             fmt::format("{} -> {}: {}; {} B and {} B back, unloaded",
                                         any.question.client, any.question.server, PathWords(any),
                                         any.question.request.count(), any.question.reply.count()));
  out += fmt::format("\n{:<32}{:>12}{:>12}{:>12}{:>12}\n", "", "opening", "CPU", "exchange", "CPU");
  for (const PathExplanation& e : explanations) {
    out += fmt::format("{:<32}{:>12}{:>12}{:>12}{:>12}\n", Shorten(e.question.configuration, 31),
                       Duration(e.open_way.typical), Duration(e.open_cpu.typical),
                       Duration(e.exchange_way.typical), Duration(e.exchange_cpu.typical));
    // The likeliest path may differ, if one configuration places pods otherwise.
    if (e.question.flow.path != any.question.flow.path) out += "  by " + PathWords(e) + "\n";
    if (e.question.lookup) {
      out += fmt::format("  and {} queries to {} before\n", e.question.lookup->queries,
                         e.question.lookup->server);
    }
  }
  out +=
      "\nopening: from connect() to the first reply; exchange: request and reply on an\n"
      "open connection; both with the fabric. --configuration NAME explains one.\n";
  return out;
}

std::string ToMarkdown(const PathExplanation& e) {
  SourceList sources;
  std::string out = fmt::format("## {}: {} → {}\n\n", e.question.configuration, e.question.client,
                                e.question.server);
  out += fmt::format("{}. {}.\n\nSwitches: {}.\n\nConntrack entries of a new connection: {}.\n",
                     PathWords(e), PacketWords(e), SwitchWords(e.switches), ConntrackWords(e));
  for (const MessageExplanation& message : e.messages) {
    AppendMarkdownSection(message, sources, out);
  }
  out += fmt::format(
      "\n### In all, without queueing\n\n- new connection: first reply after {}; CPU {}\n",
      FormatSpan(e.open_way), FormatSpan(e.open_cpu));
  out += fmt::format("- open connection: round trip {}; CPU {}\n", FormatSpan(e.exchange_way),
                     FormatSpan(e.exchange_cpu));
  out += "\n### Sources\n\n";
  std::size_t number = 0;
  for (const SourceList::Source& source : sources.sources()) {
    out += fmt::format("- [{}] {}\n", ++number, source.title);
    for (const StageCost* cost : source.stages) {
      out += fmt::format("  - `{}`, {}: {}\n", cost->id, Name(cost->status), cost->source.where);
    }
  }
  for (const StageCost* cost : sources.assumed()) {
    out += fmt::format("- [a] `{}`, assumed: {}\n", cost->id, cost->why);
  }
  return out;
}

std::string ToMarkdown(const PathComparison& c) {
  std::string out = fmt::format("## {} and {}: {} → {}\n", c.first.question.configuration,
                                c.second.question.configuration, c.first.question.client,
                                c.first.question.server);
  AppendMarkdownDifferences("Open a connection, first reply", c, c.open, out);
  AppendMarkdownDifferences("Request and reply on an open connection", c, c.exchange, out);
  return out;
}

}  // namespace cnisim::report
