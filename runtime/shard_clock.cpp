#include "runtime/shard_clock.hpp"

#include "runtime/shard.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <caf/actor_cast.hpp>
#include <caf/detail/simple_actor_clock.hpp>

namespace weixin::runtime {

using caf::detail::simple_actor_clock;

/// The entries of one shard, and the one Asio timer that waits for the earliest.
class shard_clock::shard_schedule final : public simple_actor_clock {
public:
  explicit shard_schedule(shard& s) : timer_(s.context()) {}

  void arm() {
    if (schedule_.empty()) return;
    auto due = schedule_.begin()->first;
    if (due >= armed_for_) return;
    armed_for_ = due;
    timer_.expires_at(due);
    timer_.async_wait([this](boost::system::error_code ec) {
      if (!ec) fire();
    });
  }

  void cancel_by_id(caf::atom_value type, caf::actor_id id) {
    handle(ordinary_timeout_cancellation{id, type});
  }
  void cancel_by_id(caf::message_id request, caf::actor_id id) {
    handle(request_timeout_cancellation{id, request});
  }
  void cancel_all_of(caf::actor_id id) { handle(timeouts_cancellation{id}); }

  void disarm() {
    timer_.cancel();
    armed_for_ = time_point::max();
  }

private:
  void fire() {
    armed_for_ = time_point::max();
    // Taken out before it is shipped: delivering can set new timeouts, which must not be looked at in this
    // turn.
    std::vector<std::unique_ptr<delayed_event>> due;
    auto t = now();
    while (!schedule_.empty() && schedule_.begin()->first <= t) {
      auto first = schedule_.begin();
      if (first->second->backlink != actor_lookup_.end()) actor_lookup_.erase(first->second->backlink);
      due.push_back(std::move(first->second));
      schedule_.erase(first);
    }
    for (auto& expired : due)
      ship(*expired);
    arm();
  }

  boost::asio::steady_timer timer_;
  time_point armed_for_ = time_point::max();
};

shard_clock::shard_clock(shard_pool& pool) : pool_(pool) {
  for (std::size_t i = 0; i < pool.size(); ++i)
    schedules_.push_back(std::make_unique<shard_schedule>(pool.at(i)));
}

shard_clock::~shard_clock() = default;

template <class F>
void shard_clock::on_schedule(F f) {
  if (auto* here = shard::current()) {
    f(*schedules_[here->index()]);
    return;
  }
  boost::asio::post(pool_.at(0).context(),
                    [s = schedules_.front().get(), f = std::move(f)]() mutable { f(*s); });
}

void shard_clock::set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                       std::uint64_t id) {
  on_schedule([=, keep = caf::actor_cast<caf::strong_actor_ptr>(self)](shard_schedule& s) {
    s.set_ordinary_timeout(t, self, type, id);
    s.arm();
  });
}

void shard_clock::set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                    std::uint64_t id) {
  on_schedule([=, keep = caf::actor_cast<caf::strong_actor_ptr>(self)](shard_schedule& s) {
    s.set_multi_timeout(t, self, type, id);
    s.arm();
  });
}

void shard_clock::set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) {
  on_schedule([=, keep = caf::actor_cast<caf::strong_actor_ptr>(self)](shard_schedule& s) {
    s.set_request_timeout(t, self, id);
    s.arm();
  });
}

// CAF cancels from an actor's destructor too, when its reference count is already zero: only the id may be
// kept.

void shard_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  on_schedule([type, id = self->id()](shard_schedule& s) { s.cancel_by_id(type, id); });
}

void shard_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id request) {
  on_schedule([request, id = self->id()](shard_schedule& s) { s.cancel_by_id(request, id); });
}

void shard_clock::cancel_timeouts(caf::abstract_actor* self) {
  on_schedule([id = self->id()](shard_schedule& s) { s.cancel_all_of(id); });
}

void shard_clock::schedule_message(time_point t, caf::strong_actor_ptr receiver,
                                   caf::mailbox_element_ptr content) {
  // Asio wants copyable handlers; a mailbox element can only be moved.
  auto held = std::make_shared<caf::mailbox_element_ptr>(std::move(content));
  on_schedule([t, receiver = std::move(receiver), held](shard_schedule& s) {
    s.schedule_message(t, receiver, std::move(*held));
    s.arm();
  });
}

void shard_clock::schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                                   caf::message content) {
  on_schedule([=](shard_schedule& s) {
    s.schedule_message(t, target, sender, content);
    s.arm();
  });
}

void shard_clock::cancel_all() {
  for (std::size_t i = 0; i < schedules_.size(); ++i) {
    pool_.run_on(i, [&s = *schedules_[i]] {
      s.cancel_all();
      s.disarm();
    });
  }
}

std::size_t shard_clock::pending(std::size_t shard_index) const {
  return schedules_.at(shard_index)->schedule().size();
}

} // namespace weixin::runtime
