// The sender's second half: outcomes that have to be stored, operators' commands, and its one timer.
#include "actors/backoff.hpp"
#include "actors/sender.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace weixin {

namespace {

using namespace std::chrono_literals;

/// So far apart the clock of the day is looked at while a deadline is waited for: it may have been set.
constexpr std::chrono::nanoseconds deadline_check = 60s;

error wrong_state(store::send_state state) {
  return fail(errc::wrong_state, "the send is " + std::string{to_string(state)});
}

} // namespace

bool sender::is_final_refusal(errc code) noexcept {
  return code == errc::wrong_state || code == errc::send_not_found || code == errc::account_not_found ||
         code == errc::invalid_argument;
}

// -- outcomes
// ---------------------------------------------------------------------------------------------------

void sender::store_outcome(store::send_record r) {
  outcomes_.push_back(std::move(r));
  store_next_outcome();
}

void sender::store_next_outcome() {
  if (storing_outcome_ || outcomes_.empty() || now() < outcome_not_before_) return;
  storing_outcome_ = true;
  context_->service->store->update_send(outcomes_.front(),
                                        inside([this](result<void> stored) { outcome_stored(stored); }));
}

void sender::outcome_stored(result<void> stored) {
  storing_outcome_ = false;
  if (!stored && !is_final_refusal(stored.error().code)) {
    if (outcome_failures_ == 0)
      log_error("send.not_stored", {{"account", context_->name}, {"errc", to_string(stored.error().code)}});
    outcome_not_before_ = now() + retry_delay(++outcome_failures_, random_);
    outcome_error_ = stored.error();
    return pump();
  }
  if (stored) {
    publish(outcomes_.front());
    remove_file(outcomes_.front());
  } else
    log_error("send.outcome_refused", {{"account", context_->name},
                                       {"id", outcomes_.front().id},
                                       {"errc", to_string(stored.error().code)}});
  outcome_failures_ = 0;
  outcome_not_before_ = {};
  outcomes_.pop_front();
  store_next_outcome();
  pump();
}

void sender::publish(const store::send_record& r, std::optional<upload_progress> upload) {
  struct facts {
    std::string account, id, to, msg_id, error;
    store::send_state state;
    store::send_kind kind;
    wall_time at;
    std::optional<upload_progress> upload;
  };
  facts f{r.account,        r.id, r.to, r.msg_id, r.error, r.state, kind_of(r.content), r.updated_at,
          std::move(upload)};
  context_->service->events->publish("send", r.account, r.updated_at, [f = std::move(f)] {
    boost::json::object data{
        {"account", f.account}, {"at", to_rfc3339(f.at)},    {"id", f.id},
        {"to", f.to},           {"kind", to_string(f.kind)}, {"state", to_string(f.state)}};
    if (f.upload)
      data["progress"] = boost::json::object{{"bytes", f.upload->bytes}, {"total", f.upload->total}};
    if (!f.error.empty()) data["error"] = f.error;
    if (!f.msg_id.empty()) data["msg_id"] = f.msg_id;
    return boost::json::serialize(data);
  });
}

// -- operators' commands
// ----------------------------------------------------------------------------------------

void sender::command(const command_send& c) {
  if (commands_.size() >= max_commands)
    return c.reply(fail(errc::store_busy, "too many commands wait; try again"));
  commands_.push_back(c);
  pump();
}

/// One at a time, and none while an outcome waits: a command must not overtake what it decides about.
void sender::run_commands() {
  if (commanding_ || commands_.empty() || !loaded_) return;
  if (outcome_failures_ > 0) {
    auto waiting = std::exchange(commands_, {});
    for (const auto& c : waiting)
      c.reply(outcome_error_);
    return;
  }
  if (!outcomes_.empty()) return;
  commanding_ = true;
  const auto& c = commands_.front();
  if (uploading_ && current_->record.id == c.id && c.what == outbox_command::cancel)
    return cancel_upload(c.reply);
  if (auto at = find(c.id); at != queue_.end()) {
    if (c.what == outbox_command::cancel) return cancel(at, c.reply);
    c.reply(wrong_state(store::send_state::queued));
    return command_done();
  }
  context_->service->store->find_send(context_->name, c.id,
                                      inside([this](result<std::optional<store::send_record>> found) {
                                        if (found) return decide(commands_.front(), std::move(*found));
                                        commands_.front().reply(found.error());
                                        command_done();
                                      }));
}

void sender::cancel(place at, const send_record_reply& reply) {
  at->busy = true;
  auto r = at->record;
  // It was queued again after an attempt that may have arrived: not to be called refused.
  r.state = r.error.empty() ? store::send_state::refused : store::send_state::unknown;
  r.error = "cancelled";
  r.updated_at = wall_now();
  auto record = std::make_shared<store::send_record>(std::move(r));
  context_->service->store->update_send(*record, inside([this, record, reply](result<void> stored) {
    auto found = find(record->id);
    found->busy = false;
    if (!stored) {
      reply(stored.error());
      return command_done();
    }
    take(found);
    show_queue();
    context_->service->metrics->send_dropped(metrics::send_drop::cancelled);
    publish(*record);
    remove_file(*record);
    reply(std::move(*record));
    command_done();
  }));
}

void sender::decide(const command_send& c, std::optional<store::send_record> found) {
  using store::send_state;
  auto refuse = [&](error why) {
    c.reply(std::move(why));
    command_done();
  };
  if (!found) return refuse(fail(errc::send_not_found, "no send has this id"));
  auto& r = *found;
  bool is_unknown = r.state == send_state::unknown;
  switch (c.what) {
  case outbox_command::cancel:
    return refuse(wrong_state(r.state));
  case outbox_command::retry:
    if (!is_unknown && r.state != send_state::refused && r.state != send_state::expired)
      return refuse(wrong_state(r.state));
    if (!spool_id_of(r.content).empty())
      return refuse(fail(errc::file_gone, "its file was removed when it was settled; send it anew"));
    r.state = send_state::queued;
    // The code stays for one that may have arrived, see the header.
    if (!is_unknown) r.error.clear();
    if (r.expires_at && *r.expires_at <= wall_now()) r.expires_at.reset();
    break;
  case outbox_command::settle_sent:
    if (!is_unknown) return refuse(wrong_state(r.state));
    r.state = send_state::sent;
    r.error.clear();
    break;
  case outbox_command::settle_refused:
    if (!is_unknown) return refuse(wrong_state(r.state));
    r.state = send_state::refused;
    r.error = "settled";
    break;
  }
  r.updated_at = wall_now();
  auto record = std::make_shared<store::send_record>(std::move(r));
  context_->service->store->update_send(*record, inside([this, record](result<void> stored) {
    auto reply = commands_.front().reply;
    if (!stored) {
      reply(stored.error());
      return command_done();
    }
    publish(*record);
    if (record->state == send_state::queued) push_back(*record);
    reply(std::move(*record));
    command_done();
  }));
}

void sender::command_done() {
  commands_.pop_front();
  commanding_ = false;
  pump();
}

// -- time
// -------------------------------------------------------------------------------------------------------

/// Sets the timer for whatever comes first; `start` is when the first of the queue may start, if only time
/// keeps it.
void sender::arm(std::optional<steady_time> start) {
  auto t = now();
  auto next = start;
  auto consider = [&](steady_time at) { next = next ? std::min(*next, at) : at; };
  if (!loaded_ && !loading_) consider(load_not_before_);
  if (!outcomes_.empty() && !storing_outcome_) consider(outcome_not_before_);
  if (!waiting_actions_.empty()) consider(next_start(paced_operation::text, t).at);
  if (!deadlines_.empty()) {
    auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(deadlines_.begin()->first - wall_now());
    consider(t + std::clamp(left, std::chrono::nanoseconds{10ms}, deadline_check));
  }
  if (!next || (armed_for_ && *armed_for_ <= *next)) return;
  armed_for_ = next;
  set_timer(std::max(*next - t, steady_time::duration{0}));
}

void sender::wake() {
  armed_for_.reset();
  if (!loaded_ && !loading_ && now() >= load_not_before_) load_unfinished();
  store_next_outcome();
  pump();
}

} // namespace weixin
