// The notifier with a real event log and a web server on loopback. What is told when is decider_test.cpp's;
// here it is who hears of it.
#include "notify/notifier.hpp"

#include "tests/notify/tiny_server.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

namespace weixin::notify {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::tiny_server;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Notifier : ::testing::Test {
  std::filesystem::path secret =
      std::filesystem::path{::testing::TempDir()} / ("notifier-secret-" + std::to_string(::getpid()));
  notify_settings settings;
  notifier_context context;
  std::unique_ptr<notifier> running;

  Notifier() {
    std::ofstream{secret} << "0123456789abcdef";
    settings.rules = {0s, 900s, 0s, 20, 3, 60s};
    context.events = std::make_shared<event_log>();
    context.clock = std::make_shared<manual_wall_clock>(wall_time{1'767'225'600s});
    context.metrics = std::make_shared<metrics::registry>();
    context.accounts = [] { return std::vector<account_view>{}; };
    context.count_by_state = [] { return std::map<std::string, std::size_t>{}; };
    context.qr = [](const std::string&) { return std::optional<std::string>{"https://login/token-7f"}; };
    context.loopback_only = true;
    context.entropy = [n = std::uint64_t{0}]() mutable { return ++n; };
  }
  ~Notifier() override {
    running.reset();
    std::filesystem::remove(secret);
  }

  void add_webhook(const std::string& name, const tiny_server& server) {
    target_settings t;
    t.name = name;
    t.url = server.url("/hook");
    t.secret_file = secret.string();
    settings.targets.push_back(std::move(t));
  }
  void start() {
    auto made = notifier::start(settings, context);
    ASSERT_TRUE(made) << to_string(made.error());
    running = std::move(*made);
  }
  void publish(const std::string& type, const std::string& data) {
    context.events->publish(type, "a", context.clock->now(), [data] { return data; });
  }
  void state(const std::string& to, const std::string& reason) {
    publish("state",
            R"({"account":"a","state":")" + to + R"(","previous":"online","reason":")" + reason + R"("})");
  }
  static std::vector<std::string> wait_for_requests(const tiny_server& server, std::size_t count) {
    auto deadline = std::chrono::steady_clock::now() + 60s;
    while (server.requests().size() < count && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    return server.requests();
  }
  std::vector<test_result> tested(const std::optional<std::string>& target) {
    std::promise<result<std::vector<test_result>>> promise;
    running->test(target, [&](auto r) { promise.set_value(std::move(r)); });
    auto r = promise.get_future().get();
    EXPECT_TRUE(r);
    return r ? *r : std::vector<test_result>{};
  }
};

TEST_F(Notifier, TellsEveryTargetOfAnEvent) {
  tiny_server first{{answer(204)}};
  tiny_server second{{answer(204)}};
  add_webhook("first", first);
  add_webhook("second", second);
  start();
  state("held", "kicked");
  for (auto* server : {&first, &second}) {
    auto requests = wait_for_requests(*server, 1);
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_THAT(requests[0], HasSubstr(R"("event":"kicked","account":"a","state":"held","reason":"kicked")"));
    EXPECT_THAT(requests[0], HasSubstr("X-Weixind-Signature: t=1767225600,v1="));
  }
}

TEST_F(Notifier, GivesTheLinkAwayOnlyWhereItMay) {
  tiny_server trusted{{answer(204)}};
  tiny_server other{{answer(204)}};
  add_webhook("trusted", trusted);
  add_webhook("other", other);
  settings.targets[0].include_qr = true;
  start();
  state("awaiting_scan", "1101");
  EXPECT_THAT(wait_for_requests(trusted, 1).at(0), HasSubstr("token-7f"));
  EXPECT_THAT(wait_for_requests(other, 1).at(0), Not(HasSubstr("token-7f")));
}

TEST_F(Notifier, PassesOverWhatIsNoStateEvent) {
  tiny_server server{{answer(204)}};
  add_webhook("web", server);
  start();
  publish("message", R"({"account":"a","state":"held","reason":"kicked"})");
  for (auto broken : {"", "[]", "{", R"({"account":1,"state":"held"})", R"({"state":"held"})"})
    publish("state", broken);
  state("held", "barred");
  auto requests = wait_for_requests(server, 1);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_THAT(requests[0], HasSubstr(R"("event":"held")"));
}

TEST_F(Notifier, TellsNothingOfWhatWasSoBefore) {
  tiny_server server{{answer(204)}};
  add_webhook("web", server);
  context.accounts = [] {
    account_view v;
    v.name = "old";
    v.state = "held";
    v.reason = "barred";
    return std::vector{v};
  };
  start();
  state("held", "barred");
  auto requests = wait_for_requests(server, 1);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_THAT(requests[0], HasSubstr(R"("account":"a")"));
}

TEST_F(Notifier, CountsWhatBecameOfNotifications) {
  tiny_server server{{answer(404)}};
  add_webhook("web", server);
  start();
  state("held", "barred");
  wait_for_requests(server, 1);
  auto refused = R"(weixin_notifications_total{result="refused",target="web"} 1)";
  auto deadline = std::chrono::steady_clock::now() + 60s;
  while (context.metrics->render().find(refused) == std::string::npos &&
         std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_THAT(context.metrics->render(), HasSubstr(refused));
}

TEST_F(Notifier, TestsTheTargetsInTheirOrder) {
  tiny_server good{{answer(204)}};
  tiny_server bad{{answer(500)}};
  add_webhook("good", good);
  add_webhook("bad", bad);
  start();
  auto both = tested(std::nullopt);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].target, "good");
  EXPECT_TRUE(both[0].delivered);
  EXPECT_EQ(both[1].target, "bad");
  EXPECT_FALSE(both[1].delivered);
  EXPECT_EQ(both[1].detail, "HTTP 500");
  EXPECT_EQ(tested("good").size(), 1U);
  running->test("nobody", [](auto r) { EXPECT_EQ(r.error().code, errc::invalid_argument); });
}

TEST_F(Notifier, DoesNothingWithoutATarget) {
  start();
  state("held", "barred");
  EXPECT_THAT(tested(std::nullopt), IsEmpty());
}

// -- another configuration
// ----------------------------------------------------------------------------------------------------------

struct NotifierOfAnotherConfiguration : Notifier {
  void change_to(notify_settings next) {
    auto prepared = running->prepare(std::move(next));
    ASSERT_TRUE(prepared) << to_string(prepared.error());
    running->use(std::move(*prepared));
  }
};

TEST_F(NotifierOfAnotherConfiguration, TellsTheTargetsThatAreThereFromNowOn) {
  tiny_server before{{answer(204)}};
  tiny_server after{{answer(204)}};
  add_webhook("before", before);
  start();
  settings.targets.clear();
  add_webhook("after", after);
  change_to(settings);
  state("held", "kicked");
  EXPECT_THAT(wait_for_requests(after, 1).at(0), HasSubstr(R"("event":"kicked")"));
  EXPECT_THAT(before.requests(), IsEmpty());
}

TEST_F(NotifierOfAnotherConfiguration, StartsWithTheFirstTarget) {
  start();
  tiny_server server{{answer(204)}};
  add_webhook("web", server);
  change_to(settings);
  state("held", "kicked");
  EXPECT_THAT(wait_for_requests(server, 1).at(0), HasSubstr(R"("event":"kicked")"));
}

TEST_F(NotifierOfAnotherConfiguration, KeepsWhatWaitsForATargetThatStays) {
  tiny_server busy{{answer(503), answer(204)}};
  tiny_server other{{answer(204)}};
  add_webhook("busy", busy);
  start();
  state("held", "kicked");
  wait_for_requests(busy, 1);
  add_webhook("other", other);
  change_to(settings);
  auto requests = wait_for_requests(busy, 2);
  ASSERT_EQ(requests.size(), 2U) << "what failed once is tried again";
  EXPECT_THAT(requests[1], HasSubstr(R"("event":"kicked")"));
}

TEST_F(NotifierOfAnotherConfiguration, ShowsNothingThatWaitsForATargetThatWent) {
  tiny_server silent{{""}};
  tiny_server after{{answer(204)}};
  add_webhook("silent", silent);
  start();
  state("held", "kicked");
  wait_for_requests(silent, 1);
  running->show_waiting(*context.metrics);
  EXPECT_THAT(context.metrics->render(), HasSubstr(R"(weixin_notifications_waiting{target="silent"} 1)"));
  settings.targets.clear();
  add_webhook("after", after);
  change_to(settings);
  running->show_waiting(*context.metrics);
  EXPECT_THAT(context.metrics->render(), HasSubstr(R"(weixin_notifications_waiting{target="silent"} 0)"));
  EXPECT_THAT(context.metrics->render(), HasSubstr(R"(weixin_notifications_waiting{target="after"} 0)"));
}

TEST_F(NotifierOfAnotherConfiguration, DoesNotTellAgainWhatWasTold) {
  tiny_server first{{answer(204)}};
  tiny_server second{{answer(204)}};
  add_webhook("first", first);
  start();
  state("held", "kicked");
  wait_for_requests(first, 1);
  add_webhook("second", second);
  change_to(settings);
  state("held", "kicked");
  state("online", "");
  auto requests = wait_for_requests(second, 1);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_THAT(requests[0], HasSubstr(R"("event":"back_online")"));
}

TEST_F(NotifierOfAnotherConfiguration, IsRefusedWithoutEffectWhenASecretIsMissing) {
  tiny_server server{{answer(204)}};
  add_webhook("web", server);
  start();
  auto next = settings;
  next.targets[0].secret_file = "/nowhere/at/all";
  EXPECT_EQ(running->prepare(next).error().code, errc::config_invalid);
  state("held", "kicked");
  EXPECT_EQ(wait_for_requests(server, 1).size(), 1U);
}

TEST_F(Notifier, DoesNotStartWithoutItsSecret) {
  tiny_server server{{answer(204)}};
  add_webhook("web", server);
  settings.targets[0].secret_file = "/nowhere/at/all";
  auto made = notifier::start(settings, context);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::config_invalid);
  EXPECT_THAT(made.error().context,
              EndsWith("secret_file of web cannot be opened: No such file or directory"));
}

} // namespace
} // namespace weixin::notify
