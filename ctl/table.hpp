#pragma once

#include <string>
#include <vector>

namespace weixin::ctl {

/// How good a cell's news is; shown as a colour where colours are allowed.
enum class tone { neutral, good, waiting, bad, quiet };

/// The text in the tone's colour, or as it is.
std::string tinted(const std::string& text, tone t, bool colour);

struct column {
  std::string title;
  bool right = false;  ///< numbers stand at the right
  int max_columns = 0; ///< longer cells are cut off; 0: never
};

struct cell {
  std::string text; ///< untrusted text is fine
  tone mood = tone::neutral;
};

/// Rows under fixed titles, aligned by what characters really take on a terminal.
class table {
public:
  explicit table(std::vector<column> columns) : columns_(std::move(columns)) {}

  /// Missing cells are empty. Empty cells show as "-", so that `awk` counts the same columns in every row.
  void add(std::vector<cell> row);
  std::string to_text(bool colour) const;

private:
  std::vector<column> columns_;
  std::vector<std::vector<cell>> rows_;
};

} // namespace weixin::ctl
