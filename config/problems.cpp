#include "config/problems.hpp"

#include "config/spelling.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace weixin::config {

namespace {

constexpr std::size_t most_listed = 50;
constexpr std::size_t longest_shown = 60;

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};

} // namespace

void problems::add(place where, std::string key, std::string what) {
  listed_.push_back({where, std::move(key), std::move(what)});
}

void problems::expected(const value& found, std::string key, std::string_view expectation) {
  add(found.where, std::move(key), "found " + shown(found) + ", expected " + std::string{expectation});
}

void problems::know(std::string key) { known_.insert(std::move(key)); }

void problems::unknown(place where, std::string key) { unknown_.push_back({where, std::move(key), {}}); }

error problems::as_error() const {
  auto all = listed_;
  for (auto p : unknown_) {
    auto meant = closest_key(p.key, known_);
    p.what = "unknown key" + (meant.empty() ? "" : ", did you mean " + meant + "?");
    all.push_back(std::move(p));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const problem& a, const problem& b) { return a.where < b.where; });
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < most_listed; ++i) {
    const auto& p = all[i];
    if (i > 0) text += '\n';
    text += file_name_ + ":" + std::to_string(p.where.line) + ":" + std::to_string(p.where.column) + ": ";
    if (!p.key.empty()) text += p.key + ": ";
    text += p.what;
  }
  if (all.size() > most_listed) text += "\nand " + std::to_string(all.size() - most_listed) + " more";
  return fail(errc::config_invalid, std::move(text));
}

std::string shown(std::string_view text) {
  auto part = text.substr(0, longest_shown);
  // The cut must not leave half a character.
  while (part.size() < text.size() && !part.empty() &&
         (static_cast<unsigned char>(text[part.size()]) & 0xC0U) == 0x80U)
    part.remove_suffix(1);
  auto quoted = boost::json::serialize(boost::json::string(part));
  return part.size() < text.size() ? quoted + "..." : quoted;
}

std::string shown(const value& v) {
  return std::visit(overloaded{
                        [](const std::string& text) { return shown(std::string_view{text}); },
                        [](std::int64_t integer) { return std::to_string(integer); },
                        [](double number) { return std::to_string(number); },
                        [](bool boolean) { return std::string{boolean ? "true" : "false"}; },
                        [](const moment&) { return std::string{"a date or time"}; },
                        [](const array&) { return std::string{"an array"}; },
                        [](const table&) { return std::string{"a table"}; },
                    },
                    v.data);
}

std::string shown_key(std::string_view key) {
  bool bare = !key.empty() && key.size() <= longest_shown && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? std::string{key} : shown(key);
}

} // namespace weixin::config
