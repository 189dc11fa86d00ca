#include "protocol/webwx/search_contact.hpp"

#include "protocol/webwx/contact_json.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/request.hpp"

#include <algorithm>
#include <array>

namespace weixin::webwx {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same(char a, char b) noexcept { return lower(a) == lower(b); }

bool begins_with(std::string_view text, std::string_view with) noexcept {
  return text.size() >= with.size() && std::equal(with.begin(), with.end(), text.begin(), same);
}

bool contains(std::string_view text, std::string_view part) noexcept {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

/// One of the keys, which stand one a line, begins with it.
bool has_pinyin(std::string_view keys, std::string_view query) noexcept {
  while (!keys.empty()) {
    auto key = keys.substr(0, keys.find('\n'));
    if (begins_with(key, query)) return true;
    keys.remove_prefix(std::min(key.size() + 1, keys.size()));
  }
  return false;
}

} // namespace

contact_query::contact_query(std::string_view query) : query_(query) {
  for (char c : query) {
    if (c == ' ' || c == '\'') continue;
    if (static_cast<unsigned char>(c) >= 0x80) {
      pinyin_.clear();
      return;
    }
    pinyin_ += c;
  }
}

std::optional<match_reason> contact_query::match(const contact_names& c) const noexcept {
  if (query_.empty()) return std::nullopt;
  const std::array<std::string_view, 3> names{c.remark, c.nick, c.alias};
  auto any = [&](auto&& holds) { return std::any_of(names.begin(), names.end(), holds); };
  if (any([&](auto name) { return name.size() == query_.size() && begins_with(name, query_); }))
    return match_reason::exact;
  if (any([&](auto name) { return begins_with(name, query_); })) return match_reason::prefix;
  if (!pinyin_.empty() && has_pinyin(c.pinyin, pinyin_)) return match_reason::pinyin;
  if (any([&](auto name) { return contains(name, query_); })) return match_reason::inside;
  return std::nullopt;
}

http_request make_search_contact(const session& s, std::string_view keyword) {
  auto body = body_with_base_request(s);
  body["KeyWord"] = to_valid_utf8(keyword);
  target t{endpoint::webwxsearchcontact};
  t.add_common(s);
  return make_json_post(s, std::move(t), body);
}

result<std::vector<contact>> parse_search_contact(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxsearchcontact);
  if (!opened) return opened.error();
  auto list = read_contacts(*opened, "List");
  if (!list) return list.error();
  return std::move(list->contacts);
}

std::vector<contact_match> search_contacts(const std::vector<contact>& records, std::string_view query,
                                           std::size_t most) {
  std::vector<contact_match> found;
  contact_query wanted{query};
  for (const auto& c : records)
    if (auto reason = wanted.match({c.remark_name, c.nick_name, c.alias, c.pinyin}))
      found.push_back({&c, *reason});
  std::stable_sort(found.begin(), found.end(),
                   [](const contact_match& a, const contact_match& b) { return a.reason < b.reason; });
  if (found.size() > most) found.resize(most);
  return found;
}

} // namespace weixin::webwx
