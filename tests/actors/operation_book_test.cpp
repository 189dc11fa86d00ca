#include "actors/operation_book.hpp"

#include <gtest/gtest.h>

namespace weixin {
namespace {

using namespace std::chrono_literals;
using state = operation_state;

struct OperationBook : ::testing::Test {
  std::uint64_t entropy = 1;
  std::vector<contact_operation> ended;
  operation_book book{std::make_shared<store::id_source>('o', [this] { return ++entropy; }),
                      [this](const contact_operation& op) { ended.push_back(op); }};
  operation_book::steady_time now = operation_book::steady_time{} + 100h;
  wall_time wall{1h};

  operation_book::entry* accept(operation_reply reply = [](auto) {}) {
    contact_operation_request what;
    what.to = "c-1";
    what.life = 60s;
    what.wait = 10s;
    auto accepted = book.accept(what, std::move(reply), now, wall += 1s);
    return accepted ? *accepted : nullptr;
  }
};

TEST_F(OperationBook, GivesOutTheOldestFirst) {
  auto* first = accept();
  accept();
  EXPECT_EQ(book.next_queued(), first);
  book.move_to(*first, state::attempting, wall);
  EXPECT_NE(book.next_queued(), first);
  EXPECT_EQ(book.find(first->op.id)->state, state::attempting);
}

TEST_F(OperationBook, AnswersOnceWhenAnOperationEnds) {
  int answers = 0;
  auto* e = accept([&](result<contact_operation> op) {
    ++answers;
    EXPECT_EQ(op->state, state::refused);
    EXPECT_EQ(op->error, "too_frequent");
    EXPECT_EQ(op->ret, 1205);
  });
  auto id = e->op.id;
  book.finish(*e, state::refused, fail(errc::too_frequent, "", 1205), wall);
  book.answer_waiters(now + 1h);
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(ended.size(), 1U);
  EXPECT_EQ(book.find_open(id), nullptr);
  EXPECT_EQ(book.find(id)->state, state::refused);
}

TEST_F(OperationBook, AnswersWhoHasWaitedLongEnoughWithWhatIsKnown) {
  std::vector<state> answers;
  accept([&](result<contact_operation> op) { answers.push_back(op->state); });
  EXPECT_EQ(book.next_due(), now + 10s);
  book.answer_waiters(now + 9s);
  EXPECT_TRUE(answers.empty());
  book.answer_waiters(now + 10s);
  EXPECT_EQ(answers, std::vector{state::queued});
  EXPECT_EQ(book.next_due(), now + 60s) << "what is left is its own end";
}

TEST_F(OperationBook, ExpiresOnlyWhatIsQueued) {
  auto* begun = accept();
  book.move_to(*begun, state::attempting, wall);
  accept();
  book.expire(now + 61s, wall);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].state, state::expired);
  EXPECT_EQ(begun->op.state, state::attempting);
}

TEST_F(OperationBook, TellsWhatALostActorLeft) {
  auto* attempting = accept();
  auto* confirming = accept();
  accept();
  book.move_to(*attempting, state::attempting, wall);
  book.move_to(*confirming, state::confirming, wall);
  book.interrupt(wall);
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[0].state, state::unknown);
  EXPECT_EQ(ended[1].state, state::answered);
  EXPECT_NE(book.next_queued(), nullptr);
  book.end_session(wall);
  EXPECT_EQ(ended.back().state, state::expired);
  EXPECT_EQ(ended.back().error, "session_ended");
  EXPECT_EQ(book.next_queued(), nullptr);
  EXPECT_FALSE(book.next_due());
}

TEST_F(OperationBook, IsBounded) {
  for (std::size_t i = 0; i < operation_book::max_open; ++i)
    ASSERT_NE(accept(), nullptr);
  EXPECT_EQ(accept(), nullptr);
  book.end_session(wall);
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < operation_book::max_open; ++i)
      ASSERT_NE(accept(), nullptr);
    book.end_session(wall);
  }
  auto all = book.list();
  EXPECT_EQ(all.size(), operation_book::max_ended);
  EXPECT_GT(all.front().id, all.back().id) << "newest first";
}

} // namespace
} // namespace weixin
