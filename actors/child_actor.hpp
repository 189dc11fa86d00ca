#pragma once

#include "actors/account_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/webwx_call.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace weixin {

/// Base of an account's children: the context they share, calls that a heartbeat can judge, timers with
/// generations. `Handle` is the child's interface.
template <class Handle>
class child_actor : public runtime::actor_base<Handle> {
public:
  child_actor(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
              std::uint64_t seed)
      : runtime::actor_base<Handle>(cfg), context_(std::move(context)), supervisor_(std::move(supervisor)),
        random_(seed) {}

protected:
  /// A completion that takes so much longer than its deadline is lost.
  static constexpr std::chrono::seconds lost_after{15};

  /// The call of webwx_call.hpp, watched: while it is overdue the actor does not answer heartbeats.
  template <class Parse, class Done>
  void call_weixin(webwx::endpoint endpoint, const std::shared_ptr<webwx::session>& session,
                   http_request request, Parse parse, Done then,
                   std::shared_ptr<transport::body_source> source = nullptr) {
    watch(webwx::limits_of(endpoint).deadline);
    call(
        context_, session, endpoint, std::move(request),
        [this](auto f) { return this->inside(std::move(f)); }, std::move(parse),
        [this, then = std::move(then)](auto answer) mutable {
          end_watch();
          then(std::move(answer));
        },
        std::move(source));
  }

  /// From now on something is to be answered within `deadline`, until `end_watch`.
  void watch(std::chrono::nanoseconds deadline) {
    overdue_at_ = this->now() + deadline + lost_after;
    waiting_ = true;
  }
  void end_watch() { waiting_ = false; }

  bool is_stuck() { return waiting_ && this->now() > overdue_at_; }

  /// The behaviour entry for heartbeats.
  auto answer_heartbeats() {
    return [this](heartbeat h) {
      if (!is_stuck()) this->send(supervisor_, heartbeat_ack{h.number});
    };
  }

  /// Arms the one timer; an earlier one is forgotten.
  void set_timer(std::chrono::nanoseconds delay) { this->after(delay, timer{++timer_generation_}); }
  void clear_timer() { ++timer_generation_; }
  bool is_current(timer t) const { return t.generation == timer_generation_; }

  void report(child who, error what, bool at_push_host = false) {
    this->send(supervisor_, child_failed{who, std::move(what), at_push_host});
  }

  /// Shows what the first of an operation waits for.
  void show_turn(paced_operation o, pacer::turn turn) {
    auto wait = std::chrono::duration_cast<wall_time::duration>(turn.at - this->now());
    context_->status->show_turn(o, wall_now() + wait, turn.reason);
  }

  /// Counts how long the pace holds something back, once for each thing: `told` is its own.
  void note_delay(paced_operation o, pacer::turn turn, bool& told) {
    bool by_pacing = turn.reason != pacing_reason::none && turn.reason != pacing_reason::too_frequent;
    if (by_pacing && !std::exchange(told, true))
      context_->service->metrics->pacing_delayed(o, turn.at - this->now());
  }

  /// Counts and logs entries of an answer that were to be contacts and could not be read.
  void note_set_aside(metrics::contact_answer answer, std::size_t entries) {
    if (entries == 0) return;
    context_->service->metrics->contacts_set_aside(answer, entries);
    log_warn("contacts.set_aside",
             {{"account", context_->name}, {"endpoint", to_string(answer)}, {"entries", entries}});
  }

  wall_time wall_now() const { return context_->service->clock->now(); }
  std::int64_t wall_ms() const { return to_milliseconds(wall_now()); }

  std::shared_ptr<account_context> context_;
  account_actor supervisor_;
  random_generator random_;

private:
  bool waiting_ = false;
  std::chrono::steady_clock::time_point overdue_at_{};
  std::uint64_t timer_generation_ = 0;
};

} // namespace weixin
