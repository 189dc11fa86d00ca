#include "simulator/web_session.hpp"

#include <algorithm>
#include <utility>

namespace weixin::simulator {

session_names::session_names(const phone_user& user, secret_maker& secrets) : self_(secrets.user_name()) {
  remember(self_, {});
  for (const auto& p : user.contacts)
    add_contact(p, secrets);
  for (const auto& room : user.chatrooms)
    add_chatroom(room, secrets);
}

void session_names::add_contact(const person& p, secret_maker& secrets, std::string name) {
  if (name.empty()) name = p.kind == person_kind::special ? p.id : secrets.user_name();
  contacts_.push_back(std::move(name));
  remember(contacts_.back(), {peer_ref::kind::contact, contacts_.size() - 1, 0});
}

void session_names::add_chatroom(const chatroom& room, secret_maker& secrets) {
  auto number = chatrooms_.size();
  chatrooms_.push_back(secrets.chatroom_name());
  remember(chatrooms_.back(), {peer_ref::kind::chatroom, number, 0});
  members_.emplace_back();
  for (const auto& m : room.members)
    add_member(number, m, secrets);
}

void session_names::add_member(std::size_t room, const member& m, secret_maker& secrets) {
  auto& names = members_.at(room);
  if (m.self) {
    names.push_back(self_);
  } else if (m.contact) {
    names.push_back(contacts_.at(*m.contact));
  } else {
    names.push_back(secrets.user_name());
    remember(names.back(), {peer_ref::kind::member, room, names.size() - 1});
  }
}

void session_names::remember(const std::string& name, peer_ref who) { known_.insert_or_assign(name, who); }

const std::string& session_names::of(const peer_ref& who) const {
  switch (who.what) {
  case peer_ref::kind::contact:
    return contacts_.at(who.index);
  case peer_ref::kind::chatroom:
    return chatrooms_.at(who.index);
  case peer_ref::kind::member:
    return members_.at(who.index).at(who.member);
  case peer_ref::kind::self:
    break;
  }
  return self_;
}

std::optional<peer_ref> session_names::find(std::string_view user_name) const {
  auto found = known_.find(std::string{user_name});
  if (found == known_.end()) return std::nullopt;
  return found->second;
}

web_session::web_session(std::uint64_t n, const phone_user& user, secret_maker& make, const moment& now)
    : number(n), user_id(user.id), uin(user.uin), entry_host(user.entry_host), names(user, make),
      login_time(now), last_request(now.steady), last_check(now.steady), previous_skey_until(now.steady) {
  secrets.skey = make.skey();
  secrets.sid = make.sid();
  secrets.pass_ticket = make.pass_ticket();
  secrets.data_ticket = make.data_ticket();
  secrets.uvid = make.uvid();
  secrets.auth_ticket = make.auth_ticket();
}

std::int64_t web_session::key_base() const noexcept {
  return 600'000'000 + static_cast<std::int64_t>(number) * 1'000'003;
}

bool web_session::add_event(sync_event e) {
  if (unfetched() >= max_unfetched) return false;
  events_.push_back(std::move(e));
  return true;
}

void web_session::mark_fetched(std::uint64_t position) {
  fetched_ = std::max(fetched_, std::min(position, event_count()));
  while (fetched_ - first_kept_ > max_fetched_kept) {
    events_.pop_front();
    ++first_kept_;
  }
}

std::vector<const sync_event*> web_session::events_after(std::uint64_t position, std::size_t limit,
                                                         std::uint64_t& next) const {
  auto from = std::max(position, first_kept_);
  std::vector<const sync_event*> found;
  for (; from < event_count() && found.size() < limit; ++from)
    found.push_back(&events_[static_cast<std::size_t>(from - first_kept_)]);
  next = from;
  return found;
}

bool web_session::has_message_after(std::uint64_t position) const {
  auto skip = static_cast<std::ptrdiff_t>(std::max(position, first_kept_) - first_kept_);
  return std::any_of(events_.begin() + std::min(skip, static_cast<std::ptrdiff_t>(events_.size())),
                     events_.end(),
                     [](const sync_event& e) { return std::holds_alternative<message_draft>(e); });
}

std::vector<message_draft> web_session::take_unfetched_messages() {
  std::vector<message_draft> left;
  for (auto i = static_cast<std::size_t>(fetched_ - first_kept_); i < events_.size(); ++i)
    if (auto* m = std::get_if<message_draft>(&events_[i]); m != nullptr && !m->is_conversation_list)
      left.push_back(std::move(*m));
  events_.clear();
  first_kept_ = fetched_;
  return left;
}

} // namespace weixin::simulator
