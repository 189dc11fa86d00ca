// What the contact operator accepts, and who is meant by it.
#include "actors/contact_operation_kinds.hpp"
#include "actors/contact_operator.hpp"
#include "actors/group_view.hpp"
#include "protocol/webwx/chatroom.hpp"

#include <algorithm>
#include <utility>

namespace weixin {

namespace {

using kind = contact_operation_kind;

bool is_web_address(std::string_view url) noexcept {
  bool is_odd = std::any_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '\x7f' || c == '"' || c == '<' || c == '>';
  });
  return !is_odd && (url.starts_with("http://") || url.starts_with("https://"));
}

result<void> check_text(const contact_operation_request& what) {
  auto wrong = [](std::string why) { return fail(errc::invalid_argument, std::move(why)); };
  auto longest = contact_operator::max_word_bytes;
  if (what.kind == kind::link_check) longest = contact_operator::max_link_bytes;
  if (what.kind < kind::group_create) longest = contact_operator::max_text_bytes;
  if (what.text.size() > longest) return wrong("the text has at most " + std::to_string(longest) + " bytes");
  if (what.kind == kind::link_check && !is_web_address(what.text))
    return wrong("url must be a link of http or https, percent-encoded where it has to be");
  if (!what.text.empty()) return {};
  if (what.kind == kind::group_rename) return wrong("topic must not be empty");
  if (what.kind == kind::friend_reply) return wrong("text must not be empty");
  if (what.kind == kind::contact_search) return wrong("keyword must not be empty");
  if (what.kind == kind::activity_report) return wrong("action must not be empty");
  return {};
}

} // namespace

result<void> contact_operator::check(contact_operation_request& what) const {
  const auto& book = context_->contacts;
  if (auto text = check_text(what); !text) return text.error();
  if (is_about_a_request(what.kind) || is_for_weixin_alone(what.kind)) return {};
  if (what.kind == kind::group_create) return check_members(what);
  if (changes_a_group(what.kind) || what.kind == kind::group_details) {
    auto group = resolve_group(book, what.to);
    if (!group) return group.error();
    what.to = *book.known_ref(*group);
    return check_members(what);
  }
  if (asks_somebody(what.kind) && !what.group.empty()) {
    auto group = resolve_group(book, what.group);
    if (!group) return group.error();
    auto member = resolve_member(book, *group, what.to);
    if (!member) return member.error();
    if (*member == book.self()) return fail(errc::wrong_kind, "this is the account itself");
    auto known = book.find(*member);
    if (known && known->kind == webwx::contact_kind::friend_)
      return fail(errc::wrong_kind, "this person is a friend already");
    what.group = *book.known_ref(*group);
    what.to = member_id(*member);
    return {};
  }
  auto user_name = book.resolve(what.to);
  if (!user_name) return user_name.error();
  auto known = book.find(*user_name);
  auto is = [&](webwx::contact_kind k) { return known && known->kind == k; };
  if (asks_somebody(what.kind) && is(webwx::contact_kind::friend_))
    return fail(errc::wrong_kind, "this person is a friend already");
  if (asks_somebody(what.kind) && !is(webwx::contact_kind::stranger))
    return fail(errc::wrong_kind, "only a person who is no friend yet can be asked");
  if (what.kind == kind::contact_remark && !is(webwx::contact_kind::friend_))
    return fail(errc::wrong_kind, "only friends can have a remark");
  if (what.kind == kind::contact_pin && (is(webwx::contact_kind::self) || is(webwx::contact_kind::stranger)))
    return fail(errc::wrong_kind, "only friends, groups and official accounts can be pinned");
  what.to = *book.known_ref(*user_name);
  return {};
}

result<void> contact_operator::check_members(contact_operation_request& what) const {
  const auto& book = context_->contacts;
  if (what.kind >= kind::group_rename) return {};
  std::size_t least = what.kind == kind::group_create ? 2 : 1;
  if (what.members.size() < least || what.members.size() > webwx::max_members_per_call)
    return fail(errc::invalid_argument, "members must name " + std::to_string(least) + " to " +
                                            std::to_string(webwx::max_members_per_call) + " people");
  auto group = what.kind == kind::group_create ? result<std::string>{std::string{}} : book.resolve(what.to);
  if (!group) return group.error();
  std::vector<std::string> seen;
  for (auto& m : what.members) {
    bool leaves = what.kind == kind::group_remove;
    auto user_name = leaves ? resolve_member(book, *group, m) : book.resolve(m);
    if (!user_name) return user_name.error();
    if (std::find(seen.begin(), seen.end(), *user_name) != seen.end())
      return fail(errc::invalid_argument, "members names somebody twice");
    seen.push_back(*user_name);
    if (leaves) {
      if (*user_name == book.self())
        return fail(errc::wrong_kind, "the account itself: leave the group instead");
      m = member_id(*user_name);
      continue;
    }
    auto known = book.find(*user_name);
    if (!known || known->kind != webwx::contact_kind::friend_)
      return fail(errc::wrong_kind, "only friends of the account can be taken into a group");
    if (what.kind == kind::group_add && resolve_member(book, *group, member_id(*user_name)))
      return fail(errc::wrong_kind, "one of them is a member already");
    m = *book.known_ref(*user_name);
  }
  return {};
}

} // namespace weixin
