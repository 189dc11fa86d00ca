#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"
#include "store/ids.hpp"

#include <boost/json/array.hpp>

namespace weixin::admin {

using httpd::request;

void operate(const context_ptr& c, const request& r, const reply& to, contact_operation_request what) {
  if (auto known = check_query(r.query, {"wait"}); !known) return to.refuse(known.error());
  auto wait = read_wait(r.query);
  if (!wait) return to.refuse(wait.error());
  what.wait = *wait;
  const auto& account = r.params.at("name");
  auto named = what.group.empty() ? what.to : what.group;
  c->fleet.operate(account, std::move(what), [c, account, named, to](result<contact_operation> o) {
    if (!o && o.error().code == errc::contact_ambiguous)
      return c->fleet.candidates(
          account, named, [to](const std::vector<contact_view>& found) { refuse_ambiguous(to, found); });
    if (!o) return to.refuse(o.error());
    to.concerns(o->id);
    auto answer = json_response(is_final(o->state) ? 200 : 202, to_json(*o));
    answer.headers.push_back({"Location", "/v1/accounts/" + account + "/operations/" + o->id});
    to.send(std::move(answer));
  });
}

void list_operations(const context_ptr& c, const request& r, const reply& to) {
  if (auto known = check_query(r.query, {}); !known) return to.refuse(known.error());
  c->fleet.operations(r.params.at("name"), [to](result<std::vector<contact_operation>> found) {
    if (!found) return to.refuse(found.error());
    boost::json::array list;
    for (const auto& o : *found)
      list.push_back(to_json(o));
    to.send(json_response(200, {{"operations", std::move(list)}}));
  });
}

void get_operation(const context_ptr& c, const request& r, const reply& to) {
  const auto& id = r.params.at("id");
  if (!c->fleet.account(r.params.at("name"))) return to.refuse(fail(errc::account_not_found));
  if (!store::is_id('o', id)) return to.refuse(fail(errc::operation_not_found));
  c->fleet.operation(r.params.at("name"), id, [to](result<contact_operation> found) {
    if (!found) return to.refuse(found.error());
    to.send(json_response(200, to_json(*found)));
  });
}

} // namespace weixin::admin
