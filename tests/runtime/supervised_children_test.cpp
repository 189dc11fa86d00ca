// The supervision engine carried out by actors, in virtual time: children that end, crash, are silent, ignore
// that they are to end, or do not even die.
#include "runtime/supervised_children.hpp"

#include "tests/support/virtual_time.hpp"

#include <gtest/gtest.h>

namespace weixin::runtime {
namespace {

using namespace std::chrono_literals;

struct order_to {
  std::function<void(class parent&)> run;
};
struct crash_now {};

} // namespace
} // namespace weixin::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::order_to)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::crash_now)

namespace weixin::runtime {
namespace {

using diary = std::vector<std::string>;
using parent_handle =
    caf::typed_actor<caf::reacts_to<order_to>, caf::reacts_to<heartbeat_ack>, caf::reacts_to<continuation>>;
using child_handle =
    caf::typed_actor<caf::reacts_to<crash_now>, caf::reacts_to<heartbeat>, caf::reacts_to<continuation>>;

/// Writes down when it comes and goes.
class small_child : public actor_base<child_handle> {
public:
  small_child(caf::actor_config& cfg, std::string id, std::shared_ptr<diary> log, bool ignores_exit = false,
              std::optional<parent_handle> answers = std::nullopt)
      : actor_base(cfg), answers_(std::move(answers)), id_(std::move(id)), log_(std::move(log)),
        ignores_exit_(ignores_exit) {}
  const char* name() const override { return "small_child"; }

protected:
  behavior_type make_behavior() override {
    log_->push_back("+" + id_);
    set_exit_handler([this](caf::exit_msg& e) {
      if (!ignores_exit_) quit(e.reason);
    });
    return {[](crash_now) { throw std::runtime_error("on purpose"); },
            [this](heartbeat h) {
              if (answers_) send(*answers_, heartbeat_ack{h.number});
            },
            run_continuations()};
  }
  void on_exit() override { log_->push_back("-" + id_); }

  std::optional<parent_handle> answers_; ///< whom it answers heartbeats

private:
  std::string id_;
  std::shared_ptr<diary> log_;
  bool ignores_exit_;
};

/// Takes nothing of what it is told, its death included: stuck, until the test lets it go.
class stuck_child : public small_child {
public:
  stuck_child(caf::actor_config& cfg, std::string id, std::shared_ptr<diary> log,
              std::shared_ptr<const bool> stuck)
      : small_child(cfg, std::move(id), std::move(log)), stuck_(std::move(stuck)) {}
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    if (!*stuck_) small_child::enqueue(std::move(message), unit);
  }

private:
  std::shared_ptr<const bool> stuck_;
};

class parent : public actor_base<parent_handle> {
public:
  parent(caf::actor_config& cfg, supervision_options options, std::shared_ptr<diary> log)
      : actor_base(cfg), log_(std::move(log)), children(*this, options,
                                                        {.ended =
                                                             [this](const std::string& id, exit_kind kind) {
                                                               kinds.push_back(kind);
                                                               return id != may_not_return;
                                                             },
                                                         .gave_up = [this] { log_->push_back("gave up"); }}) {
  }
  const char* name() const override { return "parent"; }

  void add(const std::string& id, child_spec spec = {}, bool ignores_exit = false) {
    spec.id = id;
    children.add(spec, [this, id, ignores_exit] {
      return caf::actor_cast<caf::strong_actor_ptr>(spawn<small_child>(id, log_, ignores_exit));
    });
  }
  void add_that_answers(const std::string& id) {
    children.add({.id = id}, [this, id] {
      return caf::actor_cast<caf::strong_actor_ptr>(
          spawn<small_child>(id, log_, false, std::optional{parent_handle{this}}));
    });
  }
  void add_stuck(const std::string& id) {
    children.add({.id = id}, [this, id] {
      auto child = spawn<stuck_child>(id, log_, std::exchange(stuck, std::make_shared<bool>(false)));
      the_stuck.push_back(child);
      return caf::actor_cast<caf::strong_actor_ptr>(child);
    });
  }

protected:
  behavior_type make_behavior() override {
    set_down_handler([this](caf::down_msg& down) { EXPECT_TRUE(children.handle_down(down)); });
    return {[this](order_to& o) { o.run(*this); },
            [this](heartbeat_ack a) { children.heard(current_sender(), a.number); }, run_continuations()};
  }

private:
  std::shared_ptr<diary> log_;

public:
  supervised_children children;
  std::vector<exit_kind> kinds;
  std::string may_not_return;
  std::shared_ptr<bool> stuck = std::make_shared<bool>(true); ///< of the next child; the one after it is well
  std::vector<child_handle> the_stuck;
};

struct SupervisedChildren : ::testing::Test {
  testing::virtual_time time;
  std::shared_ptr<diary> log = std::make_shared<diary>();
  parent_handle root;

  std::shared_ptr<bool> stuck;

  void start(supervision_options options = {}) {
    root = spawn_on<parent>(time.system, 0, options, log);
    tell([this](parent& p) { stuck = p.stuck; });
  }
  ~SupervisedChildren() override {
    bool ended = false;
    tell([&](parent& p) {
      *stuck = false;
      for (auto& s : std::exchange(p.the_stuck, {}))
        caf::anon_send_exit(s, caf::exit_reason::kill);
      p.children.stop_all([&] { ended = true; });
    });
    time.advance(30s);
    EXPECT_TRUE(ended);
    caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
    root = nullptr;
    time.settle();
    time.scheduler.advance_time(1h);
    time.settle();
  }
  void tell(std::function<void(parent&)> what) {
    caf::anon_send(root, order_to{std::move(what)});
    time.settle();
  }
  void crash(const std::string& id) {
    tell([&](parent& p) { caf::anon_send(p.children.get<child_handle>(id), crash_now{}); });
  }
  diary told() { return std::exchange(*log, {}); }
};

TEST_F(SupervisedChildren, AreStartedAgainAfterAnExceptionAndSayWhy) {
  start();
  tell([](parent& p) { p.add("a"); });
  crash("a");
  EXPECT_EQ(told(), (diary{"+a", "-a", "+a"}));
  tell([](parent& p) {
    EXPECT_EQ(p.kinds, std::vector{exit_kind::crash});
    EXPECT_TRUE(p.children.handle("a"));
  });
}

TEST_F(SupervisedChildren, StopInTheReverseOrderOfTheirStart) {
  start({.strategy = restart_strategy::rest_for_one});
  tell([&](parent& p) {
    for (const char* id : {"a", "b", "c"})
      p.add(id);
  });
  crash("b");
  tell([&](parent& p) { p.children.stop_all([this] { log->push_back("done"); }); });
  EXPECT_EQ(told(), (diary{"+a", "+b", "+c", "-b", "-c", "+b", "+c", "-c", "-b", "-a", "done"}));
}

TEST_F(SupervisedChildren, AreKilledWhenTheyIgnoreThatTheyAreToEnd) {
  start();
  tell([&](parent& p) {
    p.add("a");
    p.add("b", {.stop_deadline = 3s}, true);
    p.children.stop_all([this] { log->push_back("done"); });
  });
  time.advance(2900ms);
  EXPECT_EQ(told(), (diary{"+a", "+b"})) << "the others wait for it";
  time.advance(200ms);
  EXPECT_EQ(told(), (diary{"-b", "-a", "done"}));
}

TEST_F(SupervisedChildren, DoNotWaitForEverForOneThatIsStuck) {
  start();
  tell([&](parent& p) {
    p.add("a");
    p.add_stuck("b");
    p.children.stop_all([this] { log->push_back("done"); });
  });
  EXPECT_EQ(told(), (diary{"+a", "+b"}));
  time.advance(6900ms); // 5 s to end, 2 s to die
  EXPECT_EQ(told(), diary{});
  time.advance(200ms);
  EXPECT_EQ(told(), (diary{"-a", "done"}));
}

TEST_F(SupervisedChildren, ReplaceOneThatDoesNotAnswer) {
  start();
  tell([](parent& p) {
    p.add("a");
    p.children.lost("a");
  });
  EXPECT_EQ(told(), (diary{"+a", "-a", "+a"}));
  tell([](parent& p) { EXPECT_EQ(p.kinds, std::vector{exit_kind::lost_heartbeat}); });
}

TEST_F(SupervisedChildren, ReplaceOneThatIsStuckOnceItHadTimeToDie) {
  start();
  tell([](parent& p) {
    p.add_stuck("a");
    p.children.lost("a");
  });
  EXPECT_EQ(told(), diary{"+a"});
  time.advance(2100ms);
  EXPECT_EQ(told(), diary{"+a"});
}

TEST_F(SupervisedChildren, AreFoundSilentByTheirHeartbeats) {
  start();
  tell([](parent& p) {
    p.add_that_answers("a");
    p.add("b");
  });
  told();
  for (std::uint64_t number = 1; number <= 2; ++number)
    tell([&](parent& p) { p.children.beat(number, 2); });
  EXPECT_EQ(told(), diary{});
  tell([](parent& p) { p.children.beat(3, 2); });
  EXPECT_EQ(told(), (diary{"-b", "+b"}));
  tell([](parent& p) { p.children.beat(4, 2); });
  EXPECT_EQ(told(), diary{}) << "the new one has its own time to answer";
}

TEST_F(SupervisedChildren, EndWithAnOwnerThatCannotWait) {
  start();
  tell([](parent& p) {
    p.add("a");
    p.add("b");
  });
  tell([](parent& p) { p.children.end_now(); });
  EXPECT_EQ(told(), (diary{"+a", "+b", "-b", "-a"}));
}

TEST_F(SupervisedChildren, EscalateWhenTheyFailTooOften) {
  start({.limit = restart_limit{2, 60s}});
  tell([](parent& p) {
    p.add("a");
    p.add("b");
  });
  for (int i = 0; i < 3; ++i)
    crash("a");
  EXPECT_EQ(told(), (diary{"+a", "+b", "-a", "+a", "-a", "+a", "-a", "-b", "gave up"}));
}

TEST_F(SupervisedChildren, EscalateWhenOneCannotEvenBeStarted) {
  start({.limit = restart_limit{2, 60s}});
  int starts = 0;
  tell([&](parent& p) {
    p.children.add({.id = "a"}, [&]() -> caf::strong_actor_ptr {
      ++starts;
      throw std::runtime_error("no memory");
    });
  });
  EXPECT_EQ(starts, 3);
  EXPECT_EQ(told(), diary{"gave up"});
}

TEST_F(SupervisedChildren, AreStartedAgainAfterTheirDelay) {
  start({.limit = std::nullopt});
  tell([](parent& p) { p.add("a", {.restart_delay = 1s}); });
  crash("a");
  time.advance(900ms);
  EXPECT_EQ(told(), (diary{"+a", "-a"}));
  time.advance(200ms);
  EXPECT_EQ(told(), diary{"+a"});
}

TEST_F(SupervisedChildren, StayDownWhenTheirOwnerSaysSo) {
  start();
  tell([](parent& p) {
    p.may_not_return = "a";
    p.add("a");
  });
  crash("a");
  EXPECT_EQ(told(), (diary{"+a", "-a"}));
  tell([](parent& p) { EXPECT_TRUE(p.children.ids().empty()); });
}

TEST_F(SupervisedChildren, TellWhenThoseThatWereToBeStoppedAreGone) {
  start();
  tell([&](parent& p) {
    p.add("a");
    p.add("b");
    p.add("c");
  });
  tell([&](parent& p) {
    p.children.stop({"a", "b"}, [this] { log->push_back("gone"); });
    p.children.stop({"nobody"}, [this] { log->push_back("nothing to do"); });
  });
  EXPECT_EQ(told(), (diary{"+a", "+b", "+c", "nothing to do", "-b", "-a", "gone"}));
}

TEST_F(SupervisedChildren, AreReplacedOnlyWhenTheirPredecessorIsGone) {
  start();
  tell([&](parent& p) {
    p.add("a");
    p.children.stop({"a"}, [this] { log->push_back("gone"); });
    p.add("a");
  });
  EXPECT_EQ(told(), (diary{"+a", "-a", "gone", "+a"}));
}

TEST_F(SupervisedChildren, AreNotEndedByATimerOfAnEarlierLife) {
  start();
  child_handle first;
  tell([&](parent& p) {
    p.add("a", {}, true);
    first = p.children.get<child_handle>("a");
    p.children.stop({"a"});
    EXPECT_FALSE(p.children.handle("a")) << "nobody talks to one that is to end";
  });
  time.advance(4s);
  caf::anon_send_exit(first, caf::exit_reason::kill);
  time.settle();
  tell([](parent& p) { p.add("a"); });
  told();
  time.advance(10s);
  EXPECT_EQ(told(), diary{});
}

} // namespace
} // namespace weixin::runtime
