// What the service manager is told, heard on a socket of the test's own, and when it is told that all is
// well.
#include "runtime/service_heartbeat.hpp"

#include "runtime/service_manager.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <future>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace weixin::runtime {
namespace {

using namespace std::chrono_literals;

/// Listens where sd_notify sends to.
struct ServiceManager : ::testing::Test {
  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("weixin-notify-" + std::to_string(::getpid()));
  int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  ServiceManager() {
    std::filesystem::create_directories(directory);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    auto path = (directory / "notify.sock").string();
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~ServiceManager() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
      ::unsetenv(name);
    ::close(socket);
    std::filesystem::remove_all(directory);
  }
  /// The next message, or nothing when none comes.
  std::string heard(std::chrono::milliseconds patience = 30s) {
    pollfd p{socket, POLLIN, 0};
    if (::poll(&p, 1, static_cast<int>(patience.count())) <= 0) return "";
    char text[512];
    auto size = ::recv(socket, text, sizeof text, 0);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "";
  }
};

TEST_F(ServiceManager, IsToldOfEveryStepOfALife) {
  EXPECT_TRUE(service_manager::is_there());
  service_manager::ready("2 accounts: online 2");
  EXPECT_EQ(heard(), "READY=1\nSTATUS=2 accounts: online 2");
  service_manager::status("a\nREADY=0");
  EXPECT_EQ(heard(), "STATUS=a READY=0");
  service_manager::reloading();
  EXPECT_TRUE(heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  service_manager::alive();
  EXPECT_EQ(heard(), "WATCHDOG=1");
  service_manager::stopping();
  EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(ServiceManager, SaysHowOftenItWantsToHear) {
  EXPECT_FALSE(service_manager::watchdog_period());
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(service_manager::watchdog_period(), 30s);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(service_manager::watchdog_period(), 30s);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(service_manager::watchdog_period()) << "another process is meant";
}

TEST_F(ServiceManager, IsNotMissedWhereThereIsNone) {
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(service_manager::is_there());
  service_manager::ready("nobody hears this");
  service_manager::alive();
  EXPECT_EQ(heard(0ms), "");
}

// -- the heartbeat
// ---------------------------------------------------------------------------------------------

/// A part that answers when the test says so.
struct part_under_test {
  std::vector<std::function<void()>> asked;
  heartbeat_part part(std::string name) {
    return {std::move(name),
            [this](std::function<void()> answered) { asked.push_back(std::move(answered)); }};
  }
};

const auto start = heartbeat_round::time_point{} + 1h;

TEST(HeartbeatRound, IsCompleteWhenEveryPartHasAnswered) {
  part_under_test a, b;
  heartbeat_round round{{a.part("a"), b.part("b")}};
  round.ask(start);
  EXPECT_EQ(round.silent(start), (std::vector<std::string>{"a", "b"}));
  a.asked.back()();
  EXPECT_EQ(round.silent(start), std::vector<std::string>{"b"});
  b.asked.back()();
  EXPECT_TRUE(round.silent(start).empty());
}

TEST(HeartbeatRound, DoesNotPileUpQuestionsAtASilentPart) {
  part_under_test a, b;
  heartbeat_round round{{a.part("a"), b.part("b")}};
  for (int i = 0; i < 5; ++i) {
    round.ask(start);
    a.asked.back()();
  }
  EXPECT_EQ(a.asked.size(), 5U);
  EXPECT_EQ(b.asked.size(), 1U);
}

TEST(HeartbeatRound, HasPatienceWithAPartThatIsSlowAtTimes) {
  part_under_test a;
  auto slow = a.part("slow");
  slow.patience = 5min;
  heartbeat_round round{{slow}};
  round.ask(start);
  round.ask(start + 4min);
  EXPECT_TRUE(round.silent(start + 4min).empty());
  EXPECT_EQ(round.silent(start + 5min), std::vector<std::string>{"slow"}) << "since it was asked first";
  a.asked.back()();
  EXPECT_TRUE(round.silent(start + 5min).empty());
}

TEST(HeartbeatRound, TakesAnAnswerThatComesAfterItsEnd) {
  part_under_test a;
  {
    heartbeat_round round{{a.part("a")}};
    round.ask(start);
  }
  a.asked.back()();
}

TEST_F(ServiceManager, HearsAliveWhileEveryPartAnswers) {
  service_heartbeat beats{
      {.period = 1ms, .alive = service_manager::alive, .status_line = {}, .show_status = {}},
      {{"a", [](const std::function<void()>& answered) { answered(); }}}};
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(heard(), "WATCHDOG=1");
}

TEST_F(ServiceManager, HearsNothingWhileAPartIsSilent) {
  std::atomic<bool> answers{true};
  std::mutex mutex;
  std::function<void()> late;
  std::promise<void> asked_in_vain;
  service_heartbeat beats{
      {.period = 1ms, .alive = service_manager::alive, .status_line = {}, .show_status = {}},
      {{"a", [](const std::function<void()>& answered) { answered(); }},
       {"b", [&](std::function<void()> answered) {
          if (answers) return answered();
          std::lock_guard lock{mutex};
          late = std::move(answered);
          asked_in_vain.set_value();
        }}}};
  EXPECT_EQ(heard(), "WATCHDOG=1");
  answers = false;
  asked_in_vain.get_future().wait();
  while (!heard(0ms).empty()) {
  }
  EXPECT_EQ(heard(100ms), "");
  answers = true;
  {
    std::lock_guard lock{mutex};
    late();
  }
  EXPECT_EQ(heard(), "WATCHDOG=1") << "it answers again";
}

TEST_F(ServiceManager, HearsTheStatusOnlyWhenItChanges) {
  std::atomic<int> accounts{1};
  service_heartbeat beats{{.period = 1ms,
                           .alive = {},
                           .status_line = [&] { return std::to_string(accounts.load()); },
                           .show_status = service_manager::status},
                          {}};
  EXPECT_EQ(heard(), "STATUS=1");
  EXPECT_EQ(heard(50ms), "");
  accounts = 2;
  EXPECT_EQ(heard(), "STATUS=2");
}

} // namespace
} // namespace weixin::runtime
