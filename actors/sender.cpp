#include "actors/sender.hpp"

#include "actors/backoff.hpp"

#include <algorithm>

namespace weixin {

namespace {
using namespace std::chrono_literals;

/// What a forwarded message holds in memory while it waits.
std::size_t entry_bytes(const store::send_record& r) {
  const auto* forward = std::get_if<store::forward_content>(&r.content);
  return forward != nullptr ? forward->entry.size() : 0;
}

/// The budget that a send draws from.
paced_operation paced_by(const store::send_record& r) {
  auto kind = kind_of(r.content);
  return kind == store::send_kind::text || kind == store::send_kind::location ? paced_operation::text
                                                                              : paced_operation::media;
}

} // namespace

sender::sender(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
               std::uint64_t seed)
    : child_actor(cfg, std::move(context), std::move(supervisor), seed) {}

sender::behavior_type sender::make_behavior() {
  load_unfinished();
  return {[this](const submit_send& s) { submit(s); },
          [this](const command_send& c) { command(c); },
          [this](const recall_message& r) { recall(r); },
          [this](const mark_read& m) { read(m); },
          [this](const send_gate& g) { set_gate(g); },
          answer_heartbeats(),
          [this](timer t) {
            if (is_current(t)) wake();
          },
          run_continuations()};
}

// -- accepting
// --------------------------------------------------------------------------------------------------

void sender::submit(const submit_send& s) {
  auto record = checked(s.what);
  if (!record) return not_accepted(record.error(), s.reply);
  if (auto message = may_leave_at_once(*record))
    return enqueue_attempting(std::move(*record), std::move(*message), s.reply);
  enqueue(std::move(*record), s.reply);
}

/// What the caller did wrong is told to it alone; what was dropped for want of room is counted.
void sender::not_accepted(const error& why, const send_reply& reply) {
  using metrics::send_drop;
  auto count = [this](send_drop reason) { context_->service->metrics->send_dropped(reason); };
  if (why.code == errc::queue_full) count(send_drop::queue_full);
  if (why.code == errc::disk_full) count(send_drop::disk_full);
  if (why.code == errc::store_failed || why.code == errc::store_busy || why.code == errc::store_corrupt)
    count(send_drop::store_failed);
  reply(why);
}

result<store::send_record> sender::checked(const send_request& what) {
  if (what.idempotency_key.size() > max_key_bytes)
    return fail(errc::invalid_argument,
                "an idempotency key has at most " + std::to_string(max_key_bytes) + " bytes");
  auto content = what.content;
  // What is wrong with the message is told before what is wrong with its recipient.
  if (const auto* text = std::get_if<store::text_content>(&content)) {
    if (text->text.empty()) return fail(errc::invalid_argument, "text is empty");
    if (text->text.size() > max_text_bytes)
      return fail(errc::body_too_large, "a text has at most " + std::to_string(max_text_bytes) + " bytes");
  }
  auto ref = context_->contacts.resolve_ref(what.to);
  if (!ref) return ref.error();
  if (auto good = std::visit([&](auto& c) { return check(c, *ref); }, content); !good) return good.error();
  store::send_record r;
  r.id = context_->service->send_ids->next(wall_now());
  r.account = context_->name;
  r.to = std::move(*ref);
  r.content = std::move(content);
  r.created_at = r.updated_at = wall_now();
  r.idempotency_key = what.idempotency_key;
  r.expires_at = what.expires_at;
  r.if_unknown = what.if_unknown;
  return r;
}

std::optional<sender::ready_message> sender::may_leave_at_once(const store::send_record& r) {
  bool idle = loaded_ && !current_ && !storing_ && accepting_ == 0 && queue_.empty() && outcomes_.empty();
  auto t = now();
  if (!idle || !gate_.open || !context_->session || next_start(paced_by(r), t).at > t) return std::nullopt;
  if (r.expires_at && *r.expires_at <= wall_now()) return std::nullopt;
  if (!is_uploaded(r)) return std::nullopt;
  auto user_name = context_->contacts.resolve(r.to);
  if (!user_name) return std::nullopt;
  auto what = message_of(r, *user_name);
  if (!what) return std::nullopt;
  return ready_message{std::move(*user_name), std::move(*what)};
}

void sender::enqueue(store::send_record r, send_reply reply) {
  ++accepting_;
  auto record = std::make_shared<store::send_record>(std::move(r));
  context_->service->store->enqueue(
      *record, inside([this, record, reply = std::move(reply)](result<store::accepted_send> accepted) {
        --accepting_;
        if (accepted && !accepted->repeated) {
          publish(*record);
          push_back(std::move(*record));
        }
        if (accepted)
          reply(std::move(accepted));
        else
          not_accepted(accepted.error(), reply);
        pump();
      }));
}

/// One durable step instead of two for a send that need not wait: queued and attempting at once.
void sender::enqueue_attempting(store::send_record r, ready_message message, send_reply reply) {
  auto as_queued = r;
  as_queued.idempotency_key.clear();
  begin_attempt(r);
  auto asked = r;
  r.idempotency_key.clear();
  current_ = {std::move(r), now()};
  storing_ = true;
  show_queue();
  context_->service->store->enqueue(std::move(asked),
                                    inside([this, session = context_->session, message = std::move(message),
                                            as_queued = std::move(as_queued),
                                            reply = std::move(reply)](result<store::accepted_send> accepted) {
                                      storing_ = false;
                                      if (!accepted || accepted->repeated) {
                                        current_.reset();
                                        show_queue();
                                        if (accepted)
                                          reply(std::move(accepted));
                                        else
                                          not_accepted(accepted.error(), reply);
                                        return pump();
                                      }
                                      context_->service->metrics->send_queue_waited(0s);
                                      publish(as_queued);
                                      publish(current_->record);
                                      // First the answer: whatever happens to the attempt, the send is
                                      // accepted.
                                      reply(store::accepted_send{as_queued, false});
                                      attempt_stored(session, message);
                                    }));
}

void sender::set_gate(const send_gate& g) {
  gate_ = g;
  if (g.new_session) {
    failures_ = 0;
    not_before_ = {};
  }
  pump();
}

// -- the queue
// --------------------------------------------------------------------------------------------------

void sender::load_unfinished() {
  loading_ = true;
  context_->service->store->unfinished_sends(
      context_->name, inside([this](result<std::vector<store::send_record>> sends) {
        loading_ = false;
        if (sends) return loaded(std::move(*sends));
        log_error("outbox.unreadable",
                  {{"account", context_->name}, {"errc", to_string(sends.error().code)}});
        load_not_before_ = now() + retry_delay(++load_failures_, random_);
        pump();
      }));
}

/// What an earlier sender of this account left: one whose attempt was interrupted may have been sent.
void sender::loaded(std::vector<store::send_record> sends) {
  loaded_ = true;
  std::set<std::string> accepted_meanwhile;
  for (const auto& q : queue_)
    accepted_meanwhile.insert(q.record.id);
  std::deque<queued> before;
  for (auto& r : sends) {
    if (accepted_meanwhile.contains(r.id)) continue;
    if (r.state == store::send_state::attempting) {
      bool again = r.if_unknown == store::unknown_policy::resend && r.attempts < max_attempts;
      r.state = again ? store::send_state::queued : store::send_state::unknown;
      r.error = "interrupted";
      r.updated_at = wall_now();
      if (!again) context_->metrics->send_failed(r.error);
      store_outcome(r);
      if (!again) continue;
    }
    before.push_back({std::move(r), now()});
  }
  for (auto at = before.rbegin(); at != before.rend(); ++at)
    push_front(std::move(*at));
  show_queue(); // the one before may have left another number
  pump();
}

void sender::push_back(store::send_record r) {
  if (r.expires_at) deadlines_.emplace(*r.expires_at, r.id);
  waiting_entries_ += entry_bytes(r);
  ++waiting(paced_by(r));
  queue_.push_back({std::move(r), now()});
  show_queue();
}

void sender::push_front(queued q) {
  if (q.record.expires_at) deadlines_.emplace(*q.record.expires_at, q.record.id);
  waiting_entries_ += entry_bytes(q.record);
  ++waiting(paced_by(q.record));
  queue_.push_front(std::move(q));
  show_queue();
}

sender::queued sender::take(place at) {
  auto q = std::move(*at);
  queue_.erase(at);
  waiting_entries_ -= entry_bytes(q.record);
  --waiting(paced_by(q.record));
  if (q.record.expires_at) deadlines_.erase({*q.record.expires_at, q.record.id});
  return q;
}

sender::place sender::find(const std::string& id) {
  return std::find_if(queue_.begin(), queue_.end(), [&](const queued& q) { return q.record.id == id; });
}

void sender::expire_due() {
  for (auto at = deadlines_.begin(); at != deadlines_.end() && at->first <= wall_now();) {
    auto found = find(at->second);
    ++at; // `take` erases the one before
    if (found == queue_.end() || found->busy) continue;
    auto r = take(found).record;
    bool may_have_left = !r.error.empty();
    r.state = may_have_left ? store::send_state::unknown : store::send_state::expired;
    if (!may_have_left) r.error = "expired";
    r.updated_at = wall_now();
    context_->metrics->send_failed("expired");
    context_->service->metrics->send_dropped(metrics::send_drop::expired);
    log_warn("send.expired", {{"account", context_->name}, {"id", r.id}, {"state", to_string(r.state)}});
    show_queue();
    store_outcome(std::move(r));
  }
}

void sender::show_queue() {
  auto length = queue_.size() + (current_ ? 1U : 0U);
  context_->status->queue = length;
  context_->metrics->set_send_queue_length(length);
  for (auto o : {paced_operation::text, paced_operation::media})
    context_->status->show_waiting(o, waiting(o));
}

// -- sending
// ----------------------------------------------------------------------------------------------------

void sender::pump() {
  expire_due();
  run_commands();
  run_actions();
  bool ready = loaded_ && !storing_ && !current_ && outcomes_.empty() && !queue_.empty() &&
               !queue_.front().busy && gate_.open && context_->session;
  if (!ready) return arm(std::nullopt);
  auto t = now();
  auto operation = paced_by(queue_.front().record);
  if (auto turn = next_start(operation, t); turn.at > t) {
    note_delay(operation, turn, queue_.front().is_delay_told);
    show_turn(operation, turn);
    return arm(turn.at);
  }
  context_->service->metrics->send_queue_waited(t - queue_.front().since);
  current_ = take(queue_.begin());
  attempt();
  arm(std::nullopt);
}

// Of one reading of the clock: a pacer that holds nothing back says "now", which a later reading has passed.
pacer::turn sender::next_start(paced_operation operation, steady_time t) const {
  auto turn = context_->pacing.next(operation, t);
  // The gate's own time is that of a pause after 1205.
  if (gate_.not_before > turn.at) turn = {gate_.not_before, pacing_reason::too_frequent};
  if (not_before_ > turn.at) turn = {not_before_, pacing_reason::none}; // after a failure
  return turn;
}

void sender::begin_attempt(store::send_record& r) {
  r.state = store::send_state::attempting;
  r.updated_at = wall_now();
  // A new one for each attempt: they have to ascend (weixin-protocol.md 1.2).
  r.client_msg_id = context_->next_client_msg_id();
  ++r.attempts;
}

void sender::attempt() {
  auto user_name = context_->contacts.resolve(current_->record.to);
  if (!user_name) return settle(store::send_state::refused, "", std::string{to_string(errc::target_lost)});
  if (!is_uploaded(current_->record)) return upload(*user_name);
  auto what = message_of(current_->record, *user_name);
  if (!what) return settle(store::send_state::refused, "", std::string{to_string(what.error().code)});
  announce({std::move(*user_name), std::move(*what)});
}

void sender::announce(ready_message message) {
  begin_attempt(current_->record);
  storing_ = true;
  context_->service->store->update_send(
      current_->record,
      inside([this, message = std::move(message), session = context_->session](result<void> stored) {
        storing_ = false;
        if (stored) {
          publish(current_->record);
          return attempt_stored(session, message);
        }
        // Nothing has left, and what the store has is still `queued`.
        log_warn("send.not_begun", {{"account", context_->name}, {"errc", to_string(stored.error().code)}});
        auto q = std::move(*current_);
        current_.reset();
        if (is_final_refusal(stored.error().code)) {
          show_queue();
          return pump();
        }
        q.record.state = store::send_state::queued;
        --q.record.attempts;
        not_before_ = now() + retry_delay(++failures_, random_);
        push_front(std::move(q));
        pump();
      }));
}

void sender::attempt_stored(const std::shared_ptr<webwx::session>& session, const ready_message& message) {
  // While the store worked the gate may have closed: nothing has left yet, so it simply waits again.
  if (!gate_.open || session != context_->session) return put_back(fail(errc::cancelled), 0ms);
  post(session, message);
}

void sender::post(const std::shared_ptr<webwx::session>& session, const ready_message& message) {
  context_->pacing.used(paced_by(current_->record), now(), random_);
  post_started_ = now();
  auto call = message.what.call;
  auto request = webwx::make_send(*session, message.what, message.user_name, current_->record.client_msg_id);
  call_weixin(
      call, session, std::move(request),
      [call](const http_response& r) { return webwx::parse_sent(r, call); },
      [this](result<std::string> msg_id) { answered(std::move(msg_id)); });
}

void sender::answered(result<std::string> msg_id) {
  auto type = to_string(kind_of(current_->record.content));
  context_->service->metrics->send_finished(type, now() - post_started_);
  if (msg_id) {
    failures_ = 0;
    heard(true);
    context_->remember_own(*msg_id);
    ++context_->status->messages_out;
    context_->status->last_send_ms = wall_ms();
    context_->metrics->message_sent(type);
    return settle(store::send_state::sent, *msg_id, "");
  }
  auto e = msg_id.error();
  switch (e.code) {
  case errc::session_ended:
  case errc::ticket_rejected:
  case errc::barred:
  case errc::too_frequent:
    // Definite answers that concern the account, not this message: it waits for better times.
    heard(true);
    put_back(e, 1s);
    send(supervisor_, send_hit{e});
    return;
  case errc::rejected_request:
  case errc::not_a_friend:
  case errc::server_error:
    // The last is a Ret without a meaning: Weixin answered, so nothing was sent, but nobody knows whether it
    // ever will be.
    heard(true);
    return settle(store::send_state::refused, "", std::string{to_string(e.code)});
  default:
    break;
  }
  if (e.code != errc::cancelled) heard(false);
  if (!e.request_left) return put_back(e, retry_delay(++failures_, random_));
  outcome_unknown(e);
}

void sender::heard(bool answered) {
  if (answered && answered_) return;
  answered_ = answered;
  send(supervisor_, send_heard{answered});
}

void sender::outcome_unknown(const error& e) {
  auto& r = current_->record;
  bool again = r.if_unknown == store::unknown_policy::resend && r.attempts < max_attempts;
  if (!again) return settle(store::send_state::unknown, "", std::string{to_string(e.code)});
  r.error = to_string(e.code);
  put_back(e, retry_delay(++failures_, random_));
}

void sender::put_back(const error& why, std::chrono::milliseconds pause) {
  log_debug("send.put_back",
            {{"account", context_->name}, {"id", current_->record.id}, {"errc", to_string(why.code)}});
  auto q = std::move(*current_);
  current_.reset();
  q.record.state = store::send_state::queued;
  q.record.updated_at = wall_now();
  not_before_ = now() + pause;
  auto record = q.record;
  push_front(std::move(q));
  store_outcome(std::move(record));
}

void sender::settle(store::send_state state, std::string msg_id, std::string error_code) {
  auto r = std::move(current_->record);
  current_.reset();
  // An earlier attempt may have arrived, whatever became of this one.
  bool may_have_left = state == store::send_state::refused && !r.error.empty();
  r.state = may_have_left ? store::send_state::unknown : state;
  r.msg_id = std::move(msg_id);
  if (!may_have_left) r.error = std::move(error_code);
  r.updated_at = wall_now();
  if (r.state != store::send_state::sent) {
    context_->metrics->send_failed(r.error);
    if (r.state == store::send_state::expired)
      context_->service->metrics->send_dropped(metrics::send_drop::expired);
    log_warn("send.failed",
             {{"account", context_->name}, {"id", r.id}, {"state", to_string(r.state)}, {"errc", r.error}});
  }
  show_queue();
  store_outcome(std::move(r));
}

} // namespace weixin
