#pragma once

#include "ctl/session.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weixin::ctl {

/// What is asked of a list that the admin API gives page by page.
struct page_query {
  std::string target;                                                 ///< the path
  std::string key;                                                    ///< the list's member in the answer
  std::vector<std::pair<std::string_view, std::string_view>> filters; ///< of which empty ones are left out
  std::string after;                                                  ///< empty: the list's own beginning
  std::size_t limit = 100;                                            ///< of all pages together
};

struct page_rows {
  boost::json::array rows;
  boost::json::value next;  ///< where to go on, null when nothing is left
  std::optional<moment> at; ///< the server's time, of the last page
};

/// Asks for page after page until there are `limit` rows or nothing is left.
outcome<page_rows> read_pages(const session& s, const page_query& q);

/// A place in a list ("next") as text: a number or an id; empty for null.
std::string place_text(const boost::json::value& next);

/// Says on standard error how to see what was left out, if anything was.
void say_where_to_go_on(session& s, const page_rows& found);

} // namespace weixin::ctl
