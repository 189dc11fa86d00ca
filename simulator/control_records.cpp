#include "simulator/control_routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include <algorithm>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

httpd::response list_sent(const control_call& c) {
  auto after = query_number(c.request, "after", 0);
  auto limit =
      static_cast<std::size_t>(std::min<std::uint64_t>(query_number(c.request, "limit", 1'000), 10'000));
  auto only = query_number(c.request, "user", 0);
  json::array sent;
  auto next = after;
  c.service.state().sent.visit_after(after, limit, [&](std::uint64_t number, const sent_message& m) {
    next = number;
    if (only != 0 && m.user != only) return;
    json::object j;
    j["number"] = number;
    j["user"] = m.user;
    j["session"] = m.session;
    j["endpoint"] = m.endpoint;
    j["to"] = m.to_id;
    j["to_nick"] = m.to_nick;
    j["type"] = m.type;
    j["text"] = m.text;
    j["client_msg_id"] = m.client_msg_id;
    j["msg_id"] = m.msg_id;
    j["ret"] = m.ret;
    j["reply_to"] = m.ledger_number == 0 ? json::value(nullptr) : json::value(m.ledger_number);
    j["msg_source"] = m.msg_source;
    j["mentions"] = json::value_from(m.mentions);
    j["forwarded"] = m.forwarded;
    j["revoked"] = m.revoked;
    j["media"] = m.media_bytes == 0
                     ? json::value(nullptr)
                     : json::value(json::object{
                           {"name", m.media_name}, {"md5", m.media_md5}, {"bytes", m.media_bytes}});
    j["at"] = to_rfc3339(m.at);
    sent.push_back(std::move(j));
  });
  return ok({{"sent", std::move(sent)}, {"next", next}});
}

httpd::response show_ledger(const control_call& c) {
  auto j = ledger_json(c.service, c.now);
  json::array open;
  for (auto number : c.service.state().book.unanswered(query_number(c.request, "unanswered", 0)))
    open.push_back(json::value(number));
  j["first_unanswered"] = std::move(open);
  return ok(std::move(j));
}

httpd::response clear_records(const control_call& c) {
  c.service.clear_records();
  return ok({});
}

httpd::response list_violations(const control_call& c) {
  const auto& log = c.service.state().violations;
  json::object counts;
  for (std::size_t i = 0; i < violation_kind_count; ++i)
    if (auto kind = static_cast<violation_kind>(i); log.count(kind) != 0)
      counts[to_string(kind)] = log.count(kind);
  json::array newest;
  log.newest().visit_after(query_number(c.request, "after", 0), violation_log::max_violations,
                           [&](std::uint64_t number, const violation& v) {
                             newest.push_back(json::object{{"number", number},
                                                           {"kind", to_string(v.kind)},
                                                           {"endpoint", v.endpoint},
                                                           {"user", v.user},
                                                           {"detail", v.detail},
                                                           {"at", to_rfc3339(v.at)}});
                           });
  return ok({{"total", log.total()}, {"counts", std::move(counts)}, {"violations", std::move(newest)}});
}

httpd::response list_friend_requests(const control_call& c) {
  json::array requests;
  c.service.state().friend_requests.visit_after(query_number(c.request, "after", 0), 10'000,
                                                [&](std::uint64_t number, const friend_request& r) {
                                                  requests.push_back(json::object{{"number", number},
                                                                                  {"user", r.user},
                                                                                  {"to", r.to_id},
                                                                                  {"to_nick", r.to_nick},
                                                                                  {"text", r.words},
                                                                                  {"opcode", r.opcode},
                                                                                  {"at", to_rfc3339(r.at)}});
                                                });
  return ok({{"friend_requests", std::move(requests)}});
}

constexpr control_route routes[] = {
    {"GET", "/v1/sent", list_sent},
    {"GET", "/v1/friend_requests", list_friend_requests},
    {"GET", "/v1/ledger", show_ledger},
    {"DELETE", "/v1/ledger", clear_records},
    {"GET", "/v1/violations", list_violations},
};

} // namespace

std::span<const control_route> record_routes() { return routes; }

} // namespace weixin::simulator
