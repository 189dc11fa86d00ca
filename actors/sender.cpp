#include "actors/sender.hpp"

#include "actors/backoff.hpp"
#include "protocol/webwx/send.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weixin {

namespace {
using namespace std::chrono_literals;
constexpr auto store_retry = 1s;
} // namespace

sender::sender(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
               std::uint64_t seed)
    : child_actor(cfg, std::move(context), std::move(supervisor), seed), pacer_(context_->service->pacing) {}

sender::behavior_type sender::make_behavior() {
  load_unfinished();
  return {[this](const submit_text& s) { submit(s); }, [this](const send_gate& g) { set_gate(g); },
          answer_heartbeats(),
          [this](timer t) {
            if (is_current(t)) pump();
          },
          run_continuations()};
}

/// What an earlier sender of this account left: one whose attempt was interrupted may have been sent.
void sender::load_unfinished() {
  context_->service->store->unfinished_sends(
      context_->name, inside([this](result<std::vector<store::send_record>> sends) {
        if (!sends) {
          log_error("outbox.unreadable",
                    {{"account", context_->name}, {"errc", to_string(sends.error().code)}});
          quit(caf::make_error(caf::sec::runtime_error)); // a restart asks again
          return;
        }
        std::deque<queued> before;
        for (auto& r : *sends) {
          bool known =
              std::any_of(queue_.begin(), queue_.end(), [&](const queued& q) { return q.record.id == r.id; });
          if (known) continue;
          if (r.state == store::send_state::attempting) {
            r.state = store::send_state::unknown;
            r.error = "interrupted";
            r.updated_at = wall_now();
            publish(r);
            context_->service->store->update_send(r, [](result<void>) {});
            continue;
          }
          before.push_back({std::move(r), now()});
        }
        queue_.insert(queue_.begin(), before.begin(), before.end());
        loaded_ = true;
        show_queue();
        pump();
      }));
}

void sender::submit(const submit_text& s) {
  if (s.text.empty()) return s.reply(fail(errc::invalid_argument, "text is empty"));
  if (s.text.size() > max_text_bytes)
    return s.reply(
        fail(errc::body_too_large, "a text has at most " + std::to_string(max_text_bytes) + " bytes"));
  auto ref = context_->contacts.resolve_ref(s.to);
  if (!ref) return s.reply(ref.error());

  store::send_record r;
  r.id = context_->service->send_ids->next(wall_now());
  r.account = context_->name;
  r.to = std::move(*ref);
  r.text = s.text;
  r.client_msg_id = context_->next_client_msg_id();
  r.created_at = r.updated_at = wall_now();
  auto record = std::make_shared<store::send_record>(std::move(r));
  context_->service->store->enqueue(*record, inside([this, record, reply = s.reply](result<void> stored) {
    if (!stored) return reply(stored.error());
    queue_.push_back({*record, now()});
    publish(*record);
    reply(*record);
    show_queue();
    pump();
  }));
}

void sender::set_gate(const send_gate& g) {
  gate_ = g;
  if (g.new_session) {
    pacer_.session_started(now());
    failures_ = 0;
    not_before_ = {};
  }
  pump();
}

void sender::show_queue() {
  auto length = queue_.size() + (current_ ? 1U : 0U);
  context_->status->queue = length;
  context_->metrics->set_send_queue_length(length);
}

void sender::pump() {
  if (!loaded_ || storing_ || current_ || queue_.empty() || !gate_.open || !context_->session) return;
  auto t = now();
  auto paced = pacer_.earliest(t);
  auto earliest = std::max({paced, gate_.not_before, not_before_});
  if (earliest > t) {
    if (earliest == paced) context_->service->metrics->pacing_delayed(paced - t);
    return set_timer(earliest - t);
  }
  context_->service->metrics->send_queue_waited(t - queue_.front().since);
  current_ = std::move(queue_.front());
  queue_.pop_front();
  attempt();
}

void sender::attempt() {
  auto user_name = context_->contacts.resolve(current_->record.to);
  if (!user_name) return settle(store::send_state::refused, "", std::string{to_string(errc::target_lost)});
  current_->record.state = store::send_state::attempting;
  current_->record.updated_at = wall_now();
  storing_ = true;
  context_->service->store->update_send(
      current_->record,
      inside([this, user_name = *user_name, session = context_->session](result<void> stored) {
        storing_ = false;
        if (!stored) return put_back(stored.error(), store_retry);
        // While the store worked the gate may have closed: nothing has left yet, so it simply waits again.
        if (!gate_.open || session != context_->session) return put_back(fail(errc::cancelled), 0ms);
        post(session, user_name);
      }));
}

void sender::post(std::shared_ptr<webwx::session> session, std::string user_name) {
  pacer_.sent(now(), random_);
  post_started_ = now();
  auto request =
      webwx::make_send_text(*session, user_name, current_->record.text, current_->record.client_msg_id);
  call_weixin(webwx::endpoint::webwxsendmsg, session, std::move(request), webwx::parse_send,
              [this](result<std::string> msg_id) { answered(std::move(msg_id)); });
}

void sender::answered(result<std::string> msg_id) {
  context_->service->metrics->send_finished(now() - post_started_);
  if (msg_id) {
    failures_ = 0;
    context_->remember_own(*msg_id);
    ++context_->status->messages_out;
    context_->metrics->message_sent("text");
    return settle(store::send_state::sent, *msg_id, "");
  }
  auto e = msg_id.error();
  switch (e.code) {
  case errc::session_ended:
  case errc::ticket_rejected:
  case errc::barred:
  case errc::too_frequent:
    // Definite answers that concern the account, not this message: it waits for better times.
    put_back(e, 1s);
    send(supervisor_, send_hit{e});
    return;
  case errc::rejected_request:
  case errc::not_a_friend:
    return settle(store::send_state::refused, "", std::string{to_string(e.code)});
  case errc::server_error:
    // A Ret without a meaning: Weixin answered, so nothing was sent, but nobody knows whether it ever will
    // be.
    return settle(store::send_state::refused, "", std::string{to_string(e.code)});
  default:
    break;
  }
  if (!e.request_left) return put_back(e, retry_delay(++failures_, random_));
  settle(store::send_state::unknown, "", std::string{to_string(e.code)});
}

void sender::put_back(error why, std::chrono::milliseconds pause) {
  log_debug("send.put_back",
            {{"account", context_->name}, {"id", current_->record.id}, {"errc", to_string(why.code)}});
  current_->record.state = store::send_state::queued;
  current_->record.updated_at = wall_now();
  not_before_ = now() + pause;
  queue_.push_front(std::move(*current_));
  current_.reset();
  show_queue();
  storing_ = true;
  context_->service->store->update_send(queue_.front().record, inside([this](result<void>) {
                                          storing_ = false;
                                          pump();
                                        }));
}

void sender::settle(store::send_state state, std::string msg_id, std::string error_code) {
  auto& r = current_->record;
  r.state = state;
  r.msg_id = std::move(msg_id);
  r.error = std::move(error_code);
  r.updated_at = wall_now();
  if (state != store::send_state::sent) {
    context_->metrics->send_failed();
    log_warn("send.failed",
             {{"account", context_->name}, {"id", r.id}, {"state", to_string(state)}, {"errc", r.error}});
  }
  publish(r);
  storing_ = true;
  context_->service->store->update_send(
      r, inside([this](result<void> stored) {
        storing_ = false;
        if (!stored)
          log_error("send.not_stored",
                    {{"account", context_->name}, {"errc", to_string(stored.error().code)}});
        current_.reset();
        show_queue();
        pump();
      }));
}

void sender::publish(const store::send_record& r) {
  struct facts {
    std::string account, id, to, msg_id, error;
    store::send_state state;
    wall_time at;
  };
  facts f{r.account, r.id, r.to, r.msg_id, r.error, r.state, r.updated_at};
  context_->service->events->publish("send", r.account, r.updated_at, [f = std::move(f)] {
    boost::json::object data{{"account", f.account},
                             {"at", to_rfc3339(f.at)},
                             {"id", f.id},
                             {"to", f.to},
                             {"state", to_string(f.state)}};
    if (!f.error.empty()) data["error"] = f.error;
    if (!f.msg_id.empty()) data["msg_id"] = f.msg_id;
    return boost::json::serialize(data);
  });
}

} // namespace weixin
