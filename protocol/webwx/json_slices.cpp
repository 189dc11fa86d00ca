#include "protocol/webwx/json_slices.hpp"

#include "protocol/webwx/answer.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace weixin::webwx {

namespace {

constexpr std::size_t max_parts = 100'000;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// What begins or ends something outside of strings. As a table: every byte there is looked up.
constexpr auto is_structural = [] {
  std::array<bool, 256> table{};
  for (char c : std::string_view{"\"{}[],"})
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

/// Collects the elements of the array that begins at `begin`, if one does.
class elements_of {
public:
  elements_of(std::string_view text, std::size_t begin)
      : text_(text), begin_(begin + 1), good_(begin < text.size() && text[begin] == '[') {}

  void comma(std::size_t at) {
    if (good_) add(trimmed(text_.substr(begin_, at - begin_)));
    begin_ = at + 1;
  }
  /// Its outermost bracket, or one that follows it and makes it none.
  void close(std::size_t at) {
    auto last = good_ ? trimmed(text_.substr(begin_, at - begin_)) : std::string_view{};
    if (good_ && !(last.empty() && found_.empty())) add(last);
    good_ = good_ && end_ == 0;
    end_ = at + 1;
  }
  /// What was found, when the array is all that is before `end`.
  std::optional<std::vector<std::string_view>> take(std::size_t end) {
    if (!good_ || end != end_) return std::nullopt;
    return std::move(found_);
  }

private:
  void add(std::string_view element) {
    good_ = !element.empty() && found_.size() < max_parts;
    if (good_) found_.push_back(element);
  }

  std::string_view text_;
  std::size_t begin_; // of the element
  std::size_t end_ = 0;
  bool good_;
  std::vector<std::string_view> found_;
};

class scanner {
public:
  explicit scanner(std::string_view text) : text_(text) {
    if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_]))
      ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool at_end() {
    skip_blanks();
    return at_ == text_.size();
  }

  /// A string, quotes not included.
  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    auto begin = at_;
    if (!skip_string()) return std::nullopt;
    return text_.substr(begin, at_ - begin - 1);
  }

  /// Any value: up to the comma or bracket that ends it. Whether it is valid is the parser's question. Of an
  /// array the elements are found on the way: to go over a long answer once more would cost as much again.
  bool value(json_member& found) {
    skip_blanks();
    auto begin = at_;
    open_.clear();
    elements_of list(text_, begin);
    for (; at_ < text_.size(); ++at_) {
      auto c = text_[at_];
      if (!is_structural[static_cast<unsigned char>(c)]) continue;
      switch (c) {
      case '"':
        ++at_;
        if (!skip_string()) return false;
        --at_;
        break;
      case '{':
        open_ += '}';
        break;
      case '[':
        open_ += ']';
        break;
      case '}':
      case ']':
        if (open_.empty()) return ended(begin, found, list);
        if (open_.back() != c) return false;
        open_.pop_back();
        if (open_.empty()) list.close(at_);
        break;
      case ',':
        if (open_.empty()) return ended(begin, found, list);
        if (open_.size() == 1) list.comma(at_);
        break;
      default:
        break;
      }
    }
    return false;
  }

private:
  /// From quote to quote, which is fast, and most of an answer is strings. A quote with an odd number of
  /// backslashes in front of it is part of the string.
  bool skip_string() {
    auto begin = at_;
    for (auto quote = text_.find('"', at_); quote != std::string_view::npos; quote = text_.find('"', at_)) {
      auto escapes = quote;
      while (escapes > begin && text_[escapes - 1] == '\\')
        --escapes;
      at_ = quote + 1;
      if ((quote - escapes) % 2 == 0) return true;
      begin = at_;
    }
    at_ = text_.size();
    return false;
  }

  bool ended(std::size_t begin, json_member& found, elements_of& list) const {
    found.value = trimmed(text_.substr(begin, at_ - begin));
    found.elements = list.take(begin + found.value.size());
    return !found.value.empty();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_; // the brackets that are still to come, innermost last
};

error broken(std::string_view what) { return answer_error(errc::malformed_answer, what, "broken JSON"); }

} // namespace

result<std::vector<json_member>> split_object(std::string_view text, std::string_view what) {
  scanner s(text);
  std::vector<json_member> members;
  if (!s.take('{')) return broken(what);
  if (!s.take('}')) {
    do {
      auto key = s.string();
      if (!key || !s.take(':')) return broken(what);
      json_member member;
      member.key = *key;
      if (!s.value(member) || members.size() == max_parts) return broken(what);
      members.push_back(std::move(member));
    } while (s.take(','));
    if (!s.take('}')) return broken(what);
  }
  if (!s.at_end()) return broken(what);
  return members;
}

} // namespace weixin::webwx
