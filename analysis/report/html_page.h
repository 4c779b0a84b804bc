#pragma once

/// @file
/// Pieces of an HTML page: escaped text, tables, figures with charts.

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace cnisim::report {

/// `text` with & < > " ' as entities.
std::string Escape(std::string_view text);

/// A cell of a table: text, and whether it is words (left) or a figure (right).
struct HtmlCell {
  std::string text;  ///< not escaped yet
  bool words = false;
  std::string note = {};  ///< said small, below
  bool strong = false;    ///< stands out
};

/// A table of figures: the first column names the row.
struct HtmlTable {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<HtmlCell>> rows;
};

/// The body of a page, section by section, and the data of its charts.
class HtmlPage {
 public:
  HtmlPage();
  ~HtmlPage();
  HtmlPage(const HtmlPage&) = delete;
  HtmlPage& operator=(const HtmlPage&) = delete;

  /// Stands above the contents: what was looked at.
  void Lead(std::string_view text);
  void Section(std::string_view id, std::string_view title);
  void Subsection(std::string_view title);
  void Paragraph(std::string_view text, std::string_view style = {});
  void List(const std::vector<std::string>& lines);
  void Code(std::string_view text);
  void Table(const HtmlTable& table);
  /// A table that is folded away until asked for.
  void FoldedTable(std::string_view summary, const HtmlTable& table);
  /// A chart, drawn by web/charts.mjs from `spec`, with its values as a folded table.
  void Figure(std::string_view title, const nlohmann::json& spec, const HtmlTable& values);

  /// The page around the body.  @param script  the charts' bundle; empty: no charts
  std::string Render(std::string_view title, std::string_view style, std::string_view script) const;

 private:
  std::string lead_;
  std::string body_;
  std::vector<std::pair<std::string, std::string>> sections_;  // id, title
  std::vector<std::string> charts_;                            // [figure] JSON
};

}  // namespace cnisim::report
