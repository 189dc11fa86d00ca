#include "ctl/commands.hpp"
#include "ctl/operation_view.hpp"

#include <boost/json/object.hpp>

namespace weixin::ctl {

outcome<exit_code> execute(session& s, const question& c) {
  wanted_operation o{c.name, "POST", {}, boost::json::object{}, c.no_wait};
  if (c.verb == "search") {
    o.path = "/contacts/search";
    o.body = boost::json::object{{"keyword", c.text}};
  } else if (c.verb == "check-link") {
    o.path = "/links/check";
    o.body = boost::json::object{{"url", c.text}};
  } else {
    o.path = "/activity";
    o.body = boost::json::object{{"action", c.text}};
  }
  return run_operation(s, o);
}

} // namespace weixin::ctl
