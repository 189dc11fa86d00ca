#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"
#include "store/ids.hpp"

#include <boost/json/array.hpp>

#include <optional>

namespace weixin::admin {

namespace {

using httpd::request;

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

void list_sends(const context_ptr& c, const request& r, const reply& to) {
  const auto& account = r.params.at("name");
  if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
  if (auto known = check_query(r.query, {"state", "after", "limit", "newest"}); !known)
    return to.refuse(known.error());
  auto state = read_state(r.query);
  if (!state) return to.refuse(state.error());
  auto after = read_send_position(r.query);
  if (!after) return to.refuse(after.error());
  auto limit = read_limit(r.query);
  if (!limit) return to.refuse(limit.error());
  auto newest = read_newest(r.query, {"after", "state"});
  if (!newest) return to.refuse(newest.error());
  store::outbox_query query;
  query.account = account;
  query.state = *state;
  query.after = std::move(*after);
  query.limit = *limit;
  query.newest = *newest;
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
  const auto& name = r.params.at("name");
  auto account = c->fleet.account(name);
  auto upload = account ? account->upload : std::nullopt;
  c->store->find_send(name, *id, [to, upload](result<std::optional<store::send_record>> found) {
    if (!found) return to.refuse(found.error());
    if (!*found) return to.refuse(fail(errc::send_not_found));
    bool is_settled = !is_unfinished((*found)->state);
    to.send(json_response(200, to_json(**found, is_settled ? std::nullopt : upload)));
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
