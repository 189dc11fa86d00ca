#include "ctl/pages.hpp"

#include "ctl/json_text.hpp"

#include <algorithm>

namespace weixin::ctl {
namespace {

constexpr std::size_t longest_page = 1'000; // the admin API gives no longer one

} // namespace

outcome<page_rows> read_pages(const session& s, const page_query& q) {
  page_rows all;
  auto after = q.after;
  while (all.rows.size() < q.limit) {
    auto limit = std::to_string(std::min(longest_page, q.limit - all.rows.size()));
    auto filters = q.filters;
    filters.insert(filters.end(), {{"after", after}, {"limit", limit}});
    auto a = s.server.get(q.target + query(filters));
    if (!a) return a.error();
    const auto& page = object_of(a->body);
    const auto& rows = list_of(page, q.key);
    all.rows.insert(all.rows.end(), rows.begin(), rows.end());
    all.at = a->at;
    const auto* next = page.if_contains("next");
    all.next = next == nullptr ? boost::json::value{} : *next;
    // A server that names a next page after an empty one would keep us for ever.
    if (all.next.is_null() || rows.empty()) break;
    after = place_text(all.next);
  }
  return all;
}

std::string place_text(const boost::json::value& next) {
  if (next.is_string()) return std::string{next.get_string()};
  if (next.is_int64()) return std::to_string(next.get_int64());
  if (next.is_uint64()) return std::to_string(next.get_uint64());
  return {};
}

void say_where_to_go_on(session& s, const page_rows& found) {
  if (auto place = place_text(found.next); !place.empty())
    say(s.terminal, "there may be more; to go on: --after " + place);
}

} // namespace weixin::ctl
