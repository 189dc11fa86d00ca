#pragma once

#include "runtime/actor.hpp"
#include "runtime/child_supervision.hpp"

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace weixin::runtime {

/// The exit kind that CAF's reason stands for.
exit_kind exit_kind_of(const caf::error& reason);

/// The children of one actor, supervised: carries out what `child_supervision` decides. It starts, monitors,
/// asks to end, waits with a deadline and kills; its owner hands it the down messages and tells what is to be
/// there. Used inside the owner only. Every interface has continuations, so its timers need no message of
/// their own.
class supervised_children {
public:
  /// Spawns the child, inside the owner.
  using starter = std::function<caf::strong_actor_ptr()>;

  struct observer {
    /// A child ended by itself or by a fault, or is about to be replaced for its silence; not called for what
    /// was asked to end. False: it is not started again (it is forgotten), the owner decides what becomes of
    /// it.
    std::function<bool(const std::string& id, exit_kind kind)> ended = [](const auto&, auto) { return true; };
    /// A child is asked to end, or killed without being asked.
    std::function<void(const std::string& id)> stopping = [](const auto&) {};
    /// There were too many restarts, and all children have ended.
    std::function<void()> gave_up = [] {};
  };

  /// `owner` outlives this object: it is a member of that actor.
  supervised_children(caf::local_actor& owner, supervision_options options, observer o);

  /// Adds and starts a child. While its predecessor of the same id is being stopped, it starts once that is
  /// down.
  void add(child_spec spec, starter start);
  /// From the owner's down handler. False: the message is of nobody here.
  bool handle_down(const caf::down_msg& down);
  /// The child does not answer any more.
  void lost(const std::string& id);
  /// Asks every child for a heartbeat. One whose last answer is more than `patience` numbers old is lost.
  /// For children whose interface has `heartbeat`; the owner hands their answers to `heard`.
  void beat(std::uint64_t number, std::uint64_t patience);
  void heard(const caf::strong_actor_ptr& sender, std::uint64_t number);
  /// Stops these children for good, in reverse start order; `done` is called once none of them is there.
  void stop(const std::vector<std::string>& ids, std::function<void()> done = {});
  /// Stops and forgets all children in reverse start order; `done` is called when the last one has ended.
  void stop_all(std::function<void()> done);

  /// Asks all children to end, in reverse start order, and waits for nobody: for an owner that ends by a
  /// fault.
  void end_now();
  /// Restarts so far do not count any more.
  void forget_restarts() { supervision_.forget_restarts(); }

  /// The running child of that id, nullptr when there is none or when it is to end.
  caf::strong_actor_ptr handle(const std::string& id) const;
  template <class Handle>
  Handle get(const std::string& id) const {
    return caf::actor_cast<Handle>(handle(id));
  }
  std::vector<std::string> ids() const { return supervision_.ids(); }

private:
  struct record {
    starter start;
    caf::strong_actor_ptr handle;
    std::uint64_t answered = 0; ///< the last heartbeat
    std::uint64_t timer = 0;    ///< of all timers that were set for it, the one that still counts
  };
  struct waiting_stop {
    std::vector<std::string> ids;
    std::function<void()> done;
  };

  void exited(const std::string& id, exit_kind kind);
  void carry_out(const child_supervision::orders& orders);
  void obey(const supervision_order& order);
  void start(const std::string& id);
  void arm(const std::string& id, std::chrono::milliseconds delay,
           child_supervision::orders (child_supervision::*then)(const std::string&));
  void later(std::chrono::milliseconds delay, std::function<void()> what);
  void let_go(record& r);
  void no_longer_there(const std::string& id);

  caf::local_actor& owner_;
  child_supervision supervision_;
  observer observer_;
  std::map<std::string, record> records_;
  std::unordered_map<caf::actor_addr, std::string> ids_; ///< of the present handles
  std::vector<waiting_stop> stops_;
  std::function<void()> when_all_ended_;
  std::uint64_t last_timer_ = 0;
  std::uint64_t last_beat_ = 0;
};

} // namespace weixin::runtime
