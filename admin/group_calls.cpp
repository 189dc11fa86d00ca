#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"

#include <boost/json/array.hpp>

#include <functional>
#include <utility>

namespace weixin::admin {

namespace {

using httpd::request;
using kind = contact_operation_kind;
using group_and_members = std::pair<group_view, std::vector<member_view>>;

boost::json::array to_array(const std::vector<member_view>& members) {
  boost::json::array list;
  for (const auto& m : members)
    list.push_back(to_json(m));
  return list;
}

void with_group(const context_ptr& c, const request& r, const reply& to,
                std::function<void(const group_and_members&)> go_on) {
  if (auto known = check_query(r.query, {}); !known) return to.refuse(known.error());
  const auto& account = r.params.at("name");
  const auto& group = r.params.at("group");
  c->fleet.group(account, group, [c, account, group, to, go_on](result<group_and_members> found) {
    if (!found && found.error().code == errc::contact_ambiguous)
      return c->fleet.candidates(account, group,
                                 [to](const std::vector<contact_view>& all) { refuse_ambiguous(to, all); });
    if (!found) return to.refuse(found.error());
    go_on(*found);
  });
}

contact_operation_request on_group(const request& r, kind what) {
  contact_operation_request wanted;
  wanted.kind = what;
  wanted.to = r.params.at("group");
  return wanted;
}

void change_members(const context_ptr& c, const request& r, const reply& to, kind what) {
  auto body = read_object(r.body, {"members"});
  if (!body) return to.refuse(body.error());
  auto members = read_names(*body, "members");
  if (!members) return to.refuse(members.error());
  auto wanted = on_group(r, what);
  wanted.members = members->value_or(std::vector<std::string>{});
  operate(c, r, to, std::move(wanted));
}

} // namespace

void list_groups(const context_ptr& c, const request& r, const reply& to) {
  if (auto known = check_query(r.query, {}); !known) return to.refuse(known.error());
  c->fleet.groups(r.params.at("name"), [to](result<std::vector<group_view>> found) {
    if (!found) return to.refuse(found.error());
    boost::json::array list;
    for (const auto& g : *found)
      list.push_back(to_json(g));
    to.send(json_response(200, {{"groups", std::move(list)}}));
  });
}

void create_group(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"members", "topic"});
  if (!body) return to.refuse(body.error());
  auto members = read_names(*body, "members");
  if (!members) return to.refuse(members.error());
  auto topic = read_text(*body, "topic", "");
  if (!topic) return to.refuse(topic.error());
  contact_operation_request wanted;
  wanted.kind = kind::group_create;
  wanted.members = members->value_or(std::vector<std::string>{});
  wanted.text = std::move(*topic);
  operate(c, r, to, std::move(wanted));
}

void get_group(const context_ptr& c, const request& r, const reply& to) {
  with_group(c, r, to, [to](const group_and_members& found) {
    auto body = to_json(found.first);
    body["member_list"] = to_array(found.second);
    to.send(json_response(200, body));
  });
}

void rename_group(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"topic"});
  if (!body) return to.refuse(body.error());
  auto topic = read_text(*body, "topic");
  if (!topic) return to.refuse(topic.error());
  auto wanted = on_group(r, kind::group_rename);
  wanted.text = std::move(*topic);
  operate(c, r, to, std::move(wanted));
}

void quit_group(const context_ptr& c, const request& r, const reply& to) {
  if (auto body = read_object(r.body, {}); !body) return to.refuse(body.error());
  operate(c, r, to, on_group(r, kind::group_quit));
}

void get_members(const context_ptr& c, const request& r, const reply& to) {
  with_group(c, r, to, [to](const group_and_members& found) {
    to.send(json_response(200, {{"members", to_array(found.second)}}));
  });
}

void add_members(const context_ptr& c, const request& r, const reply& to) {
  change_members(c, r, to, kind::group_add);
}

void remove_members(const context_ptr& c, const request& r, const reply& to) {
  change_members(c, r, to, kind::group_remove);
}

} // namespace weixin::admin
