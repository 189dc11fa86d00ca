// Friend requests that wait for a decision: the rules of store/store.hpp on every implementation.

#include "tests/store/contract.hpp"

namespace weixin::store {
namespace {

using namespace std::chrono_literals;

struct FriendRequestContract : StoreContractWithAccount {
  FriendRequestContract() {
    limits.friend_requests = 3;
    kept.reset();
    std::filesystem::remove_all(directory.path() / "data");
    reopen();
  }

  static friend_request_record request(std::string id, wall_time at = noon) {
    return {std::move(id),       at,         "@self",     "@stranger",
            secret{"v2_ticket"}, "Mia",      "mia-alias", "hi there",
            "Guangdong",         "Shenzhen", 2,           30};
  }
  /// A sync that brings a request with its message.
  static sync_commit bringing(std::vector<friend_request_record> requests, int key = 1) {
    names ids;
    for (const auto& r : requests)
      ids.push_back(r.id);
    auto sync = batch(ids, key);
    sync.friend_requests = std::move(requests);
    return sync;
  }
  names waiting() {
    names ids;
    auto found = call().load_friend_requests("shop-01");
    if (!found) return {to_string(found.error())};
    for (const auto& r : *found)
      ids.push_back(r.id);
    return ids;
  }
};
WEIXIN_ON_EVERY_STORE(FriendRequestContract);

TEST_P(FriendRequestContract, KeepsARequestAsItCameOverARestart) {
  ASSERT_TRUE(call().commit(bringing({request("7")})));
  reopen();
  auto found = call().load_friend_requests("shop-01");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front(), request("7"));
  EXPECT_TRUE(call().load_friend_requests("shop-02")->empty());
}

TEST_P(FriendRequestContract, DoesNotBringBackWhatWasDecidedWhenItsMessageIsRepeated) {
  ASSERT_TRUE(call().commit(bringing({request("7")})));
  ASSERT_TRUE(call().remove_friend_request("shop-01", "7"));
  ASSERT_TRUE(call().commit(bringing({request("7"), request("8")}, 2)));
  EXPECT_EQ(waiting(), names{"8"});
}

TEST_P(FriendRequestContract, SaysWhenThereIsNothingToDecide) {
  auto removed = call().remove_friend_request("shop-01", "7");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, errc::friend_request_not_found);
  EXPECT_EQ(call().remove_friend_request("shop-09", "7").error().code, errc::account_not_found);
  EXPECT_EQ(call().load_friend_requests("shop-09").error().code, errc::account_not_found);
}

TEST_P(FriendRequestContract, LetsTheOldestMakeRoom) {
  ASSERT_TRUE(call().commit(bringing({request("4", noon + 4s), request("2", noon + 2s)})));
  ASSERT_TRUE(call().commit(bringing({request("1", noon + 1s), request("3", noon + 3s)}, 2)));
  EXPECT_EQ(waiting(), (names{"2", "3", "4"}));
}

TEST_P(FriendRequestContract, AreErasedWithTheirAccount) {
  ASSERT_TRUE(call().commit(bringing({request("7")})));
  ASSERT_TRUE(call().remove_account("shop-01"));
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  EXPECT_EQ(waiting(), names{});
}

} // namespace
} // namespace weixin::store
