#include "analysis/report/html_page.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cnisim::report {
namespace {

std::string RenderTable(const HtmlTable& table) {
  // A region that scrolls sideways can be reached and moved by keyboard.
  std::string html = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table>"
      "<caption>{0}</caption><thead><tr>",
      Escape(table.caption));
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    // A heading stands over its figures or words as they stand.
    const bool words =
        !table.rows.empty() && i < table.rows.front().size() && table.rows.front()[i].words;
    html += fmt::format("<th scope=\"col\"{}>{}</th>", words ? " class=\"text\"" : "",
                        Escape(table.header[i]));
  }
  html += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string text = Escape(row[i].text);
      if (row[i].strong) text = "<strong>" + text + "</strong>";
      if (!row[i].note.empty()) text += "<small>" + Escape(row[i].note) + "</small>";
      if (i == 0) {
        html += fmt::format("<th scope=\"row\">{}</th>", text);
      } else {
        html += fmt::format("<td{}>{}</td>", row[i].words ? " class=\"text\"" : "", text);
      }
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

/// JSON that may stand inside a <script>: no "</" can end it early.
std::string InScript(std::string json) {
  for (std::size_t at = json.find('<'); at != std::string::npos; at = json.find('<', at)) {
    json.replace(at, 1, "\\u003c");
  }
  return json;
}

}  // namespace

std::string Escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

HtmlPage::HtmlPage() = default;
HtmlPage::~HtmlPage() = default;

void HtmlPage::Lead(std::string_view text) { lead_ = text; }

void HtmlPage::Section(std::string_view id, std::string_view title) {
  sections_.emplace_back(id, title);
  body_ += fmt::format("<h2 id=\"{}\">{}</h2>\n", Escape(id), Escape(title));
}

void HtmlPage::Subsection(std::string_view title) {
  body_ += fmt::format("<h3>{}</h3>\n", Escape(title));
}

void HtmlPage::Paragraph(std::string_view text, std::string_view style) {
  const std::string attribute = style.empty() ? "" : fmt::format(" class=\"{}\"", style);
  body_ += fmt::format("<p{}>{}</p>\n", attribute, Escape(text));
}

void HtmlPage::List(const std::vector<std::string>& lines) {
  body_ += "<ul>\n";
  for (const std::string& line : lines) body_ += fmt::format("<li>{}</li>\n", Escape(line));
  body_ += "</ul>\n";
}

void HtmlPage::Code(std::string_view text) {
  body_ += fmt::format("<pre tabindex=\"0\"><code>{}</code></pre>\n", Escape(text));
}

void HtmlPage::Table(const HtmlTable& table) { body_ += RenderTable(table); }

void HtmlPage::FoldedTable(std::string_view summary, const HtmlTable& table) {
  body_ += fmt::format("<details><summary>{}</summary>\n{}</details>\n", Escape(summary),
                       RenderTable(table));
}

void HtmlPage::Figure(std::string_view title, const nlohmann::json& spec, const HtmlTable& values) {
  body_ += fmt::format(
      "<figure data-chart=\"{}\"><figcaption>{}</figcaption><div class=\"chart\"></div></figure>\n",
      charts_.size(), Escape(title));
  charts_.push_back(spec.dump());
  FoldedTable("The values of this chart", values);
}

std::string HtmlPage::Render(std::string_view title, std::string_view style,
                             std::string_view script) const {
  std::string contents;
  for (const auto& [id, name] : sections_) {
    contents += fmt::format("<li><a href=\"#{}\">{}</a></li>", Escape(id), Escape(name));
  }
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>{0}</title>\n<style>\n{1}</style>\n</head>\n"
      "<body>\n<a class=\"skip\" href=\"#main\">To the answer</a>\n"
      "<header><h1>{0}</h1>{3}</header>\n"
      "<nav aria-label=\"Sections\"><ul>{2}</ul></nav>\n<main id=\"main\">\n",
      Escape(title), style, contents,
      lead_.empty() ? "" : fmt::format("<p class=\"soft\">{}</p>", Escape(lead_)));
  html += body_;
  html += "</main>\n";
  if (!script.empty() && !charts_.empty()) {
    html += fmt::format("<script type=\"application/json\" id=\"charts\">[{}]</script>\n<script>",
                        InScript(fmt::format("{}", fmt::join(charts_, ","))));
    html += script;
    html += "</script>\n";
  }
  return html + "</body>\n</html>\n";
}

}  // namespace cnisim::report
