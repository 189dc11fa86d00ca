#include "config/section.hpp"

#include "config/spelling.hpp"
#include "config/value_forms.hpp"

#include <algorithm>

namespace weixin::config {

namespace {

/// Whole numbers without a fraction: "10", "0.01".
std::string plain(double number) {
  auto text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string one_of(const std::set<std::string>& words) {
  std::string text;
  for (const auto& word : words)
    text += (text.empty() ? "" : " or ") + shown(word);
  return text.empty() ? "nothing: there is nothing to choose from" : text;
}

std::string hint(std::string_view word, const std::set<std::string>& words) {
  auto meant = closest(word, words);
  return meant.empty() ? "" : "; did you mean " + shown(meant) + "?";
}

} // namespace

section::section(const value* content, std::string path, problems& found)
    : path_(std::move(path)), found_(&found) {
  if (content == nullptr) return;
  where_ = content->where;
  entries_ = content->as_table();
  if (entries_ == nullptr) found.expected(*content, path_, "a table");
}

std::string section::path_of(std::string_view key) const {
  if (key.empty()) return path_;
  return path_.empty() ? shown_key(key) : path_ + "." + shown_key(key);
}

const value* section::find(std::string_view key) const {
  if (entries_ == nullptr) return nullptr;
  for (const auto& e : *entries_) {
    if (e.key == key) return &e.content;
  }
  return nullptr;
}

const value* section::take(std::string_view key) {
  asked_.emplace(key);
  found_->know(path_of(key));
  return find(key);
}

void section::text(std::string_view key, std::string& out, std::string_view expectation,
                   const std::function<bool(const std::string&)>& is_good) {
  const auto* v = take(key);
  if (v == nullptr) return;
  const auto* given = std::get_if<std::string>(&v->data);
  if (given == nullptr || !is_good(*given)) return found_->expected(*v, path_of(key), expectation);
  out = *given;
}

void section::secret_text(std::string_view key,
                          const std::function<std::string(const std::string&)>& wrong_with) {
  const auto* v = take(key);
  if (v == nullptr) return;
  const auto* given = std::get_if<std::string>(&v->data);
  auto wrong = given == nullptr ? "expected a string" : wrong_with(*given);
  if (!wrong.empty()) found_->add(v->where, path_of(key), wrong);
}

void section::integer(std::string_view key, std::int64_t least, std::int64_t most,
                      const std::function<void(std::int64_t)>& set) {
  const auto* v = take(key);
  if (v == nullptr) return;
  const auto* given = std::get_if<std::int64_t>(&v->data);
  if (given == nullptr || *given < least || *given > most)
    return found_->expected(*v, path_of(key),
                            "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  set(*given);
}

void section::number(std::string_view key, double& out, double least, double most) {
  const auto* v = take(key);
  if (v == nullptr) return;
  std::optional<double> given;
  if (const auto* whole = std::get_if<std::int64_t>(&v->data)) given = static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&v->data)) given = *real;
  // Written so that a NaN is refused.
  if (!given || !(*given >= least && *given <= most))
    return found_->expected(*v, path_of(key), "a number from " + plain(least) + " to " + plain(most));
  out = *given;
}

void section::boolean(std::string_view key, bool& out) {
  const auto* v = take(key);
  if (v == nullptr) return;
  const auto* given = std::get_if<bool>(&v->data);
  if (given == nullptr) return found_->expected(*v, path_of(key), "true or false");
  out = *given;
}

void section::duration(std::string_view key, std::chrono::seconds& out, std::chrono::seconds least,
                       std::chrono::seconds most) {
  const auto* v = take(key);
  if (v == nullptr) return;
  const auto* given = std::get_if<std::string>(&v->data);
  auto parsed = given != nullptr ? parse_duration(*given) : std::nullopt;
  if (!parsed || *parsed < least || *parsed > most)
    return found_->expected(*v, path_of(key),
                            "a duration from " + shown(format_duration(least)) + " to " +
                                shown(format_duration(most)) + R"(, such as "90s", "2m" or "1h30m")");
  out = *parsed;
}

bool section::word_out_of(std::string_view key, std::string& out, const std::set<std::string>& words) {
  const auto* v = take(key);
  if (v == nullptr) return false;
  const auto* given = std::get_if<std::string>(&v->data);
  if (given == nullptr || !words.contains(*given)) {
    found_->expected(*v, path_of(key), one_of(words) + (given != nullptr ? hint(*given, words) : ""));
    return false;
  }
  out = *given;
  return true;
}

void section::texts(std::string_view key, std::vector<std::string>& out, std::string_view expectation,
                    const std::function<bool(const std::vector<std::string>&)>& are_good) {
  const auto* v = take(key);
  if (v == nullptr) return;
  const auto* items = std::get_if<array>(&v->data);
  if (items == nullptr) return found_->expected(*v, path_of(key), expectation);
  std::vector<std::string> given;
  for (const auto& item : *items) {
    const auto* text = std::get_if<std::string>(&item.data);
    if (text == nullptr) return found_->expected(item, path_of(key), "a string");
    given.push_back(*text);
  }
  if (!are_good(given)) return found_->expected(*v, path_of(key), expectation);
  out = std::move(given);
}

void section::words(std::string_view key, std::vector<std::string>& out, std::string_view expectation,
                    const std::set<std::string>& allowed) {
  const auto* v = take(key);
  if (v == nullptr) return;
  const auto* items = std::get_if<array>(&v->data);
  if (items == nullptr) return found_->expected(*v, path_of(key), expectation);
  std::vector<std::string> chosen;
  auto problems_before = found_->count();
  for (const auto& item : *items) {
    const auto* word = std::get_if<std::string>(&item.data);
    if (word == nullptr || !allowed.contains(*word))
      found_->expected(item, path_of(key), one_of(allowed) + (word != nullptr ? hint(*word, allowed) : ""));
    else if (std::find(chosen.begin(), chosen.end(), *word) != chosen.end())
      found_->expected(item, path_of(key), "each word once");
    else
      chosen.push_back(*word);
  }
  if (found_->count() == problems_before) out = std::move(chosen);
}

section section::subsection(std::string_view key) {
  const auto* v = take(key);
  return {v, path_of(key), *found_};
}

std::vector<section> section::list(std::string_view key) {
  std::vector<section> tables;
  const auto* v = take(key);
  if (v == nullptr) return tables;
  const auto* items = std::get_if<array>(&v->data);
  if (items == nullptr) {
    found_->expected(*v, path_of(key), "tables, each under [[" + path_of(key) + "]]");
    return tables;
  }
  for (const auto& item : *items)
    tables.emplace_back(&item, path_of(key), *found_);
  return tables;
}

std::vector<std::pair<std::string, section>>
section::named(std::string_view expectation, const std::function<bool(std::string_view)>& is_good_name) {
  std::vector<std::pair<std::string, section>> tables;
  if (entries_ == nullptr) return tables;
  for (const auto& e : *entries_) {
    asked_.insert(e.key);
    if (!is_good_name(e.key)) {
      found_->add(e.where, path_of(e.key), "found this name, expected " + std::string{expectation});
      continue;
    }
    found_->know(path_of(e.key));
    tables.emplace_back(e.key, section{&e.content, path_of(e.key), *found_});
  }
  return tables;
}

void section::refuse_unknown() const {
  if (entries_ == nullptr) return;
  for (const auto& e : *entries_) {
    if (!asked_.contains(e.key)) found_->unknown(e.where, path_of(e.key));
  }
}

void section::problem_at(std::string_view key, std::string what) {
  const auto* v = find(key);
  found_->add(v != nullptr ? v->where : where_, path_of(key), std::move(what));
}

} // namespace weixin::config
