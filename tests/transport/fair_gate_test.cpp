#include "transport/fair_gate.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace weixin::transport {
namespace {

namespace asio = boost::asio;

/// Several who want in; each stays until the test makes it leave.
struct FairGateTest : testing::Test {
  asio::io_context context;
  std::shared_ptr<fair_gate> gate = std::make_shared<fair_gate>(context.get_executor(), 2);
  std::array<fair_gate::pass, 8> passes;
  std::array<asio::cancellation_signal, 8> signals;
  std::string entered; ///< the numbers of those who got in, in order
  std::string turned_away;

  asio::awaitable<void> visit(std::size_t who) {
    auto pass = co_await gate->enter();
    (pass ? entered : turned_away) += std::to_string(who);
    passes[who] = std::move(pass);
  }
  void come(std::size_t who) {
    asio::co_spawn(context, visit(who),
                   asio::bind_cancellation_slot(signals[who].slot(), [](const std::exception_ptr&) {}));
    settle();
  }
  void leave(std::size_t who) {
    passes[who] = {};
    settle();
  }
  void settle() {
    context.restart();
    context.poll();
  }
};

TEST_F(FairGateTest, LetsInAsManyAsItsLimit) {
  for (std::size_t i = 0; i < 4; ++i)
    come(i);
  EXPECT_EQ(entered, "01");
  EXPECT_EQ(gate->inside(), 2U);
}

TEST_F(FairGateTest, AdmitsInOrderOfArrival) {
  for (std::size_t i = 0; i < 5; ++i)
    come(i);
  leave(1);
  leave(0);
  leave(2);
  EXPECT_EQ(entered, "01234");
}

TEST_F(FairGateTest, ForgetsWhoGaveUpWaiting) {
  for (std::size_t i = 0; i < 4; ++i)
    come(i);
  signals[2].emit(asio::cancellation_type::terminal);
  settle();
  EXPECT_EQ(turned_away, "2");
  leave(0);
  EXPECT_EQ(entered, "013");
}

TEST_F(FairGateTest, LosesNoPlaceWhenOneGivesUpInTheMomentOfAdmission) {
  for (std::size_t i = 0; i < 4; ++i)
    come(i);
  passes[0] = {}; // admits 2, who does not know it yet
  signals[2].emit(asio::cancellation_type::terminal);
  settle();
  if (entered.find('2') != std::string::npos) leave(2);
  EXPECT_NE(entered.find('3'), std::string::npos);
  EXPECT_EQ(gate->inside(), 2U);
}

TEST_F(FairGateTest, IsEmptyWhenAllHaveLeft) {
  for (std::size_t i = 0; i < 6; ++i)
    come(i);
  for (std::size_t i = 0; i < 6; ++i)
    leave(i);
  EXPECT_EQ(entered, "012345");
  EXPECT_EQ(gate->inside(), 0U);
}

} // namespace
} // namespace weixin::transport
