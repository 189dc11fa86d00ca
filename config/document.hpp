#pragma once

#include "protocol/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weixin::config {

/// A place in the configuration file; both numbers count from 1.
struct place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend auto operator<=>(const place&, const place&) = default;
};

struct value;
struct entry;
using array = std::vector<value>;
using table = std::vector<entry>;
/// A value that no key of ours can want: a date or a time, or anything nested deeper than our keys are.
struct moment {};

/// A value of the file, and where it stands.
struct value {
  place where;
  std::variant<std::string, std::int64_t, double, bool, moment, array, table> data;

  const table* as_table() const { return std::get_if<table>(&data); }
};

/// A key of a table, and where it stands.
struct entry {
  std::string key;
  place where;
  value content;
};

/// Parses TOML into a table whose entries are sorted by key. Errors: config_invalid with "file:line:column:
/// why", for the first thing that is not TOML.
result<value> parse_document(std::string_view text, const std::string& file_name);

} // namespace weixin::config
