#include "simulator/injection.hpp"

#include "simulator/sessions.hpp"

#include <algorithm>
#include <utility>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view token = "{token}";
constexpr auto load_tick = 5ms;

struct place {
  peer_ref peer;
  std::optional<std::size_t> speaker;
  std::string id;
};

/// The account of the service that such messages come from (5.3), or none.
std::string_view account_of(std::string_view kind) {
  if (kind == "friend_request" || kind == "own_friend_request" || kind == "recommendation") return "fmessage";
  return kind == "news" ? "newsapp" : "";
}

result<place> find_place(const phone_user& user, const injection& what) {
  if (auto account = what.conversation.empty() ? account_of(what.details.kind) : std::string_view{};
      !account.empty())
    if (auto found = find_contact(user, account))
      return place{{peer_ref::kind::contact, *found, 0}, {}, std::string{account}};
  if (what.conversation.empty()) {
    auto first = first_friend(user);
    if (!first) return fail(errc::invalid_argument, "the user has no friend");
    return place{{peer_ref::kind::contact, *first, 0}, {}, user.contacts[*first].id};
  }
  if (auto contact = find_contact(user, what.conversation))
    return place{{peer_ref::kind::contact, *contact, 0}, {}, user.contacts[*contact].id};
  auto number = find_chatroom(user, what.conversation);
  if (!number) return fail(errc::invalid_argument, "no such contact or chatroom");
  const auto& room = user.chatrooms[*number];
  place found{{peer_ref::kind::chatroom, *number, 0}, {}, room.id};
  if (what.from_self) return found;
  // The first member is the account itself.
  auto member = what.speaker.empty() ? std::optional<std::size_t>{1} : find_member(room, what.speaker);
  if (!member || *member >= room.members.size() || room.members[*member].self)
    return fail(errc::invalid_argument, "no such member");
  found.speaker = member;
  return found;
}

/// Puts what the kind is made of into the message.
result<void> fill(world& w, const message_place& where, injection& what, message_draft& m) {
  if (what.details.text.empty()) what.details.text = m.text;
  auto content = make_content(w, where, what.details);
  if (!content) return content.error();
  m.type = content->type;
  m.text = std::move(content->text);
  m.text_is_wire = content->text_is_wire;
  m.about = content->about;
  m.raw = std::move(content->raw);
  if (!content->has_speaker) m.speaker.reset();
  if (content->type == 51) std::swap(m.from, m.to); // told by the account's own phone
  if (auto at = m.text.find("{msgid}"); at != std::string::npos && m.raw.contains("SubMsgType"))
    m.text.replace(at, std::string_view{"{msgid}"}.size(), std::to_string(m.msg_id));
  if (!content->media_id.empty()) w.media.attach(m.msg_id, std::move(content->media_id));
  return {};
}

web_session* living_session(phone_user& user) {
  return user.session && !user.session->ended ? user.session.get() : nullptr;
}

std::size_t next_online(const world& w, std::size_t after) {
  auto next = w.online.upper_bound(after);
  return next == w.online.end() ? *w.online.begin() : *next;
}

void inject_one(world& w, load_plan& plan) {
  --plan.remaining;
  if (w.online.empty()) {
    ++plan.skipped;
    return;
  }
  plan.last_user = next_online(w, plan.last_user);
  injection what;
  what.user = plan.last_user;
  what.text = plan.text;
  ++(inject(w, std::move(what)) ? plan.injected : plan.skipped);
}

void run_load(world& w, load_plan& plan) {
  auto elapsed = std::chrono::duration<double>(w.now.steady - plan.start).count();
  auto due = static_cast<std::uint64_t>(elapsed * plan.rate_per_second) + 1;
  // After a pause of the driver the missing ones follow in steps, not in one burst.
  constexpr std::uint64_t most_at_once = 200;
  for (std::uint64_t i = 0; plan.due < due && plan.active() && i < most_at_once; ++i, ++plan.due)
    inject_one(w, plan);
  if (!plan.active()) return;
  auto next =
      plan.start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                       std::chrono::duration<double>(static_cast<double>(plan.due) / plan.rate_per_second));
  plan.timer = w.plan.at(std::max(next, w.now.steady + load_tick), [&w, &plan] { run_load(w, plan); });
}

} // namespace

result<injected> inject(world& w, injection what) {
  auto* user = w.user(what.user);
  if (user == nullptr) return fail(errc::invalid_argument, "no such user");
  if (what.text.size() > max_text_bytes) return fail(errc::invalid_argument, "text above 64 KiB");
  auto where = find_place(*user, what);
  if (!where) return where.error();
  auto* s = living_session(*user);
  if (s == nullptr || !s->initialised) return fail(errc::not_online, "the user has no session");
  if (s->unfetched() >= web_session::max_unfetched) return fail(errc::queue_full, "too much waits");

  if (what.details.kind.empty() && what.picture_bytes != 0) {
    what.details.kind = "image";
    what.details.bytes = what.picture_bytes;
  }
  message_draft m;
  m.msg_id = w.next_message_id();
  (what.from_self ? m.to : m.from) = where->peer;
  m.speaker = where->speaker;
  m.type = what.type;
  m.text = std::move(what.text);
  m.text_is_wire = what.text_is_wire;
  if (!what.details.kind.empty() && what.details.kind != "text")
    if (auto filled = fill(w, {*user, where->peer, where->speaker, what.from_self}, what, m); !filled)
      return filled.error();
  for (const auto& field : what.raw)
    m.raw[field.key()] = field.value();
  m.created = w.now.wall;
  bool is_text = (what.details.kind.empty() || what.details.kind == "text") && m.type == 1;
  if (what.accounted && !what.from_self && is_text && !m.raw.contains("SubMsgType"))
    m.ledger_number = w.book.open(user->id, where->id, m.text, true, w.now.steady);
  injected done{m.msg_id, m.ledger_number, where->id, m.text};
  deliver(w, *s, std::move(m));
  return done;
}

result<void> start_load(world& w, load_plan& plan, double rate_per_second, double seconds, std::string text) {
  if (!(rate_per_second > 0) || rate_per_second > max_load_rate || !(seconds > 0) || seconds > 7 * 24 * 3600)
    return fail(errc::invalid_argument, "rate_per_second is at most 10000, seconds at most a week");
  if (text.size() > max_text_bytes) return fail(errc::invalid_argument, "text above 64 KiB");
  stop_load(w, plan);
  if (text.find(token) == std::string::npos) text.append(text.empty() ? "" : " ").append(token);
  plan = {};
  plan.rate_per_second = rate_per_second;
  plan.remaining = static_cast<std::uint64_t>(rate_per_second * seconds);
  if (plan.remaining == 0) plan.remaining = 1;
  plan.text = w.options.canary + std::move(text);
  plan.start = w.now.steady;
  run_load(w, plan);
  return {};
}

void stop_load(world& w, load_plan& plan) {
  w.plan.cancel(std::exchange(plan.timer, 0));
  plan.remaining = 0;
}

} // namespace weixin::simulator
