#pragma once

#include "config/document.hpp"
#include "config/problems.hpp"

#include <chrono>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weixin::config {

/// Reads the keys of one table. Each call names a key, which makes it a known one, and writes `out` only when
/// the file has the key with a good value; otherwise the default stays and, for a bad value, a problem is
/// noted. Lives as long as the document and the problems it was made from.
class section {
public:
  /// `content` may be null: a table that the file does not have, whose keys are known all the same.
  section(const value* content, std::string path, problems& found);

  void text(std::string_view key, std::string& out, std::string_view expectation,
            const std::function<bool(const std::string&)>& is_good);
  /// A string that no problem repeats: `wrong_with` says what is wrong with it, or nothing.
  void secret_text(std::string_view key, const std::function<std::string(const std::string&)>& wrong_with);
  void integer(std::string_view key, std::int64_t least, std::int64_t most,
               const std::function<void(std::int64_t)>& set);
  template <std::integral T>
  void integer(std::string_view key, T& out, std::int64_t least, std::int64_t most) {
    integer(key, least, most, [&out](std::int64_t v) { out = static_cast<T>(v); });
  }
  void number(std::string_view key, double& out, double least, double most);
  void boolean(std::string_view key, bool& out);
  void duration(std::string_view key, std::chrono::seconds& out, std::chrono::seconds least,
                std::chrono::seconds most);

  /// One of a few words, each with what it stands for.
  template <class T>
  void choice(std::string_view key, T& out, std::initializer_list<std::pair<std::string_view, T>> choices) {
    std::set<std::string> words;
    for (const auto& [word, meaning] : choices)
      words.emplace(word);
    std::string chosen;
    if (!word_out_of(key, chosen, words)) return;
    for (const auto& [word, meaning] : choices) {
      if (word == chosen) out = meaning;
    }
  }
  /// True, and `out` set, when the file has the key with one of the words.
  bool word_out_of(std::string_view key, std::string& out, const std::set<std::string>& words);

  /// An array of strings that are good together.
  void texts(std::string_view key, std::vector<std::string>& out, std::string_view expectation,
             const std::function<bool(const std::vector<std::string>&)>& are_good);

  /// An array of words, each one at most once. `out` is set when the file has the key and every word is good.
  void words(std::string_view key, std::vector<std::string>& out, std::string_view expectation,
             const std::set<std::string>& allowed);

  /// The table under that key; an absent one when the file has none or has something else there.
  section subsection(std::string_view key);
  /// The tables of an array of tables.
  std::vector<section> list(std::string_view key);
  /// The tables under this one, by the names the operator chose.
  std::vector<std::pair<std::string, section>>
  named(std::string_view expectation, const std::function<bool(std::string_view)>& is_good_name);

  /// Notes every key that no call named. Call it once, last.
  void refuse_unknown() const;

  /// Makes it a known key without reading it.
  void know(std::string_view key) { take(key); }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Notes a problem at that key, or at the table itself when the file does not have the key or it is empty.
  void problem_at(std::string_view key, std::string what);
  std::string path_of(std::string_view key) const;

private:
  const value* find(std::string_view key) const;
  const value* take(std::string_view key);

  const table* entries_ = nullptr; ///< null for an absent table
  place where_;
  std::string path_;
  problems* found_;
  std::set<std::string, std::less<>> asked_;
};

} // namespace weixin::config
