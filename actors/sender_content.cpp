// What a send carries: whether it can be sent at all, and the message that it becomes.
#include "actors/group_view.hpp"
#include "actors/sender.hpp"
#include "protocol/webwx/forward.hpp"

#include <algorithm>

namespace weixin {

namespace {

error no_spool() { return fail(errc::io_failed, "this server keeps no files to send"); }

} // namespace

result<void> sender::check(store::text_content& text, const std::string& to) {
  if (text.mentions.empty()) return {};
  if (text.mentions.size() > webwx::max_mentions)
    return fail(errc::invalid_argument,
                "mentions has at most " + std::to_string(webwx::max_mentions) + " members");
  if (!context_->session)
    return fail(errc::not_online, "members of a group are known while there is a session");
  auto group = context_->contacts.resolve(to);
  if (!group) return group.error();
  if (!webwx::is_group_user_name(*group))
    return fail(errc::invalid_argument, "mentions: only members of a group can be mentioned");
  auto known = context_->contacts.find(*group);
  // Of a group that is quiet nobody may ever tell the members: a contact of ours is taken at its word, and
  // looked for again when the text leaves.
  bool is_told = known && !known->members.empty();
  for (std::size_t i = 0; i < text.mentions.size(); ++i) {
    auto& who = text.mentions[i];
    if (!is_told && store::is_id('c', who) && context_->contacts.resolve(who)) continue;
    auto member = resolve_member(context_->contacts, *group, who);
    if (member) {
      who = context_->contacts.ref_of(*member);
      continue;
    }
    bool is_ambiguous = member.error().code == errc::contact_ambiguous;
    auto why = !is_told       ? "Weixin has not told yet who is in this group; name a contact by its ref"
               : is_ambiguous ? "several members of the group are called so; name one by its id"
                              : "no member of the group is this or called so";
    // By its place: names of people are in no error.
    return fail(errc::invalid_argument, "mentions[" + std::to_string(i) + "]: " + why);
  }
  return {};
}

result<void> sender::check(store::upload_content& upload, const std::string&) {
  if (!context_->service->spool) return no_spool();
  auto plan = plan_of(upload, context_->service->upload_limits);
  if (!plan) return plan.error();
  return {};
}

result<void> sender::check(store::sticker_content& sticker, const std::string&) {
  auto what = webwx::emoticon_by_md5(sticker.md5);
  if (!what) return fail(errc::invalid_argument, "md5 must be 32 hexadecimal digits");
  return {};
}

result<void> sender::check(store::forward_content& forward, const std::string&) {
  if (forward.entry.size() > max_entry_bytes)
    return fail(errc::body_too_large, "a message of that size cannot be forwarded");
  if (forward.entry.size() > max_waiting_entries - std::min(waiting_entries_, max_waiting_entries))
    return fail(errc::queue_full, "too many forwarded messages wait");
  auto what = webwx::forward_of(forward.entry);
  if (!what) return fail(errc::not_forwardable, what.error().context);
  constexpr int type_location = 48;
  forward.is_location = what->type == type_location;
  return {};
}

result<webwx::outgoing> sender::message_of(const store::send_record& r, const std::string& user_name) const {
  struct to_message {
    const sender& self;
    const std::string& to;
    result<webwx::outgoing> operator()(const store::text_content& c) const {
      if (!c.mentions.empty()) return self.mentioning(c, to);
      return webwx::text_message(c.text);
    }
    result<webwx::outgoing> operator()(const store::upload_content&) const { return self.upload_->message(); }
    result<webwx::outgoing> operator()(const store::sticker_content& c) const {
      return webwx::emoticon_by_md5(c.md5);
    }
    result<webwx::outgoing> operator()(const store::forward_content& c) const {
      auto what = webwx::forward_of(c.entry);
      if (!what) return fail(errc::not_forwardable, what.error().context);
      return what;
    }
  };
  return std::visit(to_message{*this, user_name}, r.content);
}

/// The text, with the mention of everybody in front whom it does not mention itself.
result<webwx::outgoing> sender::mentioning(const store::text_content& text, const std::string& group) const {
  auto known = context_->contacts.find(group);
  std::vector<std::string> members;
  std::string missing;
  for (const auto& ref : text.mentions) {
    auto user_name = context_->contacts.resolve(ref);
    if (!user_name) return fail(errc::target_lost, "mention");
    std::string name;
    bool is_member = false;
    if (known)
      for (const auto& m : known->members)
        if (m.user_name == *user_name) {
          is_member = true;
          name = m.display_name.empty() ? m.nick_name : m.display_name;
        }
    // Whoever left since it was accepted. A new session may not know the members yet.
    if (!is_member && known && !known->members.empty()) return fail(errc::target_lost, "mention");
    if (name.empty())
      if (auto person = context_->contacts.find(*user_name)) name = std::string{person->nick};
    if (text.text.find("@" + name) == std::string::npos) missing += webwx::mention_text(name);
    members.push_back(std::move(*user_name));
  }
  auto what = webwx::mention_message(missing + text.text, group, members);
  if (!what) return fail(errc::target_lost, what.error().context);
  return what;
}

} // namespace weixin
