#include "protocol/webwx/json_slices.hpp"

#include "protocol/webwx/answer.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>

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

  /// Any value: up to the comma or bracket that ends it. Whether it is valid is the parser's question.
  std::optional<std::string_view> value() {
    skip_blanks();
    auto begin = at_;
    open_.clear();
    for (; at_ < text_.size(); ++at_) {
      auto c = text_[at_];
      if (!is_structural[static_cast<unsigned char>(c)]) continue;
      switch (c) {
      case '"':
        ++at_;
        if (!skip_string()) return std::nullopt;
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
        if (open_.empty()) return ended(begin);
        if (open_.back() != c) return std::nullopt;
        open_.pop_back();
        break;
      case ',':
        if (open_.empty()) return ended(begin);
        break;
      default:
        break;
      }
    }
    return std::nullopt;
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

  std::optional<std::string_view> ended(std::size_t begin) const {
    auto found = text_.substr(begin, at_ - begin);
    while (!found.empty() && is_blank(found.back()))
      found.remove_suffix(1);
    if (found.empty()) return std::nullopt;
    return found;
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
      auto value = s.value();
      if (!value || members.size() == max_parts) return broken(what);
      members.push_back({*key, *value});
    } while (s.take(','));
    if (!s.take('}')) return broken(what);
  }
  if (!s.at_end()) return broken(what);
  return members;
}

result<std::vector<std::string_view>> split_array(std::string_view text, std::string_view what) {
  scanner s(text);
  std::vector<std::string_view> values;
  if (!s.take('[')) return broken(what);
  if (!s.take(']')) {
    do {
      auto value = s.value();
      if (!value || values.size() == max_parts) return broken(what);
      values.push_back(*value);
    } while (s.take(','));
    if (!s.take(']')) return broken(what);
  }
  if (!s.at_end()) return broken(what);
  return values;
}

} // namespace weixin::webwx
