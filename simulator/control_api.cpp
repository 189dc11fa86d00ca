#include "simulator/control_api.hpp"

#include "simulator/control_routes.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

httpd::response serve_route(simulated_weixin& service, const httpd::request& r, const control_route& route,
                            const moment& now) {
  json::object body;
  if (!r.body.empty()) {
    boost::system::error_code ec;
    auto parsed = json::parse(r.body, ec);
    if (ec || !parsed.is_object()) return httpd::problem(400, "bad_json", "The body must be a JSON object.");
    body = std::move(parsed.get_object());
  }
  field_reader fields{body};
  return route.serve({service, r, body, fields, now});
}

} // namespace

httpd::response ok(boost::json::object body, int status) {
  httpd::response r;
  r.status = status;
  r.body = json::serialize(body);
  return r;
}

httpd::response refused(const error& e) {
  switch (e.code) {
  case errc::not_online:
    return httpd::problem(409, "not_online", e.context);
  case errc::queue_full:
    return httpd::problem(429, "queue_full", e.context);
  case errc::rejected_request:
    return httpd::problem(409, "wrong_state", e.context);
  default:
    return httpd::problem(422, "invalid_argument", e.context);
  }
}

httpd::response done(const result<void>& r) { return r ? ok({}) : refused(r.error()); }

std::uint64_t query_number(const httpd::request& r, std::string_view name, std::uint64_t fallback) {
  auto found = r.query.find(name);
  if (found == r.query.end()) return fallback;
  std::uint64_t value = fallback;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

phone_user* user_of(const control_call& c) {
  auto found = c.request.params.find("user");
  std::size_t id = 0;
  if (found != c.request.params.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), id);
  return c.service.state().user(id);
}

httpd::response not_found() { return httpd::problem(404, "not_found", "There is no such thing."); }

httpd::router make_control_api(simulated_weixin& service, std::function<moment()> now,
                               std::function<void()> settle) {
  httpd::router router;
  for (auto group : {user_routes(), chatroom_routes(), message_routes(), service_routes(), record_routes()})
    for (const auto& route : group)
      router.add(route.method, route.pattern,
                 [&service, now, settle, &route](const httpd::request& r, const httpd::responder& respond) {
                   respond.send(serve_route(service, r, route, now()));
                   settle();
                 });
  return router;
}

} // namespace weixin::simulator
