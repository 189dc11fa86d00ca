#include "actors/sync_poller.hpp"

#include "actors/contact_learning.hpp"
#include "actors/media_source.hpp"
#include "actors/to_inbound.hpp"
#include "protocol/webwx/real_ids.hpp"
#include "protocol/webwx/return_code.hpp"

#include <algorithm>
#include <iterator>

namespace weixin {

namespace {

using namespace std::chrono_literals;

constexpr auto sync_at_least_every = 1h;
/// After so many empty batches in a row the selector is not believed any more (weixin-protocol.md 4.5).
constexpr unsigned empty_batches_tolerated = 3;
constexpr std::chrono::milliseconds longest_pause = 30s;
constexpr std::size_t max_wanted_contacts = 200;
constexpr std::size_t max_asked_speakers = 2'000;
/// The poller's own timer and the one for details: a generation that counting never reaches.
constexpr std::uint64_t details_timer = ~std::uint64_t{0};
/// Messages wait no longer than that for the names of their groups.
constexpr std::chrono::nanoseconds longest_hold = 15s;

/// A part of the cookies' values is set anew by every webwxsync with another lifetime, which means nothing
/// here: a session that differs in that alone is not worth storing.
bool same_cookies(const webwx::cookie_jar& a, const webwx::cookie_jar& b) {
  return std::equal(a.entries().begin(), a.entries().end(), b.entries().begin(), b.entries().end(),
                    [](const webwx::cookie& x, const webwx::cookie& y) {
                      return x.name == y.name && x.value == y.value && x.domain == y.domain &&
                             x.host_only == y.host_only && x.path == y.path && x.secure == y.secure;
                    });
}

bool differs_beyond_keys(const webwx::session& a, const webwx::session& b) {
  return a.uin != b.uin || !(a.sid == b.sid) || !(a.skey == b.skey) || !(a.pass_ticket == b.pass_ticket) ||
         a.device_id != b.device_id || a.user_agent != b.user_agent || a.user_name != b.user_name ||
         a.nick_name != b.nick_name || !(a.host == b.host) || !same_cookies(a.cookies, b.cookies) ||
         a.invite_start_count != b.invite_start_count;
}

bool goes_back(const webwx::sync_key_list& from, const webwx::sync_key_list& to) {
  for (auto [key, value] : to.pairs)
    for (auto [old_key, old_value] : from.pairs)
      if (key == old_key && value < old_value) return true;
  return false;
}

metrics::sync_failure kind_of(errc code) {
  using metrics::sync_failure;
  switch (code) {
  case errc::dns_failed:
  case errc::connect_failed:
  case errc::tls_failed:
  case errc::timed_out:
  case errc::connection_lost:
    return sync_failure::network;
  case errc::http_status:
    return sync_failure::http;
  case errc::malformed_answer:
  case errc::answer_too_large:
    return sync_failure::malformed;
  case errc::session_ended:
  case errc::ticket_rejected:
    return sync_failure::session_ended;
  case errc::too_frequent:
    return sync_failure::too_frequent;
  case errc::breaker_open:
    return sync_failure::breaker_open;
  case errc::proxy_failed:
    return sync_failure::proxy;
  case errc::disk_full:
  case errc::store_failed:
  case errc::store_busy:
  case errc::store_corrupt:
    return sync_failure::store;
  default:
    return sync_failure::other;
  }
}

bool is_for_the_inbox(const webwx::raw_message& m) {
  return m.parsed.kind != webwx::message_kind::status_notify; // read marks: not for people or bots
}

} // namespace

sync_poller::sync_poller(caf::actor_config& cfg, std::shared_ptr<account_context> context,
                         account_actor supervisor, std::uint64_t seed)
    : child_actor(cfg, std::move(context), std::move(supervisor), seed), session_(context_->session) {}

sync_poller::behavior_type sync_poller::make_behavior() {
  if (context_->inbox) send(context_->inbox, inbox_may_have_grown{});
  // A webwxsync first: it fetches what came meanwhile, and proves at once that the session lives.
  sync();
  return {[this](weixin::try_again) { try_again(); }, [this](poll_distance d) { distance_ = d.distance; },
          answer_heartbeats(),
          [this](timer t) {
            if (t.generation == details_timer) {
              details_timer_armed_ = false;
              return get_wanted_contacts();
            }
            if (!is_current(t)) return;
            if (held_) return ask_and_store(std::exchange(held_, nullptr));
            check();
          },
          run_continuations()};
}

void sync_poller::failed(error e, bool at_push_host) {
  clear_timer();
  waits_to_try_again_ = true;
  // What was given up by a stop or a pause is no failure.
  if (e.code != errc::cancelled) context_->service->metrics->sync_failed(kind_of(e.code));
  store_failed_ = e.code == errc::disk_full || e.code == errc::store_failed;
  report(child::poller, std::move(e), at_push_host);
}

void sync_poller::try_again() {
  if (!waits_to_try_again_) return;
  waits_to_try_again_ = false;
  if (!store_failed_) return sync();
  context_->service->store->probe(inside([this](result<void> works) {
    if (!works) return failed(works.error());
    sync();
  }));
}

void sync_poller::check() {
  if (now() - last_sync_ >= sync_at_least_every) return sync();
  check_started_ = now();
  call_weixin(webwx::endpoint::synccheck, session_, webwx::make_synccheck(*session_, wall_ms()),
              webwx::parse_synccheck, [this](result<webwx::synccheck_answer> answer) {
                if (answer) return checked(*answer);
                // The push host sometimes answers garbage instead of HTTP: a sync tells what is true.
                if (answer.error().code == errc::malformed_answer) {
                  context_->service->metrics->sync_failed(metrics::sync_failure::malformed);
                  return sync();
                }
                failed(answer.error());
              });
}

void sync_poller::checked(const webwx::synccheck_answer& answer) {
  context_->service->metrics->synccheck_finished(answer.retcode, answer.selector, now() - check_started_);
  if (answer.retcode != 0) return failed(webwx::error_of(answer.retcode, "synccheck"), true);
  send(supervisor_, polled{true, answer.selector != 0 ? poll_news::announced : poll_news::quiet});
  if (answer.selector != 0) return sync();
  empty_batches_ = 0;
  poll_later();
}

void sync_poller::poll_later() {
  auto pause = distance_;
  if (empty_batches_ > empty_batches_tolerated) {
    auto doublings = std::min(empty_batches_ - empty_batches_tolerated - 1, 5U);
    pause = std::max(pause, std::min(std::chrono::milliseconds{1s} * (1 << doublings), longest_pause));
  }
  if (pause.count() == 0) return check();
  set_timer(pause);
}

void sync_poller::sync() {
  // What cannot be stored is better left with Weixin.
  if (!context_->service->store->health().accepting) return failed(fail(errc::disk_full, "store"));
  call_weixin(
      webwx::endpoint::webwxsync, session_, webwx::make_sync(*session_, wall_ms()),
      [self = session_->user_name](const http_response& r) { return webwx::parse_sync(r, self); },
      [this](result<webwx::sync_answer> answer) {
        if (!answer) return failed(answer.error());
        synced(std::move(*answer));
      });
}

// -- from the answer into the store
// -------------------------------------------------------------------------------

void sync_poller::synced(webwx::sync_answer answer) {
  if (answer.set_aside > 0) {
    context_->service->metrics->messages_set_aside(answer.set_aside);
    log_warn("sync.set_aside", {{"account", context_->name}, {"entries", answer.set_aside}});
  }
  auto undecoded = std::count_if(answer.messages.begin(), answer.messages.end(),
                                 [](const auto& m) { return m.parsed.is_broken; });
  if (undecoded > 0) {
    context_->service->metrics->messages_undecoded(static_cast<std::size_t>(undecoded));
    log_info("sync.undecoded", {{"account", context_->name}, {"entries", undecoded}});
  }
  warn_of_keys_going_back(answer);
  learn(answer);
  auto held = std::make_shared<batch>();
  held->answer = std::move(answer);
  ask_and_store(std::move(held));
}

void sync_poller::ask_and_store(std::shared_ptr<batch> held) {
  auto groups = strange_groups(held->answer);
  if (groups.empty()) return store(std::move(held));
  auto t = now();
  auto turn = context_->pacing.next(paced_operation::batch_contacts, t);
  if (turn.at - t > longest_hold) return store(std::move(held));
  if (turn.at > t) {
    note_delay(paced_operation::batch_contacts, turn, held->is_delay_told);
    held_ = std::move(held);
    return set_timer(turn.at - t);
  }
  asked_groups_.insert(groups.begin(), groups.end());
  context_->pacing.used(paced_operation::batch_contacts, t, random_);
  call_weixin(webwx::endpoint::webwxbatchgetcontact, session_, ask_about(groups),
              webwx::parse_batch_get_contact,
              [this, held = std::move(held)](result<webwx::contact_list> found) {
                // What was received is stored first: there may be no other way to get it again.
                if (!found && found.error().code == errc::session_ended) held->ended = found.error();
                learn_details(std::move(found));
                store(held);
              });
}

void sync_poller::store(std::shared_ptr<batch> b) {
  if (context_->session != session_) return; // it ended: nothing may put it back into the store
  store::sync_commit commit;
  commit.account = context_->name;
  commit.at = wall_now();
  for (const auto& m : b->answer.messages) {
    if (!is_for_the_inbox(m)) continue;
    b->messages.push_back(to_inbound(m, *context_, *session_));
    const auto& made = b->messages.back();
    if (auto request = friend_request_of(m)) commit.friend_requests.push_back(std::move(*request));
    commit.messages.push_back(
        {m.msg_id, made.chat, made.sent_at, to_stored_json(made, commit.at), m.raw, {}});
    // With the message, so that neither a crash nor the session's end forgets what is to be fetched.
    if (context_->service->make_media_writer)
      commit.messages.back().media = media_to_fetch(m.parsed, context_->media_policy, commit.at);
    b->wants_media = b->wants_media || !commit.messages.back().media.empty();
  }
  // What the session becomes once this batch is stored. The live session keeps the old keys until then.
  auto next = std::make_shared<webwx::session>(*session_);
  webwx::apply(*next, b->answer);
  bool keys_moved = !(next->keys == session_->keys);
  commit.keys = next->keys;
  bool session_changed = !stored_session_ || differs_beyond_keys(*stored_session_, *next);
  if (session_changed) commit.session = *next;
  auto& contacts = context_->contacts_to_store;
  auto changed = context_->contacts.take_changed();
  contacts.insert(contacts.end(), std::make_move_iterator(changed.begin()),
                  std::make_move_iterator(changed.end()));
  commit.contacts = contacts;
  if (commit.messages.empty() && !keys_moved && !session_changed && contacts.empty())
    return stored(*b, std::move(*next), {});
  auto started = now();
  auto count = contacts.size();
  context_->service->store->commit(
      std::move(commit),
      inside([this, b, next, started, count](result<std::vector<store::appended_message>> fresh) {
        if (!fresh) return failed(fresh.error());
        context_->service->metrics->inbox_appended(fresh->size(), now() - started);
        auto& contacts_left = context_->contacts_to_store;
        contacts_left.erase(contacts_left.begin(),
                            contacts_left.begin() + static_cast<std::ptrdiff_t>(count));
        if (contacts_left.empty()) contacts_left.shrink_to_fit(); // once it was as long as the book
        stored(*b, std::move(*next), *fresh);
      }));
}

/// Somebody who asks to be a friend: the ticket in it is kept, for there is no other way to accept.
std::optional<store::friend_request_record>
sync_poller::friend_request_of(const webwx::raw_message& m) const {
  const auto* c = std::get_if<webwx::content::friend_request>(&m.parsed.content);
  if (c == nullptr || c->is_own || c->ticket.empty() || c->who.user_name.empty()) return std::nullopt;
  store::friend_request_record r;
  r.id = m.msg_id;
  r.received_at = wall_time{} + std::chrono::seconds{m.parsed.create_time};
  r.session = session_->user_name;
  r.user_name = c->who.user_name;
  r.ticket = c->ticket;
  r.nick = c->who.nick_name;
  r.alias = c->who.alias;
  r.greeting = c->greeting;
  r.province = c->who.province;
  r.city = c->who.city;
  r.sex = c->who.sex;
  r.scene = c->who.scene;
  return r;
}

void sync_poller::stored(batch& b, webwx::session next, const std::vector<store::appended_message>& fresh) {
  last_sync_ = now();
  bool moved = !(session_->keys == next.keys);
  bool empty = b.answer.messages.empty() && !moved;
  // Not by putting `next` in its place: cookies may have come meanwhile.
  webwx::apply(*session_, b.answer);
  if (!b.answer.nick_name.empty()) {
    context_->service->users->add(session_->nick_name);
    context_->status->update([&](account_view& v) { v.nickname = session_->nick_name; });
  }
  stored_session_ = std::move(next);
  send(supervisor_, polled{false, empty ? poll_news::nothing : poll_news::delivered});
  dispatch(b, fresh);
  if (b.ended) return failed(*b.ended);
  want_contacts(b.answer);
  if (b.answer.continue_flag && moved) return sync();
  empty_batches_ = empty ? empty_batches_ + 1 : 0;
  poll_later();
}

void sync_poller::dispatch(batch& b, const std::vector<store::appended_message>& fresh) {
  if (fresh.empty()) return;
  std::map<std::string_view, std::int64_t> seqs;
  for (const auto& m : fresh)
    seqs.emplace(m.msg_id, m.seq);
  auto news = std::make_shared<std::vector<inbound>>();
  for (auto& message : b.messages) {
    auto found = seqs.find(message.msg_id);
    if (found == seqs.end()) continue;
    message.seq = found->second;
    seqs.erase(found); // an entry that the batch holds twice is stored once
    // The echo of a send of ours (weixin-protocol.md 7.2); what was sent on the phone is not among them.
    if (message.is_own && context_->is_own(message.msg_id)) continue;
    news->push_back(std::move(message));
  }
  auto at = wall_now();
  for (std::size_t i = 0; i < news->size(); ++i) {
    const auto& message = (*news)[i];
    context_->metrics->message_received(to_string(message.kind));
    if (!message.is_own) ++context_->status->messages_in;
    context_->service->metrics->event_lag(at - message.sent_at);
    context_->service->events->publish("message", context_->name, at,
                                       [news, i, at] { return to_event_json((*news)[i], at); });
  }
  if (b.wants_media && context_->media) send(context_->media, media_wanted{});
  context_->metrics->set_last_event(at);
  context_->status->last_event_ms = to_milliseconds(at);
  if (context_->inbox) send(context_->inbox, inbox_grew{news, fresh.back().seq});
}

void sync_poller::warn_of_keys_going_back(const webwx::sync_answer& answer) const {
  // Weixin's word counts; what comes twice because of it is dropped by MsgId.
  if (goes_back(session_->keys.sync_key, answer.sync_key) ||
      goes_back(session_->keys.sync_check_key, answer.sync_check_key))
    log_warn("sync.key_went_back", {{"account", context_->name}});
}

// -- contacts
// ---------------------------------------------------------------------------------------------------

void sync_poller::learn(webwx::sync_answer& answer) {
  learn_contacts(*context_, std::move(answer.mod_contacts), answer.del_contacts, contact_source::changes);
  // Before any message of the batch names its sender.
  for (const auto& m : answer.messages)
    context_->contacts.learn_real_ids(webwx::believable_real_ids(m.parsed));
}

std::vector<std::string> sync_poller::strange_groups(const webwx::sync_answer& answer) {
  std::vector<std::string> groups;
  for (const auto& m : answer.messages) {
    const auto& group = m.parsed.peer;
    if (!m.parsed.is_group || !is_for_the_inbox(m) || context_->contacts.find(group)) continue;
    if (groups.size() >= webwx::max_batch_items ||
        asked_groups_.size() + groups.size() >= max_wanted_contacts)
      break;
    bool is_listed = std::find(groups.begin(), groups.end(), group) != groups.end();
    if (!is_listed && !asked_groups_.contains(group)) groups.push_back(group);
  }
  return groups;
}

void sync_poller::want_contacts(const webwx::sync_answer& answer) {
  auto want_group = [&](const std::string& user_name) {
    auto known = context_->contacts.find(user_name);
    if ((!known || known->members.empty()) && wanted_contacts_.size() < max_wanted_contacts)
      wanted_contacts_.insert(user_name);
  };
  for (const auto& m : answer.messages) {
    if (m.parsed.is_group) want_group(m.parsed.peer);
    if (is_for_the_inbox(m)) want_speaker(m.parsed);
    for (const auto& user_name : m.parsed.status_notify_user_names)
      if (webwx::is_group_user_name(user_name)) want_group(user_name);
  }
  for (const auto& group : answer.changed_groups)
    if (wanted_contacts_.size() < max_wanted_contacts) wanted_contacts_.insert(group);
  get_wanted_contacts();
}

/// Somebody without a name in a direct chat, or who speaks in a group and is none of its known members: each
/// is asked about once in a session.
void sync_poller::want_speaker(const webwx::message& m) {
  if (m.is_own || wanted_contacts_.size() >= max_wanted_contacts) return;
  const auto& who = m.is_group ? m.sender : m.peer;
  if (!who.starts_with('@') || asked_speakers_.size() >= max_asked_speakers) return;
  if (m.is_group) {
    auto group = context_->contacts.find(m.peer);
    if (!group || group->members.empty() || group->members.size() >= webwx::contact::max_members) return;
    if (std::any_of(group->members.begin(), group->members.end(),
                    [&](const auto& member) { return member.user_name == who; }))
      return;
  } else if (auto known = context_->contacts.find(who); known && !known->nick.empty()) {
    return;
  }
  if (asked_speakers_.insert(who).second) wanted_contacts_.insert(m.peer);
}

void sync_poller::get_wanted_contacts() {
  auto& status = *context_->status;
  status.show_waiting(paced_operation::batch_contacts, wanted_contacts_.size());
  // Messages that wait for the name of their group come first.
  if (held_ || details_call_under_way_ || details_timer_armed_ || wanted_contacts_.empty()) return;
  auto t = now();
  if (auto turn = context_->pacing.next(paced_operation::batch_contacts, t); turn.at > t) {
    details_timer_armed_ = true;
    show_turn(paced_operation::batch_contacts, turn);
    note_delay(paced_operation::batch_contacts, turn, details_delay_told_);
    return after(turn.at - t, timer{details_timer});
  }
  context_->pacing.used(paced_operation::batch_contacts, t, random_);
  details_call_under_way_ = true;
  details_delay_told_ = false;
  std::vector<std::string> wanted;
  while (!wanted_contacts_.empty() && wanted.size() < webwx::max_batch_items)
    wanted.push_back(wanted_contacts_.extract(wanted_contacts_.begin()).value());
  // Beside the polls, and without a second try: who is still unknown is asked about again when it speaks
  // again.
  call(
      context_, session_, webwx::endpoint::webwxbatchgetcontact, ask_about(wanted),
      [this](auto f) { return inside(std::move(f)); }, webwx::parse_batch_get_contact,
      [this](result<webwx::contact_list> contacts) {
        details_call_under_way_ = false;
        if (!contacts && contacts.error().code == errc::session_ended) return failed(contacts.error());
        if (learn_details(std::move(contacts))) get_wanted_contacts();
      });
}

http_request sync_poller::ask_about(const std::vector<std::string>& user_names) const {
  std::vector<webwx::batch_item> items;
  for (const auto& user_name : user_names)
    items.push_back({user_name, ""});
  return webwx::make_batch_get_contact(*session_, items, wall_ms());
}

bool sync_poller::learn_details(result<webwx::contact_list> contacts) {
  if (contacts) {
    note_set_aside(metrics::contact_answer::batch_get_contact, contacts->set_aside);
    learn_contacts(*context_, std::move(contacts->contacts), {}, contact_source::details);
    return true;
  }
  log_info("contacts.unknown", {{"account", context_->name}, {"errc", to_string(contacts.error().code)}});
  // The policy decides about the pace of the whole account.
  if (contacts.error().code == errc::too_frequent) send(supervisor_, send_hit{contacts.error()});
  return false;
}

} // namespace weixin
