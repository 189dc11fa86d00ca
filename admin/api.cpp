#include "admin/api.hpp"

#include "admin/event_stream.hpp"
#include "admin/json.hpp"
#include "qr/qr.hpp"

#include <boost/json/array.hpp>

#include <optional>
#include <unistd.h>

namespace weixin::admin {

namespace {

using httpd::request;
using httpd::responder;
using supervisor::account_command;

/// The routes share one context; handlers hold it by shared_ptr, so that late answers find it alive.
using context_ptr = std::shared_ptr<api_context>;

auto answer_view(const responder& respond, int status) {
  return [respond, status](result<account_view> v) {
    respond.send(v ? json_response(status, to_json(*v)) : problem_of(v.error()));
  };
}

httpd::response no_content() {
  httpd::response r;
  r.status = 204;
  r.content_type.clear();
  return r;
}

/// A JSON array of strings under `key`; nullopt when the key is not there.
result<std::optional<std::vector<std::string>>> read_names(const boost::json::object& body,
                                                           std::string_view key) {
  const auto* value = body.if_contains(key);
  if (value == nullptr) return std::optional<std::vector<std::string>>{};
  std::vector<std::string> names;
  const auto* list = value->if_array();
  if (list == nullptr || list->size() > 100)
    return fail(errc::invalid_argument, std::string{key} + " must be a list of at most 100 names");
  for (const auto& item : *list) {
    if (!item.is_string()) return fail(errc::invalid_argument, std::string{key} + " must be a list of names");
    names.emplace_back(item.as_string());
  }
  return std::optional{std::move(names)};
}

result<std::string> read_text(const boost::json::object& body, std::string_view key,
                              std::optional<std::string> otherwise = std::nullopt) {
  const auto* value = body.if_contains(key);
  if (value == nullptr && otherwise) return *otherwise;
  if (value == nullptr || !value->is_string())
    return fail(errc::invalid_argument, std::string{key} + " is missing or not a string");
  return std::string{value->as_string()};
}

std::string query_value(const request& r, std::string_view name) {
  auto found = r.query.find(name);
  return found == r.query.end() ? std::string{} : found->second;
}

void get_status(const context_ptr& c, const request&, const responder& respond) {
  boost::json::object counts;
  for (const auto& [state, count] : c->fleet.count_by_state())
    counts[state] = count;
  respond.send(json_response(200, {{"version", c->facts.version},
                                   {"pid", static_cast<std::int64_t>(::getpid())},
                                   {"started_at", to_rfc3339(c->facts.started_at)},
                                   {"metrics_listen", c->facts.metrics_listen()},
                                   {"ready", c->facts.ready()},
                                   {"accounts", std::move(counts)}}));
}

void list_accounts(const context_ptr& c, const request&, const responder& respond) {
  boost::json::array list;
  for (const auto& v : c->fleet.accounts())
    list.push_back(to_json(v));
  respond.send(json_response(200, {{"accounts", std::move(list)}}));
}

void add_account(const context_ptr& c, const request& r, const responder& respond) {
  auto body = read_object(r.body, {"name", "bots", "kind"});
  if (!body) return respond.send(problem_of(body.error()));
  auto name = read_text(*body, "name");
  if (!name) return respond.send(problem_of(name.error()));
  auto kind = read_text(*body, "kind", "webwx");
  if (!kind) return respond.send(problem_of(kind.error()));
  auto bots = read_names(*body, "bots");
  if (!bots) return respond.send(problem_of(bots.error()));
  c->fleet.add(*name, *kind, *bots, [respond](result<account_view> v) {
    if (!v) return respond.send(problem_of(v.error()));
    auto answer = json_response(201, to_json(*v));
    answer.headers.push_back({"Location", "/v1/accounts/" + v->name});
    respond.send(std::move(answer));
  });
}

void get_account(const context_ptr& c, const request& r, const responder& respond) {
  auto v = c->fleet.account(r.params.at("name"));
  respond.send(v ? json_response(200, to_json(*v)) : problem_of(fail(errc::account_not_found)));
}

void patch_account(const context_ptr& c, const request& r, const responder& respond) {
  auto body = read_object(r.body, {"bots"});
  if (!body) return respond.send(problem_of(body.error()));
  auto bots = read_names(*body, "bots");
  if (!bots) return respond.send(problem_of(bots.error()));
  if (!*bots) return get_account(c, r, respond);
  c->fleet.set_bots(r.params.at("name"), **bots, answer_view(respond, 200));
}

void delete_account(const context_ptr& c, const request& r, const responder& respond) {
  c->fleet.remove(r.params.at("name"), [respond](result<void> removed) {
    respond.send(removed ? no_content() : problem_of(removed.error()));
  });
}

void get_qr(const context_ptr& c, const request& r, const responder& respond) {
  auto pending = c->fleet.qr(r.params.at("name"));
  if (!pending) return respond.send(problem_of(fail(errc::account_not_found)));
  if (!*pending) return respond.send(no_content());
  auto format = query_value(r, "format");
  if (format.empty() || format == "json") {
    auto answer = json_response(200, to_json(**pending));
    answer.headers.push_back({"Cache-Control", "no-store"});
    return respond.send(std::move(answer));
  }
  if (format != "text" && format != "png")
    return respond.send(problem_of(fail(errc::invalid_argument, "format must be json, text or png")));
  auto code = qr::encode((*pending)->url);
  if (!code) return respond.send(problem_of(code.error()));
  httpd::response answer;
  answer.headers.push_back({"Cache-Control", "no-store"});
  if (format == "text") {
    answer.content_type = "text/plain; charset=utf-8";
    answer.body = qr::to_half_blocks(*code) + (*pending)->url + "\n";
  } else {
    auto png = qr::to_png(*code);
    if (!png) return respond.send(problem_of(png.error()));
    answer.content_type = "image/png";
    answer.body = std::move(*png);
  }
  respond.send(std::move(answer));
}

void get_contacts(const context_ptr& c, const request& r, const responder& respond) {
  c->fleet.contacts(r.params.at("name"), query_value(r, "query"), query_value(r, "kind"),
                    [respond](result<std::vector<contact_view>> contacts) {
                      if (!contacts) return respond.send(problem_of(contacts.error()));
                      boost::json::array list;
                      for (const auto& contact : *contacts)
                        list.push_back(to_json(contact));
                      respond.send(json_response(200, {{"contacts", std::move(list)}}));
                    });
}

/// 409 with the contacts that the name could mean.
void answer_ambiguous(const context_ptr& c, const std::string& account, const std::string& to,
                      const responder& respond) {
  c->fleet.candidates(account, to, [respond](std::vector<contact_view> found) {
    auto problem = problem_of(fail(errc::contact_ambiguous));
    boost::json::array list;
    for (const auto& contact : found)
      list.push_back(to_json(contact));
    problem.body = with_member(problem.body, "candidates", std::move(list));
    respond.send(std::move(problem));
  });
}

void post_message(const context_ptr& c, const request& r, const responder& respond) {
  auto body = read_object(r.body, {"to", "text"});
  if (!body) return respond.send(problem_of(body.error()));
  auto to = read_text(*body, "to");
  if (!to) return respond.send(problem_of(to.error()));
  auto text = read_text(*body, "text");
  if (!text) return respond.send(problem_of(text.error()));
  const auto& account = r.params.at("name");
  c->fleet.send_text(account, *to, *text,
                     [c, account, to = *to, respond](result<store::send_record> accepted) {
                       if (accepted)
                         return respond.send(json_response(202, {{"id", accepted->id}, {"state", "queued"}}));
                       if (accepted.error().code == errc::contact_ambiguous)
                         return answer_ambiguous(c, account, to, respond);
                       respond.send(problem_of(accepted.error()));
                     });
}

void get_send(const context_ptr& c, const request& r, const responder& respond) {
  const auto& account = r.params.at("name");
  if (!c->fleet.account(account)) return respond.send(problem_of(fail(errc::account_not_found)));
  c->store->find_send(account, r.params.at("id"), [respond](result<std::optional<store::send_record>> found) {
    if (!found) return respond.send(problem_of(found.error()));
    if (!*found)
      return respond.send(httpd::problem(404, "send_not_found", "This account has no send of that id."));
    respond.send(json_response(200, to_json(**found)));
  });
}

} // namespace

httpd::router make_api(api_context context, boost::asio::io_context& listener) {
  auto c = std::make_shared<api_context>(std::move(context));
  httpd::router routes;
  using handler = void (*)(const context_ptr&, const request&, const responder&);
  auto add = [&](const char* method, const char* pattern, handler h) {
    routes.add(method, pattern, [c, h](const request& r, const responder& respond) { h(c, r, respond); });
  };
  add("GET", "/v1/status", get_status);
  add("GET", "/v1/accounts", list_accounts);
  add("POST", "/v1/accounts", add_account);
  add("GET", "/v1/accounts/{name}", get_account);
  add("PATCH", "/v1/accounts/{name}", patch_account);
  add("DELETE", "/v1/accounts/{name}", delete_account);
  add("GET", "/v1/accounts/{name}/qr", get_qr);
  add("GET", "/v1/accounts/{name}/contacts", get_contacts);
  add("POST", "/v1/accounts/{name}/messages", post_message);
  add("GET", "/v1/accounts/{name}/outbox/{id}", get_send);
  for (const char* verb : {"pause", "resume", "restart", "relogin", "logout"}) {
    auto command = *supervisor::parse_account_command(verb);
    routes.add("POST", "/v1/accounts/{name}/" + std::string{verb},
               [c, command](const request& r, const responder& respond) {
                 c->fleet.command(r.params.at("name"), command, answer_view(respond, 202));
               });
  }
  routes.add("GET", "/v1/events", [c, &listener](const request& r, const responder& respond) {
    stream_events(listener, r, respond, c->events);
  });
  return routes;
}

} // namespace weixin::admin
