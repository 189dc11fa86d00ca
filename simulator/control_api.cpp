#include "simulator/control_api.hpp"

#include "simulator/control_json.hpp"
#include "simulator/endpoints.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <limits>
#include <memory>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

constexpr std::int64_t any_number = std::numeric_limits<std::int64_t>::max();

httpd::response ok(json::object body, int status = 200) {
  httpd::response r;
  r.status = status;
  r.body = json::serialize(body);
  return r;
}

httpd::response refused(const error& e) {
  switch (e.code) {
  case errc::not_online: return httpd::problem(409, "not_online", e.context);
  case errc::queue_full: return httpd::problem(429, "queue_full", e.context);
  case errc::rejected_request: return httpd::problem(409, "wrong_state", e.context);
  default: return httpd::problem(422, "invalid_argument", e.context);
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

std::size_t user_of(const httpd::request& r) {
  std::size_t id = 0;
  auto found = r.params.find("user");
  if (found != r.params.end()) std::from_chars(found->second.data(), found->second.data() + found->second.size(), id);
  return id;
}

/// What a route's function gets.
struct control_call {
  simulated_weixin& service;
  const httpd::request& request;
  const json::object& body;
  field_reader& fields;
  moment now;
};

using function = httpd::response (*)(const control_call&);

// Users.

httpd::response list_users(const control_call& c) {
  auto after = query_number(c.request, "after", 0);
  auto limit = std::min<std::uint64_t>(query_number(c.request, "limit", 1'000), 10'000);
  json::array users;
  for (auto id = after + 1; id <= c.service.state().users.size() && users.size() < limit; ++id)
    users.push_back(to_json(*c.service.state().users[id - 1]));
  return ok({{"users", std::move(users)}});
}

httpd::response add_users(const control_call& c) {
  auto count = static_cast<std::size_t>(c.fields.integer("count", 1, 1, 50'000));
  auto shape = read_shape(c.fields);
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  auto first = c.service.state().users.size() + 1;
  if (auto r = c.service.add_users(count, shape, c.now); !r) return refused(r.error());
  for (auto id = first; id < first + count; ++id) {
    auto& user = *c.service.state().user(id);
    if (count == 1) user.nick = c.fields.text("nick", user.nick);
  }
  return ok({{"first", first}, {"last", first + count - 1}}, 201);
}

httpd::response show_user(const control_call& c) {
  const auto* user = c.service.state().user(user_of(c.request));
  return user == nullptr ? httpd::problem(404, "not_found", "There is no such user.") : ok(to_detailed_json(*user));
}

httpd::response change_user(const control_call& c) {
  auto* user = c.service.state().user(user_of(c.request));
  if (user == nullptr) return httpd::problem(404, "not_found", "There is no such user.");
  auto entry = c.fields.text("entry_host", user->entry_host);
  if (role_of(entry).kind != host_kind::entry) c.fields.refuse("entry_host must be an entry host of the table");
  auto push = c.fields.text("push_host", user->push_host);
  if (!push.empty() && role_of(push).kind != host_kind::push) c.fields.refuse("push_host must be a push host");
  auto policy = login_policy_of(c.fields.text("login_policy", "allowed"));
  if (!policy) c.fields.refuse("login_policy must be allowed, desktop_only or barred");
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  user->entry_host = std::move(entry);
  user->push_host = std::move(push);
  if (c.fields.has("login_policy")) user->policy = *policy;
  return ok(to_json(*user));
}

httpd::response add_friend(const control_call& c) {
  auto nick = c.fields.text("nick", "新朋友");
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  auto id = c.service.add_friend(user_of(c.request), std::move(nick), c.now);
  return id ? ok({{"id", *id}}, 201) : refused(id.error());
}

httpd::response change_contact(const control_call& c) {
  auto remark = c.fields.text("remark");
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  return done(c.service.set_remark(user_of(c.request), c.request.params.at("contact"), std::move(remark), c.now));
}

httpd::response delete_contact(const control_call& c) {
  return done(c.service.delete_contact(user_of(c.request), c.request.params.at("contact"), c.now));
}

// Logins.

httpd::response list_logins(const control_call& c) {
  bool all = c.request.query.contains("all");
  json::array logins;
  c.service.state().logins.for_each([&](const login_code& code) {
    bool pending = code.state == login_state::waiting || code.state == login_state::scanned ||
                   code.state == login_state::confirmed;
    if ((all || pending) && logins.size() < 10'000) logins.push_back(to_json(code));
  });
  return ok({{"logins", std::move(logins)}});
}

httpd::response scan_login(const control_call& c) {
  auto user = static_cast<std::size_t>(c.fields.integer("user", 0, 1, any_number));
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  return done(c.service.scan(c.request.params.at("uuid"), user, c.now));
}

httpd::response confirm_login(const control_call& c) {
  return done(c.service.confirm(c.request.params.at("uuid"), c.now));
}
httpd::response cancel_login(const control_call& c) {
  return done(c.service.cancel(c.request.params.at("uuid"), c.now));
}
httpd::response expire_login(const control_call& c) {
  return done(c.service.expire(c.request.params.at("uuid"), c.now));
}

// Messages and load.

httpd::response inject_messages(const control_call& c) {
  auto& f = c.fields;
  injection what;
  what.user = static_cast<std::size_t>(f.integer("user", 0, 1, any_number));
  if (!f.has("user")) f.refuse("user is needed");
  what.conversation = f.text("from", f.text("group"));
  what.speaker = f.text("member");
  what.from_self = f.flag("from_self", false);
  what.type = static_cast<int>(f.integer("type", 1, 0, 100'000));
  what.text = f.text("text");
  what.text_is_wire = f.flag("text_is_wire", false);
  what.raw = f.object("raw");
  what.picture_bytes = static_cast<std::size_t>(f.integer("picture_bytes", 0, 0, 64 * 1024 * 1024));
  what.accounted = f.flag("accounted", true);
  auto count = f.integer("count", 1, 1, 10'000);
  if (auto v = f.verdict(); !v) return refused(v.error());
  json::array messages;
  for (std::int64_t i = 0; i < count; ++i) {
    auto one = c.service.inject(what, c.now);
    if (!one) return refused(one.error());
    messages.push_back(json::object{{"msg_id", std::to_string(one->msg_id)},
                                    {"number", one->ledger_number},
                                    {"conversation", one->conversation},
                                    {"text", one->text}});
  }
  return ok({{"messages", std::move(messages)}}, 201);
}

httpd::response start_load(const control_call& c) {
  auto rate = c.fields.number("rate_per_second", 0);
  auto seconds = c.fields.number("seconds", 0);
  auto text = c.fields.text("text", "load {token}");
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  if (auto r = c.service.start_load(rate, seconds, std::move(text), c.now); !r) return refused(r.error());
  return ok(to_json(c.service.load()), 202);
}

httpd::response show_load(const control_call& c) { return ok(to_json(c.service.load())); }

httpd::response stop_load(const control_call& c) {
  c.service.stop_load();
  return ok(to_json(c.service.load()));
}

// What the service does to its clients.

/// The field "user", or 0 for `"all": true`.
std::size_t user_or_all(const control_call& c) {
  if (c.fields.flag("all", false)) return 0;
  if (!c.fields.has("user")) c.fields.refuse("user or all is needed");
  return static_cast<std::size_t>(c.fields.integer("user", 0, 1, any_number));
}

httpd::response end_sessions(const control_call& c) {
  auto user = user_or_all(c);
  auto code = static_cast<int>(c.fields.integer("code", 1101, 1100, 1102));
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  return ok({{"ended", c.service.end_sessions(user, code, c.now)}});
}

httpd::response rotate_keys(const control_call& c) {
  auto user = user_or_all(c);
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  return ok({{"rotated", c.service.rotate_keys(user, c.now)}});
}

httpd::response list_faults(const control_call& c) {
  json::array rules;
  for (const auto& rule : c.service.state().faults.rules()) rules.push_back(to_json(rule));
  return ok({{"faults", std::move(rules)}});
}

httpd::response add_fault(const control_call& c) {
  auto& f = c.fields;
  fault_rule rule;
  rule.endpoint = f.text("endpoint", "*");
  if (rule.endpoint != "*" && (endpoint_label(rule.endpoint) == "other" || rule.endpoint == "other"))
    f.refuse("endpoint must be one of the service's, or *");
  rule.user = static_cast<std::size_t>(f.integer("user", 0, 1, any_number));
  auto kind = fault_kind_of(f.text("kind"));
  if (!kind) f.refuse("kind is none of the known faults");
  rule.value = f.integer("value", 0, -any_number, any_number);
  if (f.has("count")) rule.remaining = static_cast<std::uint64_t>(f.integer("count", 1, 1, any_number));
  rule.probability = f.number("probability", 1.0);
  if (auto v = f.verdict(); !v) return refused(v.error());
  rule.kind = *kind;
  auto id = c.service.add_fault(std::move(rule));
  return id ? ok({{"id", *id}}, 201) : refused(id.error());
}

httpd::response clear_faults(const control_call& c) {
  c.service.clear_faults();
  return ok({});
}

httpd::response remove_fault(const control_call& c) {
  const auto& text = c.request.params.at("id");
  std::uint64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return c.service.remove_fault(id) ? ok({}) : httpd::problem(404, "not_found", "There is no such fault.");
}

httpd::response show_options(const control_call& c) { return ok(to_json(c.service.state().options)); }

httpd::response change_options(const control_call& c) {
  auto changed = with_changes(c.service.state().options, c.fields);
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  c.service.set_options(std::move(changed), c.now);
  return ok(to_json(c.service.state().options));
}

// What can be read back.

httpd::response list_sent(const control_call& c) {
  auto after = query_number(c.request, "after", 0);
  auto limit = static_cast<std::size_t>(std::min<std::uint64_t>(query_number(c.request, "limit", 1'000), 10'000));
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
    j["to"] = m.to_id;
    j["to_nick"] = m.to_nick;
    j["type"] = m.type;
    j["text"] = m.text;
    j["client_msg_id"] = m.client_msg_id;
    j["msg_id"] = m.msg_id;
    j["ret"] = m.ret;
    j["reply_to"] = m.ledger_number == 0 ? json::value(nullptr) : json::value(m.ledger_number);
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
    if (auto kind = static_cast<violation_kind>(i); log.count(kind) != 0) counts[to_string(kind)] = log.count(kind);
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

struct route_entry {
  const char* method;
  const char* pattern;
  function serve;
};

constexpr route_entry routes[] = {
    {"GET", "/v1/users", list_users},
    {"POST", "/v1/users", add_users},
    {"GET", "/v1/users/{user}", show_user},
    {"PATCH", "/v1/users/{user}", change_user},
    {"POST", "/v1/users/{user}/contacts", add_friend},
    {"PATCH", "/v1/users/{user}/contacts/{contact}", change_contact},
    {"DELETE", "/v1/users/{user}/contacts/{contact}", delete_contact},
    {"GET", "/v1/logins", list_logins},
    {"POST", "/v1/logins/{uuid}/scan", scan_login},
    {"POST", "/v1/logins/{uuid}/confirm", confirm_login},
    {"POST", "/v1/logins/{uuid}/cancel", cancel_login},
    {"POST", "/v1/logins/{uuid}/expire", expire_login},
    {"POST", "/v1/messages", inject_messages},
    {"POST", "/v1/load", start_load},
    {"GET", "/v1/load", show_load},
    {"DELETE", "/v1/load", stop_load},
    {"POST", "/v1/sessions/end", end_sessions},
    {"POST", "/v1/sessions/rotate", rotate_keys},
    {"GET", "/v1/faults", list_faults},
    {"POST", "/v1/faults", add_fault},
    {"DELETE", "/v1/faults", clear_faults},
    {"DELETE", "/v1/faults/{id}", remove_fault},
    {"GET", "/v1/options", show_options},
    {"PATCH", "/v1/options", change_options},
    {"GET", "/v1/sent", list_sent},
    {"GET", "/v1/ledger", show_ledger},
    {"DELETE", "/v1/ledger", clear_records},
    {"GET", "/v1/violations", list_violations},
};

httpd::response serve_route(simulated_weixin& service, const httpd::request& r, function serve, const moment& now) {
  json::object body;
  if (!r.body.empty()) {
    boost::system::error_code ec;
    auto parsed = json::parse(r.body, ec);
    if (ec || !parsed.is_object()) return httpd::problem(400, "bad_json", "The body must be a JSON object.");
    body = std::move(parsed.get_object());
  }
  field_reader fields{body};
  return serve({service, r, body, fields, now});
}

} // namespace

httpd::router make_control_api(simulated_weixin& service, std::function<moment()> now,
                               std::function<void()> settle) {
  httpd::router router;
  for (const auto& route : routes)
    router.add(route.method, route.pattern,
               [&service, now, settle, serve = route.serve](const httpd::request& r, const httpd::responder& respond) {
                 respond.send(serve_route(service, r, serve, now()));
                 settle();
               });
  return router;
}

} // namespace weixin::simulator
