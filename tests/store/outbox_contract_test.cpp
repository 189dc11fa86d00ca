// The sends: the rules of store/store.hpp on every implementation.

#include "tests/store/contract.hpp"

namespace weixin::store {
namespace {

using namespace std::chrono_literals;

struct OutboxContract : StoreContractWithAccount {
  send_record stored(const std::string& id) {
    auto found = call().find_send("shop-01", id);
    EXPECT_TRUE(found && found->has_value()) << id;
    return found && *found ? **found : send_record{};
  }

  /// A send in that state, by the shortest way there.
  void put(const std::string& id, send_state state) {
    ASSERT_TRUE(call().enqueue(send_with(id, send_state::attempting)));
    ASSERT_TRUE(call().update_send(send_with(id, state)));
  }
};
WEIXIN_ON_EVERY_STORE(OutboxContract);

constexpr send_state every_state[] = {send_state::queued,  send_state::attempting, send_state::sent,
                                      send_state::refused, send_state::unknown,    send_state::expired};

TEST_P(OutboxContract, KeepsASendWithAllThatBelongsToIt) {
  auto send = send_with("s-1", send_state::attempting);
  send.expires_at = noon + 60s + 456us;
  send.if_unknown = unknown_policy::resend;
  send.attempts = 1;
  send.idempotency_key = "key";
  auto accepted = call().enqueue(send);
  ASSERT_TRUE(accepted);
  EXPECT_FALSE(accepted->repeated);
  EXPECT_EQ(accepted->record.id, "s-1");
  reopen();
  auto found = stored("s-1");
  EXPECT_EQ(found.account, "shop-01");
  EXPECT_EQ(found.to, "c-1");
  EXPECT_EQ(text_of(found.content), "hello");
  EXPECT_EQ(found.client_msg_id, send.client_msg_id);
  EXPECT_EQ(found.state, send_state::attempting);
  EXPECT_EQ(found.created_at, noon);
  EXPECT_EQ(found.updated_at, noon);
  EXPECT_EQ(found.expires_at, noon + 60s);
  EXPECT_EQ(found.if_unknown, unknown_policy::resend);
  EXPECT_EQ(found.attempts, 1u);
  EXPECT_EQ(found.idempotency_key, "");
}

TEST_P(OutboxContract, RefusesANewSendThatIsSettled) {
  for (auto state : {send_state::sent, send_state::refused, send_state::unknown, send_state::expired})
    EXPECT_EQ(code_of(call().enqueue(send_with("s-1", state))), errc::invalid_argument);
  EXPECT_FALSE(call().find_send("shop-01", "s-1")->has_value());
}

TEST_P(OutboxContract, RefusesASendIdThatIsEmptyOrTaken) {
  ASSERT_TRUE(call().enqueue(send_with("s-1")));
  auto second = send_with("s-1");
  second.content = text_content{"another"};
  EXPECT_EQ(code_of(call().enqueue(second)), errc::invalid_argument);
  EXPECT_EQ(code_of(call().enqueue(send_with(""))), errc::invalid_argument);
  EXPECT_EQ(ids_of(call().unfinished_sends("shop-01")), names{"s-1"});
  EXPECT_EQ(text_of(stored("s-1").content), "hello");
}

TEST_P(OutboxContract, ListsUnfinishedSendsOldestFirst) {
  for (const char* id : {"s-3", "s-1", "s-2"})
    ASSERT_TRUE(call().enqueue(send_with(id)));
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::attempting)));
  reopen();
  EXPECT_EQ(ids_of(call().unfinished_sends("shop-01")), (names{"s-1", "s-2", "s-3"}));
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::sent)));
  EXPECT_EQ(ids_of(call().unfinished_sends("shop-01")), (names{"s-2", "s-3"}));
  EXPECT_TRUE(call().unfinished_sends("shop-02")->empty());
}

TEST_P(OutboxContract, ReplacesOnlyWhatAnAttemptChanges) {
  ASSERT_TRUE(call().enqueue(send_with("s-1")));
  auto update = send_with("s-1", send_state::attempting);
  update.content = text_content{"another text"};
  update.to = "c-2";
  update.created_at = {};
  update.if_unknown = unknown_policy::resend;
  update.client_msg_id = "17000000000000002";
  update.attempts = 3;
  update.expires_at = noon + 5s;
  ASSERT_TRUE(call().update_send(update));
  update = send_with("s-1", send_state::refused);
  update.client_msg_id.clear();
  update.msg_id = "4";
  update.error = "not_a_friend";
  update.attempts = 4;
  update.updated_at = noon + 5s;
  ASSERT_TRUE(call().update_send(update));
  auto found = stored("s-1");
  EXPECT_EQ(found.state, send_state::refused);
  EXPECT_EQ(found.msg_id, "4");
  EXPECT_EQ(found.error, "not_a_friend");
  EXPECT_EQ(found.updated_at, noon + 5s);
  EXPECT_EQ(found.attempts, 4u);
  EXPECT_EQ(found.expires_at, std::nullopt);
  EXPECT_EQ(found.created_at, noon);
  EXPECT_EQ(text_of(found.content), "hello");
  EXPECT_EQ(found.to, "c-1");
  EXPECT_EQ(found.if_unknown, unknown_policy::report);
  EXPECT_EQ(found.client_msg_id, "17000000000000002");
}

TEST_P(OutboxContract, MovesASendOnlyWhereItMayGo) {
  for (auto from : every_state) {
    for (auto to : every_state) {
      auto id = "s-" + std::string{to_string(from)} + "-" + std::string{to_string(to)};
      put(id, from);
      auto moved = call().update_send(send_with(id, to));
      if (may_follow(from, to)) {
        EXPECT_TRUE(moved) << id;
        EXPECT_EQ(stored(id).state, to);
      } else {
        EXPECT_EQ(code_of(moved), errc::wrong_state) << id;
        EXPECT_EQ(stored(id).state, from);
      }
      // Out of the way of the bound.
      if (!is_unfinished(stored(id).state)) continue;
      ASSERT_TRUE(call().update_send(send_with(id, send_state::refused)));
    }
  }
}

TEST_P(OutboxContract, RefusesToUpdateASendItDoesNotKnow) {
  EXPECT_EQ(code_of(call().update_send(send_with("s-1", send_state::sent))), errc::send_not_found);
  ASSERT_TRUE(call().enqueue(send_with("s-1")));
  auto others = send_with("s-1", send_state::attempting);
  others.account = "shop-02";
  EXPECT_EQ(code_of(call().update_send(others)), errc::send_not_found);
  EXPECT_EQ(stored("s-1").state, send_state::queued);
}

TEST_P(OutboxContract, RefusesMoreUnfinishedSendsThanItsBound) {
  for (const char* id : {"s-1", "s-2", "s-3", "s-4"})
    ASSERT_TRUE(call().enqueue(send_with(id)));
  EXPECT_EQ(code_of(call().enqueue(send_with("s-5"))), errc::queue_full);
  auto other = send_with("s-5");
  other.account = "shop-02";
  EXPECT_TRUE(call().enqueue(other)) << "one account's backlog is not another's";
  reopen();
  EXPECT_EQ(code_of(call().enqueue(send_with("s-5"))), errc::queue_full) << "counted anew after a restart";
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::refused)));
  EXPECT_TRUE(call().enqueue(send_with("s-6")));
  EXPECT_EQ(code_of(call().update_send(send_with("s-1", send_state::queued))), errc::queue_full)
      << "no room to queue it again";
  ASSERT_TRUE(call().update_send(send_with("s-2", send_state::expired)));
  EXPECT_TRUE(call().update_send(send_with("s-1", send_state::queued)));
  EXPECT_EQ(code_of(call().enqueue(send_with("s-7"))), errc::queue_full);
}

TEST_P(OutboxContract, ListsSendsByIdAndState) {
  put("s-1", send_state::sent);
  put("s-2", send_state::unknown);
  put("s-3", send_state::refused);
  put("s-4", send_state::sent);
  put("s-5", send_state::queued);
  put("s-6", send_state::attempting);
  put("s-7", send_state::unknown);
  put("s-8", send_state::expired);
  auto list = [&](std::optional<send_state> state, std::string after = "", std::size_t limit = 100) {
    return ids_of(call().list_sends({"shop-01", state, after, limit}));
  };
  EXPECT_EQ(list(std::nullopt), (names{"s-1", "s-2", "s-3", "s-4", "s-5", "s-6", "s-7", "s-8"}));
  EXPECT_EQ(list(std::nullopt, "s-2", 3), (names{"s-3", "s-4", "s-5"}));
  EXPECT_EQ(list(send_state::sent), (names{"s-1", "s-4"}));
  EXPECT_EQ(list(send_state::sent, "s-1"), names{"s-4"});
  EXPECT_EQ(list(send_state::unknown), (names{"s-2", "s-7"}));
  EXPECT_EQ(list(send_state::unknown, "s-2"), names{"s-7"});
  EXPECT_EQ(list(send_state::unknown, "", 1), names{"s-2"});
  EXPECT_EQ(list(send_state::refused), names{"s-3"});
  EXPECT_EQ(list(send_state::queued), names{"s-5"});
  EXPECT_EQ(list(send_state::attempting), names{"s-6"});
  EXPECT_EQ(list(send_state::expired), names{"s-8"});
  EXPECT_EQ(ids_of(call().list_sends({.account = "shop-02"})), names{});
}

TEST_P(OutboxContract, ListsTheNewestSendsOldestFirst) {
  for (const auto* id : {"s-1", "s-2", "s-3"})
    put(id, send_state::sent);
  EXPECT_EQ(ids_of(call().list_sends({.account = "shop-01", .limit = 2, .newest = true})),
            (names{"s-2", "s-3"}));
  EXPECT_EQ(ids_of(call().list_sends({.account = "shop-02", .newest = true})), names{});
}

// -- idempotency
// --------------------------------------------------------------------------------------------------

send_record keyed(std::string id, std::string key) {
  auto send = send_with(std::move(id));
  send.idempotency_key = std::move(key);
  return send;
}

TEST_P(OutboxContract, AnswersTheFirstSendOfAnIdempotencyKeyAgain) {
  ASSERT_TRUE(call().enqueue(keyed("s-1", "order-7")));
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::attempting)));
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::sent)));
  reopen();
  auto again = call().enqueue(keyed("s-2", "order-7"));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->record.id, "s-1");
  EXPECT_EQ(again->record.state, send_state::sent);
  EXPECT_FALSE(call().find_send("shop-01", "s-2")->has_value());
}

TEST_P(OutboxContract, RefusesAnIdempotencyKeyForAnotherRequest) {
  ASSERT_TRUE(call().enqueue(keyed("s-1", "order-7")));
  auto other_text = keyed("s-2", "order-7");
  other_text.content = text_content{"another"};
  EXPECT_EQ(code_of(call().enqueue(other_text)), errc::idempotency_conflict);
  auto other_recipient = keyed("s-2", "order-7");
  other_recipient.to = "c-2";
  EXPECT_EQ(code_of(call().enqueue(other_recipient)), errc::idempotency_conflict);
  // Where one ends and the other begins must not matter.
  auto shifted = keyed("s-2", "order-7");
  shifted.to = "c-1h";
  shifted.content = text_content{"ello"};
  EXPECT_EQ(code_of(call().enqueue(shifted)), errc::idempotency_conflict);
}

std::vector<send_content> one_of_every_kind() {
  upload_content file{
      send_kind::file, "u-00000000000000000000000001", "report.pdf", 5, std::string(32, 'a'), 17};
  auto picture = file;
  picture.kind = send_kind::image;
  auto clip = file;
  clip.kind = send_kind::video;
  auto gif = file;
  gif.kind = send_kind::emoticon;
  return {text_content{"hello"},
          text_content{"@Ann hello", {"c-00000000000000000000000007"}},
          file,
          picture,
          clip,
          gif,
          sticker_content{std::string(32, 'b')},
          forward_content{"9001", R"({"MsgId":"9001"})", true},
          forward_content{"9001", R"({"MsgId":"9001"})", false}};
}

TEST_P(OutboxContract, KeepsAContentOfEveryKind) {
  for (const auto& content : one_of_every_kind()) {
    SCOPED_TRACE(to_string(kind_of(content)));
    auto send = send_with("s-1");
    send.content = content;
    ASSERT_TRUE(call().enqueue(send));
    reopen();
    EXPECT_EQ(stored("s-1").content, content);
    EXPECT_EQ(call().check()->faults, names{});
    ASSERT_TRUE(call().remove_account("shop-01"));
    ASSERT_TRUE(call().add_account(account_named("shop-01")));
  }
}

TEST_P(OutboxContract, TellsRequestsApartByKindAndContent) {
  auto kinds = one_of_every_kind();
  for (std::size_t i = 0; i + 1 < kinds.size(); ++i) {
    auto first = keyed("s-" + std::to_string(2 * i), "key-" + std::to_string(i));
    first.content = kinds[i];
    ASSERT_TRUE(call().enqueue(first));
    ASSERT_TRUE(call().update_send([&] {
      auto settled = first;
      settled.state = send_state::refused;
      return settled;
    }()));
    auto second = first;
    second.id = "s-" + std::to_string(2 * i + 1);
    EXPECT_TRUE(call().enqueue(second)->repeated);
    second.content = kinds[i + 1];
    EXPECT_EQ(code_of(call().enqueue(second)), errc::idempotency_conflict) << i;
  }
}

TEST_P(OutboxContract, TakesTheSameBytesForTheSameRequestWhereverTheyLie) {
  auto first = keyed("s-1", "order-7");
  first.content = upload_content{send_kind::file, "u-00000000000000000000000001", "a.pdf", 5, "m", 1};
  ASSERT_TRUE(call().enqueue(first));
  auto again = keyed("s-2", "order-7");
  again.content = upload_content{send_kind::file, "u-00000000000000000000000002", "a.pdf", 5, "m", 2};
  EXPECT_TRUE(call().enqueue(again)->repeated);
  again.content = upload_content{send_kind::file, "u-00000000000000000000000002", "b.pdf", 5, "m", 2};
  EXPECT_EQ(code_of(call().enqueue(again)), errc::idempotency_conflict);
}

TEST_P(OutboxContract, NamesTheFilesOfSendsThatAreNotSettled) {
  auto send = send_with("s-1");
  send.content = upload_content{send_kind::file, "u-00000000000000000000000001", "a.pdf", 5, "m", 1};
  ASSERT_TRUE(call().enqueue(send));
  auto other = send_with("s-2");
  other.account = "shop-02";
  other.content = upload_content{send_kind::image, "u-00000000000000000000000002", "a.png", 5, "m", 1};
  ASSERT_TRUE(call().enqueue(other));
  EXPECT_EQ(*call().spooled_files(), (names{"u-00000000000000000000000001", "u-00000000000000000000000002"}));
  send.state = send_state::refused;
  ASSERT_TRUE(call().update_send(send));
  EXPECT_EQ(*call().spooled_files(), names{"u-00000000000000000000000002"});
  EXPECT_EQ(*call().remove_account("shop-02"), names{"u-00000000000000000000000002"});
  EXPECT_EQ(*call().spooled_files(), names{});
}

TEST_P(OutboxContract, FindsWhatWeixinTookByItsMsgId) {
  auto send = send_with("s-1", send_state::attempting);
  ASSERT_TRUE(call().enqueue(send));
  EXPECT_FALSE(call().find_sent("shop-01", "9001")->has_value());
  send.state = send_state::sent;
  send.msg_id = "9001";
  ASSERT_TRUE(call().update_send(send));
  EXPECT_EQ(call().find_sent("shop-01", "9001")->value().id, "s-1");
  EXPECT_FALSE(call().find_sent("shop-02", "9001")->has_value());
}

TEST_P(OutboxContract, TellsIdempotencyKeysApartByAccount) {
  ASSERT_TRUE(call().enqueue(keyed("s-1", "order-7")));
  auto other = keyed("s-2", "order-7");
  other.account = "shop-02";
  other.content = text_content{"another"};
  auto accepted = call().enqueue(other);
  ASSERT_TRUE(accepted);
  EXPECT_FALSE(accepted->repeated);
}

TEST_P(OutboxContract, RepeatsAnAnswerAlsoWhenTheQueueIsFull) {
  ASSERT_TRUE(call().enqueue(keyed("s-1", "order-7")));
  for (const char* id : {"s-2", "s-3", "s-4"})
    ASSERT_TRUE(call().enqueue(send_with(id)));
  EXPECT_TRUE(call().enqueue(keyed("s-5", "order-7"))->repeated);
}

TEST_P(OutboxContract, RefusesAnIdempotencyKeyThatIsTooLong) {
  EXPECT_TRUE(call().enqueue(keyed("s-1", std::string(255, 'k'))));
  EXPECT_EQ(code_of(call().enqueue(keyed("s-2", std::string(256, 'k')))), errc::invalid_argument);
}

TEST_P(OutboxContract, RemembersAnIdempotencyKeyForSevenDays) {
  ASSERT_TRUE(call().enqueue(keyed("s-1", "order-7")));
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::expired)));
  ASSERT_EQ(call().upkeep(noon + 24h * 7, {})->sends, 0u);
  EXPECT_TRUE(call().enqueue(keyed("s-2", "order-7"))->repeated);
  ASSERT_EQ(call().upkeep(noon + 24h * 7 + 1s, {})->sends, 1u);
  EXPECT_FALSE(call().enqueue(keyed("s-2", "order-7"))->repeated);
}

// -- names
// -------------------------------------------------------------------------------------------------------

TEST(SendState, HasAStableNameThatCanBeReadBack) {
  names all;
  for (auto state : every_state) {
    all.emplace_back(to_string(state));
    EXPECT_EQ(parse_send_state(to_string(state)), state);
  }
  EXPECT_EQ(all, (names{"queued", "attempting", "sent", "refused", "unknown", "expired"}));
  EXPECT_EQ(parse_send_state("lost"), std::nullopt);
  EXPECT_EQ(parse_send_state(""), std::nullopt);
}

TEST(SendState, FollowsTheOutboxModel) {
  using enum send_state;
  auto successors = [](send_state from) {
    names to;
    for (auto state : every_state)
      if (state != from && may_follow(from, state)) to.emplace_back(to_string(state));
    return to;
  };
  // unknown: one that was to be tried again after an attempt that may have arrived, and cannot be any more.
  EXPECT_EQ(successors(queued), (names{"attempting", "refused", "unknown", "expired"}));
  EXPECT_EQ(successors(attempting), (names{"queued", "sent", "refused", "unknown", "expired"}));
  EXPECT_EQ(successors(sent), names{});
  EXPECT_EQ(successors(refused), names{"queued"});
  EXPECT_EQ(successors(unknown), (names{"queued", "sent", "refused"}));
  EXPECT_EQ(successors(expired), names{"queued"});
  for (auto state : every_state)
    EXPECT_TRUE(may_follow(state, state)) << "saying the same twice changes nothing";
}

TEST(UnknownPolicy, HasAStableNameThatCanBeReadBack) {
  EXPECT_EQ(to_string(unknown_policy::report), "report");
  EXPECT_EQ(to_string(unknown_policy::resend), "resend");
  EXPECT_EQ(parse_unknown_policy("report"), unknown_policy::report);
  EXPECT_EQ(parse_unknown_policy("resend"), unknown_policy::resend);
  EXPECT_EQ(parse_unknown_policy("retry"), std::nullopt);
}

} // namespace
} // namespace weixin::store
