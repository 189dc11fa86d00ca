#include "admin/notify_calls.hpp"

#include "admin/json.hpp"
#include "admin/parameters.hpp"

#include <boost/json/array.hpp>

namespace weixin::admin {

namespace {

void test_targets(notify::notifier& notifier, const httpd::request& r, const reply& to) {
  auto body = read_object(r.body, {"target"});
  if (!body) return to.refuse(body.error());
  auto target = read_text(*body, "target", "");
  if (!target) return to.refuse(target.error());
  auto chosen = body->contains("target") ? std::optional{*target} : std::nullopt;
  notifier.test(chosen, [to](result<std::vector<notify::test_result>> tested) {
    if (!tested) return to.refuse(tested.error());
    boost::json::array list;
    for (const auto& t : *tested)
      list.push_back({{"target", t.target}, {"ok", t.delivered}, {"detail", t.detail}});
    to.send(json_response(200, {{"targets", std::move(list)}}));
  });
}

} // namespace

void add_notify_calls(api_routes& routes, notify::notifier& notifier) {
  routes.add("POST", "/v1/notify/test", need::administer,
             [&notifier](const httpd::request& r, const reply& to) { test_targets(notifier, r, to); });
}

} // namespace weixin::admin
