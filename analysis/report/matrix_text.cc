#include "analysis/report/matrix_text.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cnisim::report {
namespace {

using connectivity::Cell;
using connectivity::Group;
using connectivity::Matrix;

constexpr std::size_t kMostColumns = 20;

char Sign(const Cell& cell) {
  if (cell.allowed == 0) return '-';
  if (cell.l7) return '7';
  return cell.allowed == cell.asked ? '+' : '~';
}

std::string Summary(const Matrix& matrix) {
  const std::uint64_t partly = matrix.pairs_partly();
  const std::uint64_t allowed = matrix.pairs_allowed();
  return fmt::format("{} groups, {} pairs: {} allowed, {} on some ports, {} denied\n",
                     matrix.size(), matrix.pairs(), allowed, partly,
                     matrix.pairs() - allowed - partly);
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// The sources that may reach each destination, one line a destination.
std::string ListText(const Matrix& matrix) {
  std::string text;
  for (std::size_t to = 0; to < matrix.size(); ++to) {
    std::size_t allowed = 0;
    std::string names;
    for (std::size_t from = 0; from < matrix.size(); ++from) {
      if (from == to || matrix.At(from, to).allowed == 0) continue;
      ++allowed;
      if (allowed <= 3) names += (names.empty() ? "" : ", ") + matrix.groups()[from].name;
    }
    if (allowed > 3) names += ", ...";
    text += fmt::format("{:<34.34} from {:>5} of {}: {}\n", matrix.groups()[to].name, allowed,
                        matrix.size() - 1, names);
  }
  return text;
}

}  // namespace

std::string MatrixText(const Matrix& matrix) {
  std::string text = Summary(matrix);
  if (matrix.size() > kMostColumns) return text + ListText(matrix);
  std::string header;
  for (std::size_t to = 0; to < matrix.size(); ++to) header += fmt::format("{:>3}", to + 1);
  text += fmt::format("{:<3} {:<15}{}\n", "", "from \\ to", header);
  for (std::size_t from = 0; from < matrix.size(); ++from) {
    text += fmt::format("{:>3} {:<15.15}", from + 1, matrix.groups()[from].name);
    for (std::size_t to = 0; to < matrix.size(); ++to) {
      text += fmt::format("{:>3}", from == to ? '.' : Sign(matrix.At(from, to)));
    }
    text += '\n';
  }
  return text + "+ every port asked, ~ some, - none, 7 a proxy decides about requests\n";
}

std::string MatrixMarkdown(const Matrix& matrix) {
  std::string text = "| from \\ to |";
  std::string rule = "| --- |";
  for (const Group& group : matrix.groups()) {
    text += ' ' + group.name + " |";
    rule += " --- |";
  }
  text += '\n' + rule + '\n';
  for (std::size_t from = 0; from < matrix.size(); ++from) {
    text += "| " + matrix.groups()[from].name + " |";
    for (std::size_t to = 0; to < matrix.size(); ++to) {
      const Cell& cell = matrix.At(from, to);
      const std::string word = cell.allowed == 0           ? "deny"
                               : cell.allowed < cell.asked ? "some ports"
                               : cell.l7                   ? "allow (L7)"
                                                           : "allow";
      text += ' ' + (from == to ? std::string() : word) + " |";
    }
    text += '\n';
  }
  return text;
}

std::string MatrixCsv(const Matrix& matrix) {
  std::string text = "source,destination,ports_asked,ports_allowed,l7\n";
  for (std::size_t from = 0; from < matrix.size(); ++from) {
    for (std::size_t to = 0; to < matrix.size(); ++to) {
      if (from == to) continue;
      const Cell& cell = matrix.At(from, to);
      text += fmt::format("{},{},{},{},{}\n", matrix.groups()[from].name, matrix.groups()[to].name,
                          cell.asked, cell.allowed, cell.l7 ? 1 : 0);
    }
  }
  return text;
}

std::string MatrixDot(const Matrix& matrix) {
  std::string text = "digraph policy {\n";
  for (const Group& group : matrix.groups()) text += "  " + Quoted(group.name) + ";\n";
  for (std::size_t from = 0; from < matrix.size(); ++from) {
    for (std::size_t to = 0; to < matrix.size(); ++to) {
      const Cell& cell = matrix.At(from, to);
      if (from == to || cell.allowed == 0) continue;
      text += "  " + Quoted(matrix.groups()[from].name) + " -> " + Quoted(matrix.groups()[to].name);
      if (cell.l7) {
        text += " [label=\"L7\"]";
      } else if (cell.allowed < cell.asked) {
        text += " [style=dashed]";
      }
      text += ";\n";
    }
  }
  return text + "}\n";
}

nlohmann::ordered_json MatrixJson(const Matrix& matrix) {
  nlohmann::ordered_json json;
  json["groups"] = nlohmann::ordered_json::array();
  for (const Group& group : matrix.groups()) {
    nlohmann::ordered_json ports = nlohmann::ordered_json::array();
    for (const auto& port : group.ports) ports.push_back(port.ToString());
    json["groups"].push_back({{"name", group.name}, {"pods", group.pods}, {"ports", ports}});
  }
  json["pairs"] = nlohmann::ordered_json::array();
  for (std::size_t from = 0; from < matrix.size(); ++from) {
    for (std::size_t to = 0; to < matrix.size(); ++to) {
      if (from == to) continue;
      const Cell& cell = matrix.At(from, to);
      json["pairs"].push_back({{"source", matrix.groups()[from].name},
                               {"destination", matrix.groups()[to].name},
                               {"ports_asked", cell.asked},
                               {"ports_allowed", cell.allowed},
                               {"l7", cell.l7}});
    }
  }
  return json;
}

}  // namespace cnisim::report
