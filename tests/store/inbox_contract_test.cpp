// Session, inbox, contacts: the rules of store/store.hpp on every implementation.

#include "tests/store/contract.hpp"

namespace weixin::store {
namespace {

using namespace std::chrono_literals;

struct InboxContract : StoreContractWithAccount {};
WEIXIN_ON_EVERY_STORE(InboxContract);

TEST_P(InboxContract, AnswersTheNewMessagesOfACommitInTheirOrder) {
  EXPECT_EQ(ids_of(call().commit(batch({"9", "3", "7"}))), (names{"9", "3", "7"}));
  EXPECT_EQ(ids_of(call().commit(batch({"3", "4", "9"}))), names{"4"});
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01"})), (names{"9", "3", "7", "4"}));
}

TEST_P(InboxContract, DropsAMessageThatIsTwiceInOneBatch) {
  EXPECT_EQ(ids_of(call().commit(batch({"1", "1", "2"}))), (names{"1", "2"}));
}

TEST_P(InboxContract, TellsMessagesApartByAccount) {
  ASSERT_TRUE(call().commit(batch({"1"})));
  auto other = batch({"1"});
  other.account = "shop-02";
  EXPECT_EQ(ids_of(call().commit(other)), names{"1"});
}

TEST_P(InboxContract, KnowsItsMessagesAfterARestart) {
  ASSERT_TRUE(call().commit(batch({"1"})));
  reopen();
  EXPECT_EQ(ids_of(call().commit(batch({"1", "2"}))), names{"2"});
}

TEST_P(InboxContract, KeepsAMessageAsItWasShownToConsumers) {
  auto sync = batch({});
  sync.messages = {message_with("4242", "c-chat")};
  sync.messages[0].event = std::string{"{\"text\":\"a\0b\"}", 14};
  sync.messages[0].sent_at = noon + 456us;
  auto appended = call().commit(sync);
  ASSERT_TRUE(appended);
  reopen();
  auto messages = call().read_inbox({.account = "shop-01"});
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 1u);
  const auto& message = messages->front();
  EXPECT_EQ(message.seq, appended->front().seq);
  EXPECT_EQ(message.msg_id, "4242");
  EXPECT_EQ(message.chat, "c-chat");
  EXPECT_EQ(message.sent_at, noon);
  EXPECT_EQ(message.stored_at, sync.at);
  EXPECT_EQ(message.event, sync.messages[0].event);
}

TEST_P(InboxContract, NumbersMessagesUpwardsOverAllAccounts) {
  auto other = batch({"1", "2"});
  other.account = "shop-02";
  auto first = call().commit(batch({"1", "2"}));
  auto second = call().commit(other);
  auto third = call().commit(batch({"3"}));
  ASSERT_TRUE(first && second && third);
  EXPECT_LT(0, first->at(0).seq);
  EXPECT_LT(first->at(0).seq, first->at(1).seq);
  EXPECT_LT(first->at(1).seq, second->at(0).seq);
  EXPECT_LT(second->at(1).seq, third->at(0).seq);
}

TEST_P(InboxContract, NeverGivesANumberTwice) {
  auto first = call().commit(batch({"1", "2"}));
  ASSERT_TRUE(first);
  ASSERT_EQ(call().upkeep(noon + 24h * 30, {})->messages, 2u);
  reopen();
  auto second = call().commit(batch({"3"}));
  ASSERT_TRUE(second);
  EXPECT_GT(second->at(0).seq, first->at(1).seq) << "a consumer that read up to it would miss it";
  ASSERT_TRUE(call().remove_account("shop-01"));
  reopen();
  auto other = batch({"4"});
  other.account = "shop-02";
  EXPECT_GT(call().commit(other)->at(0).seq, second->at(0).seq);
}

TEST_P(InboxContract, ReadsOnFromASeqUpToALimit) {
  auto appended = call().commit(batch({"1", "2", "3", "4"}));
  ASSERT_TRUE(appended);
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01", .after = appended->at(0).seq, .limit = 2})),
            (names{"2", "3"}));
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01", .after = appended->at(3).seq})), names{});
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-02"})), names{});
}

TEST_P(InboxContract, ReadsAtMostAThousandAtATime) {
  names ids;
  for (int i = 0; i < 1'001; ++i)
    ids.push_back(std::to_string(i));
  ASSERT_TRUE(call().commit(batch(ids)));
  EXPECT_EQ(call().read_inbox({.account = "shop-01", .limit = 5'000})->size(), 1'000u);
}

TEST_P(InboxContract, ReadsTheMessagesOfOneChat) {
  auto sync = batch({});
  sync.messages = {message_with("1", "c-1"), message_with("2", "c-2"), message_with("3", "c-1")};
  auto appended = call().commit(sync);
  ASSERT_TRUE(appended);
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01", .with = "c-1"})), (names{"1", "3"}));
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01", .limit = 1, .with = "c-1"})), names{"1"});
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01", .after = appended->at(0).seq, .with = "c-1"})),
            names{"3"});
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01", .with = "c-3"})), names{});
}

TEST_P(InboxContract, ReadsTheNewestOldestFirst) {
  ASSERT_TRUE(call().commit(batch({"1", "2", "3", "4"})));
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01", .limit = 2, .newest = true})), (names{"3", "4"}));
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01", .newest = true})), (names{"1", "2", "3", "4"}));
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-02", .newest = true})), names{});
}

// -- positions
// ----------------------------------------------------------------------------------------------------

TEST_P(InboxContract, RemembersHowFarEachConsumerHasRead) {
  EXPECT_EQ(call().inbox_positions_of("shop-01")->end, 0);
  auto appended = call().commit(batch({"1", "2"}));
  ASSERT_TRUE(call().save_position("shop-01", "echo", appended->at(0).seq));
  ASSERT_TRUE(call().save_position("shop-01", "rules", appended->at(1).seq));
  reopen();
  auto positions = call().inbox_positions_of("shop-01");
  ASSERT_TRUE(positions);
  EXPECT_EQ(positions->end, appended->at(1).seq);
  EXPECT_EQ(positions->consumers, (std::map<std::string, std::int64_t>{{"echo", appended->at(0).seq},
                                                                       {"rules", appended->at(1).seq}}));
  EXPECT_EQ(call().inbox_positions_of("shop-02")->end, 0);
  EXPECT_TRUE(call().inbox_positions_of("shop-02")->consumers.empty());
}

TEST_P(InboxContract, NeverMovesAPositionBack) {
  ASSERT_TRUE(call().save_position("shop-01", "echo", 5));
  ASSERT_TRUE(call().save_position("shop-01", "echo", 3));
  EXPECT_EQ(call().inbox_positions_of("shop-01")->consumers.at("echo"), 5);
}

// -- session
// ------------------------------------------------------------------------------------------------------

TEST_P(InboxContract, KeepsTheKeysOfEachCommitWithTheSession) {
  auto first = batch({"1"}, 10);
  first.session = session_of(1001, 10);
  ASSERT_TRUE(call().commit(first));
  ASSERT_TRUE(call().commit(batch({}, 20)));
  reopen();
  auto expected = session_of(1001, 10);
  expected.keys = session_of(1001, 20).keys;
  EXPECT_EQ(*call().load_session("shop-01"), expected);
  EXPECT_EQ(*call().load_session("shop-02"), std::nullopt);
}

TEST_P(InboxContract, TakesTheKeysOfTheCommitNotThoseInItsSession) {
  auto sync = batch({}, 20);
  sync.session = session_of(1001, 10);
  ASSERT_TRUE(call().commit(sync));
  EXPECT_EQ((*call().load_session("shop-01"))->keys, session_of(0, 20).keys);
}

TEST_P(InboxContract, StoresNoKeysWithoutASession) {
  ASSERT_TRUE(call().commit(batch({"1"}, 20)));
  EXPECT_EQ(*call().load_session("shop-01"), std::nullopt);
  ASSERT_TRUE(call().save_session("shop-01", session_of(1001, 5)));
  EXPECT_EQ(*call().load_session("shop-01"), session_of(1001, 5));
}

TEST_P(InboxContract, ReplacesTheSessionAndEndsIt) {
  ASSERT_TRUE(call().save_session("shop-01", session_of(1001, 5)));
  ASSERT_TRUE(call().save_session("shop-01", session_of(1001, 6)));
  reopen();
  EXPECT_EQ(*call().load_session("shop-01"), session_of(1001, 6));
  ASSERT_TRUE(call().save_session("shop-01", std::nullopt));
  EXPECT_EQ(*call().load_session("shop-01"), std::nullopt);
  ASSERT_TRUE(call().commit(batch({}, 7)));
  EXPECT_EQ(*call().load_session("shop-01"), std::nullopt) << "keys bring no session back";
}

TEST_P(InboxContract, KnowsTheMessagesOfBeforeAfterTheSessionEnded) {
  ASSERT_TRUE(call().commit(batch({"1"})));
  ASSERT_TRUE(call().save_session("shop-01", std::nullopt));
  EXPECT_EQ(ids_of(call().commit(batch({"1", "2"}))), names{"2"});
}

// -- contacts
// -----------------------------------------------------------------------------------------------------

TEST_P(InboxContract, KeepsContactsByTheirReference) {
  auto changed = contact_with("c-2", noon + 1s);
  changed.nick = "another nick";
  changed.kind = webwx::contact_kind::stranger;
  ASSERT_TRUE(call().save_contacts("shop-01", {contact_with("c-2"), contact_with("c-1")}));
  ASSERT_TRUE(call().save_contacts("shop-01", {changed}));
  reopen();
  auto contacts = call().load_contacts("shop-01");
  ASSERT_TRUE(contacts);
  EXPECT_EQ(*contacts, (std::vector<contact_record>{contact_with("c-1"), changed}));
  EXPECT_TRUE(call().load_contacts("shop-02")->empty());
}

TEST_P(InboxContract, StoresTheContactsOfACommitWithIt) {
  auto sync = batch({"1"});
  sync.contacts = {contact_with("c-1")};
  ASSERT_TRUE(call().commit(sync));
  EXPECT_EQ(refs_of(call().load_contacts("shop-01")), names{"c-1"});
}

TEST_P(InboxContract, RefusesAContactWithoutReferenceAndTheWholeCommitWithIt) {
  EXPECT_EQ(code_of(call().save_contacts("shop-01", {contact_with("c-1"), contact_with("")})),
            errc::invalid_argument);
  auto sync = batch({"1"});
  sync.contacts = {contact_with("c-2"), contact_with("")};
  EXPECT_EQ(code_of(call().commit(sync)), errc::invalid_argument);
  EXPECT_EQ(refs_of(call().load_contacts("shop-01")), names{});
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01"})), names{});
}

TEST_P(InboxContract, FindsAMessageWithItsRawEntry) {
  ASSERT_TRUE(call().commit(batch({"1", "2"})));
  auto found = call().find_message("shop-01", "2");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->raw, R"({"MsgId":"2"})");
  EXPECT_EQ((*found)->event, R"({"event":"2"})");
  EXPECT_EQ((*found)->seq, 2);
  EXPECT_EQ((*found)->chat, "c-1");
  EXPECT_FALSE(call().find_message("shop-01", "3")->has_value());
  EXPECT_EQ(code_of(call().find_message("nobody", "1")), errc::account_not_found);
}

TEST_P(InboxContract, MakesRoomByTheContactSeenLongestAgo) {
  ASSERT_TRUE(
      call().save_contacts("shop-01", {contact_with("c-1", noon + 5s), contact_with("c-2", noon + 1s),
                                       contact_with("c-3", noon + 4s), contact_with("c-4", noon + 3s)}));
  auto sync = batch({});
  sync.contacts = {contact_with("c-5", noon + 6s), contact_with("c-1", noon + 6s)};
  ASSERT_TRUE(call().commit(sync));
  EXPECT_EQ(call().load_contacts("shop-01")->size(), 5u) << "one of the two replaced what was there";
  ASSERT_TRUE(
      call().save_contacts("shop-01", {contact_with("c-6", noon + 7s), contact_with("c-7", noon + 7s)}));
  EXPECT_EQ(refs_of(call().load_contacts("shop-01")), (names{"c-1", "c-3", "c-5", "c-6", "c-7"}));
}

} // namespace
} // namespace weixin::store
