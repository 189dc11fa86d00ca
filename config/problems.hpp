#pragma once

#include "config/document.hpp"
#include "protocol/result.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::config {

/// Everything that is wrong with one file, collected while it is read.
class problems {
public:
  explicit problems(std::string file_name) : file_name_(std::move(file_name)) {}

  /// `key` is the full one; empty when the problem is none of a key.
  void add(place where, std::string key, std::string what);
  /// "found 3, expected a string"
  void expected(const value& found, std::string key, std::string_view expectation);

  /// A key that may stand in the file; unknown ones are compared with these for a hint.
  void know(std::string key);
  /// A key that no reader asked for.
  void unknown(place where, std::string key);

  bool any() const { return !listed_.empty() || !unknown_.empty(); }
  std::size_t count() const { return listed_.size() + unknown_.size(); }
  const std::set<std::string>& known() const { return known_; }

  /// config_invalid with one problem a line, in the order of the file; at most 50.
  error as_error() const;

private:
  struct problem {
    place where;
    std::string key;
    std::string what;
  };

  std::string file_name_;
  std::vector<problem> listed_;
  std::vector<problem> unknown_;
  std::set<std::string> known_;
};

/// A string of the file as a message shows it: quoted, escaped, cut after 60 bytes.
std::string shown(std::string_view text);
/// A value of the file as a message shows it, with its type unless that is plain to see.
std::string shown(const value& v);
/// A key as it is written in the file: bare, or quoted where TOML wants that.
std::string shown_key(std::string_view key);

} // namespace weixin::config
