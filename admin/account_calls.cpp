#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"
#include "qr/qr.hpp"

#include <boost/json/array.hpp>

#include <unistd.h>

namespace weixin::admin {

namespace {

using httpd::request;

// What the store takes for `after` of a history.
constexpr std::int64_t newest_changes = 0;
constexpr std::int64_t before_all_changes = -1;

auto answer_view(const reply& to, int status) {
  return [to, status](result<account_view> v) {
    if (!v) return to.refuse(v.error());
    to.send(json_response(status, to_json(*v)));
  };
}

httpd::response no_content() {
  httpd::response r;
  r.status = 204;
  r.content_type.clear();
  return r;
}

/// A QR code as a file; it is a credential, so nobody may keep it.
httpd::response uncached(std::string content_type, std::string body) {
  httpd::response r;
  r.content_type = std::move(content_type);
  r.headers.push_back({"Cache-Control", "no-store"});
  r.body = std::move(body);
  return r;
}

} // namespace

void get_status(const context_ptr& c, const request&, const reply& to) {
  auto by_state = c->fleet.count_by_state();
  if (!to.who().sees_all()) {
    for (auto& [state, count] : by_state)
      count = 0;
    for (const auto& v : c->fleet.accounts())
      if (to.who().sees(v.name)) ++by_state[v.state];
  }
  boost::json::object counts;
  for (const auto& [state, count] : by_state)
    counts[state] = count;
  to.send(json_response(200, {{"version", c->facts.version},
                              {"pid", static_cast<std::int64_t>(::getpid())},
                              {"started_at", to_rfc3339(c->facts.started_at)},
                              {"metrics_listen", c->facts.metrics_listen()},
                              {"api_listen", c->facts.api_listen ? c->facts.api_listen() : std::string{}},
                              {"ready", c->facts.ready()},
                              {"accounts", std::move(counts)},
                              {"store", to_json(c->store->health())}}));
}

void get_metrics(const context_ptr& c, const request& r, const reply& to) {
  if (auto known = check_query(r.query, {}); !known) return to.refuse(known.error());
  // They tell of all accounts.
  if (!to.who().sees_all()) return to.refuse(fail(errc::forbidden_scope));
  if (!c->metrics) return to.refuse(fail(errc::internal, "nothing is measured here"));
  to.send(c->metrics());
}

void list_accounts(const context_ptr& c, const request&, const reply& to) {
  boost::json::array list;
  for (const auto& v : c->fleet.accounts())
    if (to.who().sees(v.name)) list.push_back(to_json(v));
  to.send(json_response(200, {{"accounts", std::move(list)}}));
}

void add_account(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"name", "kind", "bots", "media", "login", "proxy"});
  if (!body) return to.refuse(body.error());
  auto name = read_text(*body, "name");
  if (!name) return to.refuse(name.error());
  to.concerns_account(*name);
  auto kind = read_text(*body, "kind", "webwx");
  if (!kind) return to.refuse(kind.error());
  auto initial = read_account_change(*body);
  if (!initial) return to.refuse(initial.error());
  c->fleet.add(*name, *kind, *initial, [to](result<account_view> v) {
    if (!v) return to.refuse(v.error());
    auto answer = json_response(201, to_json(*v));
    answer.headers.push_back({"Location", "/v1/accounts/" + v->name});
    to.send(std::move(answer));
  });
}

void get_account(const context_ptr& c, const request& r, const reply& to) {
  auto v = c->fleet.account(r.params.at("name"));
  if (!v) return to.refuse(fail(errc::account_not_found));
  to.send(json_response(200, to_json(*v)));
}

void patch_account(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"bots", "media", "login", "proxy"});
  if (!body) return to.refuse(body.error());
  if ((body->contains("login") || body->contains("proxy")) && !to.who().may(need::administer))
    return to.refuse(fail(errc::forbidden_scope, "login and proxy need admin"));
  auto change = read_account_change(*body);
  if (!change) return to.refuse(change.error());
  if (body->empty()) return get_account(c, r, to);
  c->fleet.change(r.params.at("name"), *change, answer_view(to, 200));
}

void delete_account(const context_ptr& c, const request& r, const reply& to) {
  c->fleet.remove(r.params.at("name"), [to](result<void> removed) {
    if (!removed) return to.refuse(removed.error());
    to.send(no_content());
  });
}

void get_qr(const context_ptr& c, const request& r, const reply& to) {
  auto pending = c->fleet.qr(r.params.at("name"));
  if (!pending) return to.refuse(fail(errc::account_not_found));
  if (!*pending) return to.send(no_content());
  auto asked = r.query.find("format");
  auto format = asked == r.query.end() || asked->second.empty() ? std::string{"json"} : asked->second;
  if (format == "json")
    return to.send(uncached("application/json", json_response(200, to_json(**pending)).body));
  if (format == "weixin")
    return c->fleet.drawn_qr(r.params.at("name"), [to](result<std::shared_ptr<const webwx::scan_picture>> p) {
      if (!p) return to.refuse(p.error());
      if (!*p) return to.send(no_content());
      auto answer = uncached((*p)->mime, (*p)->bytes);
      answer.headers.push_back({"X-Content-Type-Options", "nosniff"});
      to.send(std::move(answer));
    });
  if (format != "text" && format != "png")
    return to.refuse(fail(errc::invalid_argument, "format must be json, text, png or weixin"));
  auto code = qr::encode((*pending)->url);
  if (!code) return to.refuse(code.error());
  if (format == "text")
    return to.send(uncached("text/plain; charset=utf-8", qr::to_half_blocks(*code) + (*pending)->url + "\n"));
  auto png = qr::to_png(*code);
  if (!png) return to.refuse(png.error());
  to.send(uncached("image/png", std::move(*png)));
}

void get_scan_picture(const context_ptr& c, const request& r, const reply& to) {
  const auto& account = r.params.at("name");
  if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
  auto picture = c->fleet.scan_picture(account);
  if (!picture) return to.send(no_content());
  auto answer = uncached(picture->mime, picture->bytes);
  answer.headers.push_back({"X-Content-Type-Options", "nosniff"});
  to.send(std::move(answer));
}

void command_account(const context_ptr& c, const request& r, const reply& to,
                     supervisor::account_command what) {
  c->fleet.command(r.params.at("name"), what, answer_view(to, 202));
}

void get_history(const context_ptr& c, const request& r, const reply& to) {
  const auto& account = r.params.at("name");
  if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
  if (auto known = check_query(r.query, {"after", "limit"}); !known) return to.refuse(known.error());
  auto after = read_position(r.query);
  if (!after) return to.refuse(after.error());
  auto limit = read_limit(r.query);
  if (!limit) return to.refuse(limit.error());
  // The newest ones, which are asked for without `after`, have nothing behind them.
  bool may_go_on = after->has_value();
  auto from = after->value_or(newest_changes);
  if (may_go_on && from == 0) from = before_all_changes;
  c->store->read_history(account, from, *limit,
                         [to, may_go_on, limit = *limit](result<std::vector<store::state_change>> found) {
                           if (!found) return to.refuse(found.error());
                           boost::json::array list;
                           for (const auto& change : *found)
                             list.push_back(to_json(change));
                           boost::json::value next = nullptr;
                           if (may_go_on && found->size() == limit) next = found->back().id;
                           to.send(json_response(200, {{"history", std::move(list)}, {"next", next}}));
                         });
}

} // namespace weixin::admin
