// What an operator has Weixin asked: operations that change nothing of friends and groups.
#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"

namespace weixin::admin {

namespace {

using httpd::request;
using kind = contact_operation_kind;

/// One text under `key`, which is all that the kind needs.
void ask_with(const context_ptr& c, const request& r, const reply& to, kind what, std::string_view key) {
  auto body = read_object(r.body, {key});
  if (!body) return to.refuse(body.error());
  auto text = read_text(*body, key);
  if (!text) return to.refuse(text.error());
  contact_operation_request wanted;
  wanted.kind = what;
  wanted.text = std::move(*text);
  operate(c, r, to, std::move(wanted));
}

} // namespace

void search_contacts(const context_ptr& c, const request& r, const reply& to) {
  ask_with(c, r, to, kind::contact_search, "keyword");
}

void check_link(const context_ptr& c, const request& r, const reply& to) {
  ask_with(c, r, to, kind::link_check, "url");
}

void report_activity(const context_ptr& c, const request& r, const reply& to) {
  ask_with(c, r, to, kind::activity_report, "action");
}

void name_members(const context_ptr& c, const request& r, const reply& to) {
  if (auto body = read_object(r.body, {}); !body) return to.refuse(body.error());
  contact_operation_request wanted;
  wanted.kind = kind::group_details;
  wanted.to = r.params.at("group");
  operate(c, r, to, std::move(wanted));
}

} // namespace weixin::admin
