#include "actors/sync_poller.hpp"

#include "actors/to_inbound.hpp"
#include "protocol/webwx/return_code.hpp"

#include <algorithm>

namespace weixin {

namespace {

using namespace std::chrono_literals;

constexpr auto sync_at_least_every = 1h;
/// After so many empty batches in a row the selector is not believed any more (weixin-protocol.md 4.5).
constexpr unsigned empty_batches_tolerated = 3;
constexpr std::chrono::milliseconds longest_pause = 30s;
constexpr std::size_t max_wanted_groups = 200;
constexpr std::size_t groups_per_call = 50;

} // namespace

sync_poller::sync_poller(caf::actor_config& cfg, std::shared_ptr<account_context> context,
                         account_actor supervisor, std::uint64_t seed)
    : child_actor(cfg, std::move(context), std::move(supervisor), seed), session_(context_->session) {}

sync_poller::behavior_type sync_poller::make_behavior() {
  // A webwxsync first: it fetches what came meanwhile, and proves at once that the session lives.
  sync();
  return {[this](try_again) { sync(); }, [this](poll_distance d) { distance_ = d.distance; },
          answer_heartbeats(),
          [this](timer t) {
            if (is_current(t)) check();
          },
          run_continuations()};
}

void sync_poller::failed(error e) {
  clear_timer();
  report(child::poller, std::move(e));
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
  if (answer.retcode != 0) return failed(webwx::error_of(answer.retcode, "synccheck"));
  send(supervisor_, polled{true});
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
  call_weixin(
      webwx::endpoint::webwxsync, session_, webwx::make_sync(*session_, wall_ms()),
      [self = session_->user_name](const http_response& r) { return webwx::parse_sync(r, self); },
      [this](result<webwx::sync_answer> answer) {
        if (!answer) return failed(answer.error());
        synced(std::move(*answer));
      });
}

void sync_poller::synced(webwx::sync_answer answer) {
  if (answer.set_aside > 0) {
    context_->service->metrics->messages_set_aside(answer.set_aside);
    log_warn("sync.set_aside", {{"account", context_->name}, {"entries", answer.set_aside}});
  }
  // What the session becomes once this batch is stored. The live session keeps the old keys until then.
  store::sync_commit commit{context_->name, {}, *session_};
  webwx::apply(commit.session, answer);
  for (const auto& m : answer.messages)
    commit.messages.push_back({m.msg_id, m.raw});
  auto held = std::make_shared<webwx::sync_answer>(std::move(answer));
  auto started = now();
  context_->service->store->commit(
      std::move(commit), inside([this, held, started](result<std::vector<store::inbound_message>> fresh) {
        if (!fresh) return failed(fresh.error());
        context_->service->metrics->inbox_appended(fresh->size(), now() - started);
        committed(*held, *fresh);
      }));
}

void sync_poller::committed(const webwx::sync_answer& answer,
                            const std::vector<store::inbound_message>& fresh) {
  last_sync_ = now();
  auto before = session_->keys;
  webwx::apply(*session_, answer);
  bool moved = !(session_->keys == before);
  send(supervisor_, polled{false});
  learn(answer);
  dispatch(answer, fresh);
  if (answer.continue_flag && moved) return sync();
  empty_batches_ = answer.messages.empty() && !moved ? empty_batches_ + 1 : 0;
  poll_later();
}

void sync_poller::learn(const webwx::sync_answer& answer) {
  for (const auto& c : answer.mod_contacts)
    context_->contacts.put(c);
  for (const auto& user_name : answer.del_contacts)
    context_->contacts.remove(user_name);
  for (const auto& m : answer.messages) {
    if (m.parsed.is_group) want_group(m.parsed.peer);
    for (const auto& user_name : m.parsed.status_notify_user_names)
      if (webwx::is_group_user_name(user_name)) want_group(user_name);
  }
  get_wanted_groups();
}

void sync_poller::want_group(const std::string& user_name) {
  const auto* known = context_->contacts.find(user_name);
  if ((known == nullptr || known->members.empty()) && wanted_groups_.size() < max_wanted_groups)
    wanted_groups_.insert(user_name);
}

void sync_poller::get_wanted_groups() {
  if (group_call_under_way_ || wanted_groups_.empty()) return;
  group_call_under_way_ = true;
  std::vector<webwx::batch_item> wanted;
  while (!wanted_groups_.empty() && wanted.size() < groups_per_call)
    wanted.push_back({wanted_groups_.extract(wanted_groups_.begin()).value(), ""});
  // Beside the polls, and without a second try: an unknown group is asked for again when it speaks again.
  call(
      context_, session_, webwx::endpoint::webwxbatchgetcontact,
      webwx::make_batch_get_contact(*session_, wanted, wall_ms()),
      [this](auto f) { return inside(std::move(f)); }, webwx::parse_batch_get_contact,
      [this](result<std::vector<webwx::contact>> groups) {
        group_call_under_way_ = false;
        if (!groups) {
          log_info("groups.unknown", {{"account", context_->name}, {"errc", to_string(groups.error().code)}});
          return;
        }
        for (auto& g : *groups)
          context_->contacts.put(std::move(g));
        get_wanted_groups();
      });
}

void sync_poller::dispatch(const webwx::sync_answer& answer,
                           const std::vector<store::inbound_message>& fresh) {
  std::set<std::string_view> is_fresh;
  for (const auto& m : fresh)
    is_fresh.insert(m.msg_id);
  auto batch = std::make_shared<std::vector<inbound>>();
  for (const auto& m : answer.messages) {
    if (!is_fresh.contains(m.msg_id)) continue;
    // The echo of a send of ours (weixin-protocol.md 7.2); what was sent on the phone is not among them.
    if (m.parsed.is_own && context_->is_own(m.msg_id)) continue;
    if (m.parsed.kind == webwx::message_kind::status_notify) continue; // read marks: not for people or bots
    auto message = to_inbound(m, *context_, *session_);
    context_->metrics->message_received(to_string(message.kind));
    if (!message.is_own) ++context_->status->messages_in;
    context_->service->metrics->event_lag(wall_now() - message.sent_at);
    if (message.kind == inbound_kind::image && !message.is_own && context_->media)
      send(context_->media, fetch_image{message.msg_id});
    batch->push_back(std::move(message));
  }
  if (batch->empty()) return;
  auto at = wall_now();
  for (std::size_t i = 0; i < batch->size(); ++i)
    context_->service->events->publish("message", context_->name, at,
                                       [batch, i, at] { return to_event_json((*batch)[i], at); });
  context_->metrics->set_last_event(wall_now());
  if (!context_->bots.empty()) send(context_->router, inbound_batch{batch, context_->bots}, context_->sender);
}

} // namespace weixin
