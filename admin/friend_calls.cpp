#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace weixin::admin {

namespace {

using httpd::request;
using kind = contact_operation_kind;

/// The id in the path, when it can be one of a message: Weixin's are decimal numbers.
bool is_request_id(const std::string& id) {
  return !id.empty() && id.size() <= 20 &&
         std::all_of(id.begin(), id.end(), [](char ch) { return ch >= '0' && ch <= '9'; });
}

/// Does it to the request of the path.
void answer_request(const context_ptr& c, const request& r, const reply& to,
                    contact_operation_request wanted) {
  const auto& id = r.params.at("id");
  if (!c->fleet.account(r.params.at("name"))) return to.refuse(fail(errc::account_not_found));
  if (!is_request_id(id)) return to.refuse(fail(errc::friend_request_not_found));
  wanted.to = id;
  operate(c, r, to, std::move(wanted));
}

void decide(const context_ptr& c, const request& r, const reply& to, kind what) {
  if (auto body = read_object(r.body, {}); !body) return to.refuse(body.error());
  contact_operation_request wanted;
  wanted.kind = what;
  answer_request(c, r, to, std::move(wanted));
}

} // namespace

void patch_contact(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"remark", "pinned"});
  if (!body) return to.refuse(body.error());
  if (body->size() != 1)
    return to.refuse(
        fail(errc::invalid_argument, "name one of remark and pinned: each is a call of its own"));
  auto pinned = read_flag(*body, "pinned");
  if (!pinned) return to.refuse(pinned.error());
  auto remark = read_text(*body, "remark", "");
  if (!remark) return to.refuse(remark.error());
  contact_operation_request wanted;
  wanted.kind = *pinned ? kind::contact_pin : kind::contact_remark;
  wanted.to = r.params.at("ref");
  wanted.pinned = pinned->value_or(false);
  wanted.text = std::move(*remark);
  operate(c, r, to, std::move(wanted));
}

void confirm_contact(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"contact"});
  if (!body) return to.refuse(body.error());
  auto contact = read_text(*body, "contact", "");
  if (!contact) return to.refuse(contact.error());
  c->fleet.confirm_contact(r.params.at("name"), r.params.at("ref"), *contact,
                           [to](const result<contact_view>& confirmed) {
                             if (!confirmed) return to.refuse(confirmed.error());
                             to.send(json_response(200, to_json(*confirmed)));
                           });
}

void list_friend_requests(const context_ptr& c, const request& r, const reply& to) {
  if (auto known = check_query(r.query, {}); !known) return to.refuse(known.error());
  c->fleet.friend_requests(r.params.at("name"),
                           [to](result<std::vector<supervisor::friend_request_view>> found) {
                             if (!found) return to.refuse(found.error());
                             boost::json::array list;
                             for (const auto& view : *found)
                               list.push_back(to_json(view));
                             to.send(json_response(200, {{"friend_requests", std::move(list)}}));
                           });
}

void accept_friend(const context_ptr& c, const request& r, const reply& to) {
  decide(c, r, to, kind::friend_accept);
}

void reject_friend(const context_ptr& c, const request& r, const reply& to) {
  decide(c, r, to, kind::friend_reject);
}

void reply_to_friend(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"text", "as_sender"});
  if (!body) return to.refuse(body.error());
  auto text = read_text(*body, "text");
  if (!text) return to.refuse(text.error());
  auto as_sender = read_flag(*body, "as_sender");
  if (!as_sender) return to.refuse(as_sender.error());
  contact_operation_request wanted;
  wanted.kind = kind::friend_reply;
  wanted.text = std::move(*text);
  wanted.as_sender = as_sender->value_or(false);
  answer_request(c, r, to, std::move(wanted));
}

void ignore_friend(const context_ptr& c, const request& r, const reply& to) {
  if (auto body = read_object(r.body, {}); !body) return to.refuse(body.error());
  const auto& id = r.params.at("id");
  if (!c->fleet.account(r.params.at("name"))) return to.refuse(fail(errc::account_not_found));
  if (!is_request_id(id)) return to.refuse(fail(errc::friend_request_not_found));
  to.concerns(id);
  c->fleet.ignore_friend_request(r.params.at("name"), id, [to](result<void> removed) {
    if (!removed) return to.refuse(removed.error());
    httpd::response answer;
    answer.status = 204;
    to.send(std::move(answer));
  });
}

void request_friend(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"to", "group", "greeting", "direct"});
  if (!body) return to.refuse(body.error());
  auto whom = read_text(*body, "to");
  if (!whom) return to.refuse(whom.error());
  auto group = read_text(*body, "group", "");
  if (!group) return to.refuse(group.error());
  auto greeting = read_text(*body, "greeting", "");
  if (!greeting) return to.refuse(greeting.error());
  auto direct = read_flag(*body, "direct");
  if (!direct) return to.refuse(direct.error());
  contact_operation_request wanted;
  wanted.kind = direct->value_or(false) ? kind::friend_add : kind::friend_request;
  wanted.to = std::move(*whom);
  wanted.group = std::move(*group);
  wanted.text = std::move(*greeting);
  operate(c, r, to, std::move(wanted));
}

} // namespace weixin::admin
