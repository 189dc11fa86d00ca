#include "ctl/table.hpp"

#include "ctl/terminal_text.hpp"

#include <algorithm>

namespace weixin::ctl {
namespace {

constexpr int gap = 3;

std::string_view colour_of(tone t) {
  switch (t) {
  case tone::good:
    return "\x1b[32m";
  case tone::waiting:
    return "\x1b[33m";
  case tone::bad:
    return "\x1b[31m";
  case tone::quiet:
    return "\x1b[2m";
  case tone::neutral:
    break;
  }
  return {};
}

std::string spaces(int count) { return std::string(static_cast<std::size_t>(std::max(0, count)), ' '); }

} // namespace

std::string tinted(const std::string& text, tone t, bool colour) {
  if (!colour || t == tone::neutral) return text;
  return std::string{colour_of(t)} + text + "\x1b[0m";
}

void table::add(std::vector<cell> row) {
  row.resize(columns_.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    auto& text = row[i].text;
    text = text.empty() ? "-" : printable(text);
    if (columns_[i].max_columns > 0) text = cut(text, columns_[i].max_columns);
  }
  rows_.push_back(std::move(row));
}

std::string table::to_text(bool colour) const {
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int widest = columns_of(columns_[i].title);
    for (const auto& row : rows_)
      widest = std::max(widest, columns_of(row[i].text));
    widths.push_back(widest);
  }
  std::string text;
  auto append = [&](std::size_t i, const std::string& shown, const std::string& plain) {
    auto missing = widths[i] - columns_of(plain);
    bool last = i + 1 == columns_.size();
    if (columns_[i].right)
      text += spaces(missing) + shown;
    else
      text += shown + spaces(last ? 0 : missing);
    text += last ? "\n" : spaces(gap);
  };
  for (std::size_t i = 0; i < columns_.size(); ++i)
    append(i, columns_[i].title, columns_[i].title);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      append(i, tinted(row[i].text, row[i].mood, colour), row[i].text);
  return text;
}

} // namespace weixin::ctl
