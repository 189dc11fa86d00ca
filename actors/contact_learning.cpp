#include "actors/contact_learning.hpp"

#include "actors/group_view.hpp"
#include "protocol/webwx/contact_changes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace weixin {

namespace {

/// People that one event names; what is more is told by its count.
constexpr std::size_t max_named = 100;

void publish(account_context& context, std::string_view type, boost::json::object data) {
  auto at = context.service->clock->now();
  data["account"] = context.name;
  data["at"] = to_rfc3339(at);
  context.service->events->publish(std::string{type}, context.name, at,
                                   [text = boost::json::serialize(data)] { return text; });
}

boost::json::object told(const contact_view& v, std::string_view change) {
  return {{"change", change},   {"ref", v.ref},         {"kind", v.kind},     {"nick", v.nick},
          {"remark", v.remark}, {"display", v.display}, {"pinned", v.pinned}, {"muted", v.muted}};
}

boost::json::object person(const account_context& context, const webwx::group_member& m) {
  boost::json::object o{{"id", member_id(m.user_name)},
                        {"nick", m.nick_name},
                        {"display_name", m.display_name},
                        {"self", m.user_name == context.contacts.self()}};
  if (auto ref = context.contacts.known_ref(m.user_name)) o["ref"] = *ref;
  return o;
}

boost::json::array people(const account_context& context, const std::vector<webwx::group_member>& members) {
  boost::json::array list;
  for (const auto& m : members) {
    if (list.size() == max_named) break;
    list.push_back(person(context, m));
  }
  return list;
}

void tell_members(account_context& context, const contact_view& group, const webwx::member_changes& changes) {
  boost::json::array renamed;
  for (const auto& r : changes.renamed) {
    if (renamed.size() == max_named) break;
    renamed.push_back({{"id", member_id(r.user_name)}, {"before", r.before}, {"after", r.after}});
  }
  publish(context, "group",
          {{"ref", group.ref},
           {"display", group.display},
           {"joined", people(context, changes.joined)},
           {"left", people(context, changes.left)},
           {"renamed", std::move(renamed)},
           {"joined_count", changes.joined.size()},
           {"left_count", changes.left.size()},
           {"renamed_count", changes.renamed.size()}});
}

void tell(account_context& context, const webwx::contact_change& change, contact_source source) {
  auto view = context.contacts.view_of(change.after.user_name);
  if (!view) return; // the book is full
  if (change.is_new) {
    if (source == contact_source::changes) publish(context, "contact", told(*view, "added"));
    return;
  }
  if (change.names_differ || change.kind_differs || change.flags_differ)
    publish(context, "contact", told(*view, "changed"));
  if (!change.members.empty()) tell_members(context, *view, change.members);
}

} // namespace

void learn_contacts(account_context& context, std::vector<webwx::contact> modified,
                    const std::vector<std::string>& deleted, contact_source source) {
  auto& book = context.contacts;
  std::optional<webwx::contact> before;
  auto changes = webwx::diff_contacts(
      [&](std::string_view user_name) {
        before = book.snapshot(user_name);
        return before ? &*before : nullptr;
      },
      modified, deleted);
  std::vector<contact_view> gone;
  for (const auto& c : changes.removed)
    if (auto view = book.view_of(c.user_name)) gone.push_back(std::move(*view));
  book.put_all(std::move(modified));
  for (const auto& user_name : deleted)
    book.remove(user_name);
  for (const auto& change : changes.changed)
    tell(context, change, source);
  for (const auto& view : gone)
    publish(context, "contact", told(view, "removed"));
}

} // namespace weixin
