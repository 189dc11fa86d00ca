#include "actors/sync_poller.hpp"

#include "actors/media_source.hpp"
#include "actors/to_inbound.hpp"
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
constexpr std::size_t max_wanted_groups = 200;

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
            if (is_current(t)) check();
          },
          run_continuations()};
}

void sync_poller::failed(error e, bool at_push_host) {
  clear_timer();
  waits_to_try_again_ = true;
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
                if (answer.error().code == errc::malformed_answer) return sync();
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
  auto groups = strange_groups(held->answer);
  if (groups.empty()) return store(std::move(held));
  call_weixin(webwx::endpoint::webwxbatchgetcontact, session_, ask_about(groups),
              webwx::parse_batch_get_contact,
              [this, held = std::move(held)](result<std::vector<webwx::contact>> found) {
                // What was received is stored first: there may be no other way to get it again.
                if (!found && found.error().code == errc::session_ended) held->ended = found.error();
                learn_groups(std::move(found));
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
        stored(*b, std::move(*next), *fresh);
      }));
}

void sync_poller::stored(batch& b, webwx::session next, const std::vector<store::appended_message>& fresh) {
  last_sync_ = now();
  bool moved = !(session_->keys == next.keys);
  bool empty = b.answer.messages.empty() && !moved;
  // Not by putting `next` in its place: cookies may have come meanwhile.
  webwx::apply(*session_, b.answer);
  stored_session_ = std::move(next);
  send(supervisor_, polled{false, empty ? poll_news::nothing : poll_news::delivered});
  dispatch(b, fresh);
  if (b.ended) return failed(*b.ended);
  want_groups(b.answer);
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

void sync_poller::learn(const webwx::sync_answer& answer) {
  for (const auto& c : answer.mod_contacts)
    context_->contacts.put(c);
  for (const auto& user_name : answer.del_contacts)
    context_->contacts.remove(user_name);
}

std::vector<std::string> sync_poller::strange_groups(const webwx::sync_answer& answer) {
  std::vector<std::string> groups;
  for (const auto& m : answer.messages) {
    const auto& group = m.parsed.peer;
    if (!m.parsed.is_group || !is_for_the_inbox(m) || context_->contacts.find(group)) continue;
    if (groups.size() >= webwx::max_batch_items || asked_groups_.size() >= max_wanted_groups) break;
    if (asked_groups_.insert(group).second) groups.push_back(group);
  }
  return groups;
}

void sync_poller::want_groups(const webwx::sync_answer& answer) {
  auto want = [&](const std::string& user_name) {
    auto known = context_->contacts.find(user_name);
    if ((!known || known->members.empty()) && wanted_groups_.size() < max_wanted_groups)
      wanted_groups_.insert(user_name);
  };
  for (const auto& m : answer.messages) {
    if (m.parsed.is_group) want(m.parsed.peer);
    for (const auto& user_name : m.parsed.status_notify_user_names)
      if (webwx::is_group_user_name(user_name)) want(user_name);
  }
  get_wanted_groups();
}

void sync_poller::get_wanted_groups() {
  if (group_call_under_way_ || wanted_groups_.empty()) return;
  group_call_under_way_ = true;
  std::vector<std::string> wanted;
  while (!wanted_groups_.empty() && wanted.size() < webwx::max_batch_items)
    wanted.push_back(wanted_groups_.extract(wanted_groups_.begin()).value());
  // Beside the polls, and without a second try: an unknown group is asked for again when it speaks again.
  call(
      context_, session_, webwx::endpoint::webwxbatchgetcontact, ask_about(wanted),
      [this](auto f) { return inside(std::move(f)); }, webwx::parse_batch_get_contact,
      [this](result<std::vector<webwx::contact>> groups) {
        group_call_under_way_ = false;
        if (!groups && groups.error().code == errc::session_ended) return failed(groups.error());
        if (learn_groups(std::move(groups))) get_wanted_groups();
      });
}

http_request sync_poller::ask_about(const std::vector<std::string>& groups) const {
  std::vector<webwx::batch_item> items;
  for (const auto& group : groups)
    items.push_back({group, ""});
  return webwx::make_batch_get_contact(*session_, items, wall_ms());
}

bool sync_poller::learn_groups(result<std::vector<webwx::contact>> groups) {
  if (!groups) {
    log_info("groups.unknown", {{"account", context_->name}, {"errc", to_string(groups.error().code)}});
    return false;
  }
  context_->contacts.put_all(std::move(*groups));
  return true;
}

} // namespace weixin
