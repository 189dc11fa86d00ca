#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"
#include "store/ids.hpp"

#include <boost/json/array.hpp>

#include <optional>

namespace weixin::admin {

namespace {

using httpd::request;

/// What the body and the headers ask for. Errors: invalid_argument.
result<send_request> read_send_request(const request& r, wall_time now) {
  auto body = read_object(r.body, {"to", "text", "expires_in", "on_unknown"});
  if (!body) return body.error();
  auto to = read_text(*body, "to");
  if (!to) return to.error();
  auto text = read_text(*body, "text");
  if (!text) return text.error();
  auto key = read_idempotency_key(r.headers);
  if (!key) return key.error();
  auto expires_in = read_expires_in(*body);
  if (!expires_in) return expires_in.error();
  auto on_unknown = read_on_unknown(*body);
  if (!on_unknown) return on_unknown.error();
  send_request wanted;
  wanted.to = std::move(*to);
  wanted.text = std::move(*text);
  wanted.idempotency_key = std::move(*key);
  if (*expires_in) wanted.expires_at = now + **expires_in;
  wanted.if_unknown = *on_unknown;
  return wanted;
}

/// The id of the path, when it can be one of a send of this account; answers otherwise.
std::optional<std::string> send_id(const context_ptr& c, const request& r, const reply& to) {
  const auto& id = r.params.at("id");
  if (!c->fleet.account(r.params.at("name"))) {
    to.refuse(fail(errc::account_not_found));
    return std::nullopt;
  }
  if (store::is_id('s', id)) return id;
  to.refuse(fail(errc::send_not_found));
  return std::nullopt;
}

void command(const context_ptr& c, const request& r, const reply& to, outbox_command what) {
  auto id = send_id(c, r, to);
  if (!id) return;
  to.concerns(*id);
  c->fleet.command_send(r.params.at("name"), *id, what, [to](result<store::send_record> now) {
    if (!now) return to.refuse(now.error());
    to.send(json_response(200, to_json(*now)));
  });
}

/// For the calls that take no body: `{}` is one too.
bool has_no_body(const request& r, const reply& to) {
  auto body = read_object(r.body, {});
  if (!body) to.refuse(body.error());
  return body.has_value();
}

} // namespace

void post_message(const context_ptr& c, const request& r, const reply& to) {
  auto wanted = read_send_request(r, c->clock->now());
  if (!wanted) return to.refuse(wanted.error());
  const auto& account = r.params.at("name");
  auto recipient = wanted->to;
  c->fleet.send(account, std::move(*wanted), [c, account, recipient, to](result<store::accepted_send> a) {
    if (!a && a.error().code == errc::contact_ambiguous)
      return c->fleet.candidates(
          account, recipient, [to](const std::vector<contact_view>& found) { refuse_ambiguous(to, found); });
    if (!a) return to.refuse(a.error());
    to.concerns(a->record.id);
    auto state = a->repeated ? a->record.state : store::send_state::queued;
    boost::json::object body{{"id", a->record.id}, {"state", to_string(state)}};
    // What waits for its turn is told so: no earlier than the first of the queue.
    if (auto view = c->fleet.account(account); view && state == store::send_state::queued)
      if (const auto& next = view->pacing[static_cast<std::size_t>(paced_operation::text)].next_at)
        body["not_before"] = to_rfc3339(*next);
    auto answer = json_response(202, body);
    if (a->repeated) answer.headers.push_back({"Idempotency-Replayed", "true"});
    to.send(std::move(answer));
  });
}

void list_sends(const context_ptr& c, const request& r, const reply& to) {
  const auto& account = r.params.at("name");
  if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
  if (auto known = check_query(r.query, {"state", "after", "limit"}); !known) return to.refuse(known.error());
  auto state = read_state(r.query);
  if (!state) return to.refuse(state.error());
  auto after = read_send_position(r.query);
  if (!after) return to.refuse(after.error());
  auto limit = read_limit(r.query);
  if (!limit) return to.refuse(limit.error());
  store::outbox_query query;
  query.account = account;
  query.state = *state;
  query.after = std::move(*after);
  query.limit = *limit;
  c->store->list_sends(query, [to, limit = *limit](result<std::vector<store::send_record>> found) {
    if (!found) return to.refuse(found.error());
    boost::json::array list;
    for (const auto& send : *found)
      list.push_back(to_json(send));
    boost::json::value next = nullptr;
    if (found->size() == limit) next = found->back().id;
    to.send(json_response(200, {{"sends", std::move(list)}, {"next", std::move(next)}}));
  });
}

void get_send(const context_ptr& c, const request& r, const reply& to) {
  auto id = send_id(c, r, to);
  if (!id) return;
  c->store->find_send(r.params.at("name"), *id, [to](result<std::optional<store::send_record>> found) {
    if (!found) return to.refuse(found.error());
    if (!*found) return to.refuse(fail(errc::send_not_found));
    to.send(json_response(200, to_json(**found)));
  });
}

void cancel_send(const context_ptr& c, const request& r, const reply& to) {
  if (has_no_body(r, to)) command(c, r, to, outbox_command::cancel);
}

void retry_send(const context_ptr& c, const request& r, const reply& to) {
  if (has_no_body(r, to)) command(c, r, to, outbox_command::retry);
}

void settle_send(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"outcome"});
  if (!body) return to.refuse(body.error());
  auto outcome = read_outcome(*body);
  if (!outcome) return to.refuse(outcome.error());
  command(c, r, to, *outcome);
}

} // namespace weixin::admin
