#include "admin/reload_calls.hpp"

#include "admin/fleet_json.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"
#include "admin/reply.hpp"

#include <boost/json/array.hpp>

#include <sstream>

namespace weixin::admin {

namespace {

boost::json::array to_array(const std::vector<std::string>& words) {
  boost::json::array list;
  for (const auto& word : words)
    list.emplace_back(word);
  return list;
}

/// Each line as a problem of its own.
void refuse_lines(const reply& to, const error& e) {
  boost::json::array list;
  std::istringstream lines{e.context};
  for (std::string line; std::getline(lines, line);)
    list.push_back(boost::json::object{{"detail", line}});
  to.refuse(fail(e.code, "The configuration is not acceptable; nothing was changed."), "errors",
            std::move(list));
}

void reload_configuration(const reload_function& reload, const httpd::request& r, const reply& to) {
  auto body = read_object(r.body, {"check"});
  if (!body) return to.refuse(body.error());
  auto check = read_flag(*body, "check");
  if (!check) return to.refuse(check.error());
  bool check_only = check->value_or(false);
  to.concerns(check_only ? "check" : "");
  reload(check_only, [to, check_only](result<reload_report> done) {
    if (!done && done.error().code == errc::config_invalid) return refuse_lines(to, done.error());
    if (!done) return to.refuse(done.error());
    to.send(json_response(200, {{"applied", !check_only},
                                {"changed", to_array(done->changed)},
                                {"accounts", to_json(done->accounts)},
                                {"undeclared", to_array(done->undeclared)}}));
  });
}

} // namespace

void add_reload_calls(api_routes& routes, reload_function reload) {
  routes.add("POST", "/v1/reload", need::administer,
             [reload = std::move(reload)](const httpd::request& r, const reply& to) {
               reload_configuration(reload, r, to);
             });
}

} // namespace weixin::admin
