// The media of accounts: what is wanted, what is there, what is shared, and what makes room for it. The rules
// of store/store.hpp on every implementation.

#include "tests/store/contract.hpp"

#include <algorithm>

namespace weixin::store {
namespace {

using namespace std::chrono_literals;

struct MediaContract : StoreContractWithAccount {
  /// The media of a message by part; one of them fails the test when there are more or none.
  media_record found(const std::string& owner, const std::string& account = "shop-01") {
    auto all = call().find_media(account, owner);
    EXPECT_TRUE(all) << to_string(all.error());
    EXPECT_EQ(all ? all->size() : 0u, 1u);
    return all && !all->empty() ? all->front() : media_record{};
  }
  names owners_waiting(std::size_t limit = 100) {
    auto all = call().waiting_media("shop-01", limit);
    EXPECT_TRUE(all);
    names owners;
    for (const auto& record : *all)
      owners.push_back(record.owner);
    return owners;
  }
  kept_media keep(const media_record& record, media_quota quota = {},
                  const std::string& account = "shop-01") {
    auto stored = call().keep_media(account, record, quota);
    EXPECT_TRUE(stored) << to_string(stored.error());
    return stored ? *stored : kept_media{};
  }
  upkeep_report run(wall_time now, retention keep = {}) {
    auto report = call().upkeep(now, keep);
    EXPECT_TRUE(report) << to_string(report.error());
    return report ? *report : upkeep_report{};
  }
};
WEIXIN_ON_EVERY_STORE(MediaContract);

TEST_P(MediaContract, WantsWhatAMessageBringsInTheSameTransaction) {
  auto sync = batch({"1", "2"});
  sync.messages[0].media = {picture_of("1")};
  ASSERT_TRUE(call().commit(sync));
  EXPECT_EQ(found("1"), picture_of("1"));
  EXPECT_EQ(owners_waiting(), names{"1"});
  ASSERT_TRUE(call().note_media("shop-01", [] {
    auto failed = picture_of("1");
    failed.state = media_state::failed;
    return failed;
  }()));
  ASSERT_TRUE(call().commit(sync));
  EXPECT_EQ(owners_waiting(), names{}) << "a message that comes twice wants nothing twice";
}

TEST_P(MediaContract, HandsOutWhatWaitsLongestFirst) {
  for (auto [id, at] : {std::pair{"1", noon + 2s}, std::pair{"2", noon}, std::pair{"3", noon + 1s}})
    ASSERT_TRUE(call().want_media("shop-01", picture_of(id, at)));
  EXPECT_EQ(owners_waiting(), (names{"2", "3", "1"}));
  EXPECT_EQ(owners_waiting(2), (names{"2", "3"}));
  EXPECT_EQ(call().waiting_media("shop-02", 100)->size(), 0u);
  reopen();
  EXPECT_EQ(owners_waiting(), (names{"2", "3", "1"}));
}

TEST_P(MediaContract, KeepsWhatIsTheSameTwiceAsOneContent) {
  EXPECT_EQ(keep(fetched("1", "m-1", "same")).unneeded_files, names{});
  auto again = keep(fetched("2", "m-2", "same"));
  EXPECT_EQ(again.unneeded_files, names{"m-2"});
  EXPECT_EQ(again.record.content->file, "m-1");
  EXPECT_EQ(keep(fetched("9", "m-3", "same"), {}, "shop-02").record.content->file, "m-1");
  EXPECT_EQ(found("2").content->file, "m-1");
  EXPECT_EQ(s->health().media_bytes, 100u) << "counted once";
  EXPECT_EQ(*call().unknown_media_files({"m-1", "m-2", "m-3"}), (names{"m-2", "m-3"}));
  reopen();
  EXPECT_EQ(found("1"), fetched("1", "m-1", "same"));
}

TEST_P(MediaContract, ErasesAnAccountsMediaUnlessAnotherAccountHasThemToo) {
  keep(fetched("1", "m-1", "only here"));
  keep(fetched("2", "m-2", "shared"));
  keep(fetched("3", "m-3", "shared"), {}, "shop-02");
  ASSERT_TRUE(call().want_media("shop-01", picture_of("4")));
  EXPECT_EQ(*call().remove_account("shop-01"), names{"m-1"});
  EXPECT_EQ(found("3", "shop-02").content->file, "m-2");
  EXPECT_EQ(s->health().media_bytes, 100u);
  EXPECT_EQ(*call().remove_account("shop-02"), names{"m-2"});
  EXPECT_EQ(s->health().media_bytes, 0u);
  EXPECT_EQ(call().check()->media, 0u);
  EXPECT_EQ(call().check()->faults, names{});
}

TEST_P(MediaContract, HasNoMediaOfAnEarlierAccountOfTheSameName) {
  keep(fetched("1", "m-1", "hash"));
  ASSERT_TRUE(call().remove_account("shop-01"));
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  EXPECT_EQ(call().find_media("shop-01", "1")->size(), 0u);
  EXPECT_FALSE(call().list_accounts()->front().media);
}

TEST_P(MediaContract, MakesRoomForNewMediaByDroppingTheOldestOfTheAccount) {
  media_quota quota{.bytes = 10'000, .bytes_per_account = 250};
  keep(fetched("1", "m-1", "a", 100, noon), quota);
  keep(fetched("2", "m-2", "b", 100, noon + 1s), quota);
  keep(fetched("7", "m-7", "z", 200, noon), quota, "shop-02");
  auto stored = keep(fetched("3", "m-3", "c", 100, noon + 2s), quota);
  EXPECT_EQ(stored.unneeded_files, names{"m-1"});
  EXPECT_EQ(stored.dropped, 1u);
  auto gone = found("1");
  EXPECT_EQ(gone.state, media_state::dropped);
  EXPECT_EQ(gone.error, "quota");
  EXPECT_FALSE(gone.content);
  EXPECT_EQ(gone.name, "a name.jpg") << "what it was is known all the same";
  EXPECT_EQ(found("7", "shop-02").state, media_state::available) << "each account has its own measure";
}

TEST_P(MediaContract, MakesRoomByDroppingTheOldestOfAllAccounts) {
  media_quota quota{.bytes = 250, .bytes_per_account = 10'000};
  keep(fetched("1", "m-1", "a", 100, noon), quota, "shop-02");
  keep(fetched("2", "m-2", "b", 100, noon + 1s), quota);
  EXPECT_EQ(keep(fetched("3", "m-3", "c", 100, noon + 2s), quota).unneeded_files, names{"m-1"});
  EXPECT_EQ(found("1", "shop-02").state, media_state::dropped);
  EXPECT_EQ(s->health().media_bytes, 200u);
}

TEST_P(MediaContract, RefusesAContentThatIsAboveTheQuotaAlone) {
  keep(fetched("1", "m-1", "a", 100));
  EXPECT_EQ(code_of(call().keep_media("shop-01", fetched("2", "m-2", "b", 300), {.bytes = 250})),
            errc::body_too_large);
  EXPECT_EQ(found("1").state, media_state::available) << "nothing made room in vain";
  EXPECT_EQ(call().find_media("shop-01", "2")->size(), 0u);
}

TEST_P(MediaContract, SparesASharedContentWhileSomebodyHasIt) {
  media_quota quota{.bytes = 10'000, .bytes_per_account = 150};
  keep(fetched("1", "m-1", "shared", 100, noon), quota);
  keep(fetched("9", "m-9", "shared", 100, noon), quota, "shop-02");
  auto stored = keep(fetched("2", "m-2", "b", 100, noon + 1s), quota);
  EXPECT_EQ(stored.dropped, 1u);
  EXPECT_EQ(stored.unneeded_files, names{}) << "the other account still has it";
  EXPECT_EQ(found("9", "shop-02").content->file, "m-1");
}

TEST_P(MediaContract, CountsTheSameTwiceInOneAccountOnce) {
  media_quota quota{.bytes = 10'000, .bytes_per_account = 250};
  keep(fetched("1", "m-1", "same", 100, noon), quota);
  keep(fetched("2", "m-2", "same", 100, noon + 1s), quota);
  EXPECT_EQ(keep(fetched("3", "m-3", "c", 100, noon + 2s), quota).dropped, 0u);
  auto stored = keep(fetched("4", "m-4", "d", 100, noon + 3s), quota);
  EXPECT_EQ(stored.dropped, 2u) << "a content makes room only with the last that has it";
  EXPECT_EQ(stored.unneeded_files, names{"m-1"});
}

TEST_P(MediaContract, ReplacesAContentAndTellsWhichFileIsNeededNoMore) {
  keep(fetched("c-1", "m-1", "old"));
  EXPECT_EQ(keep(fetched("c-1", "m-2", "new", 50, noon + 1h)).unneeded_files, names{"m-1"});
  EXPECT_EQ(found("c-1").content->file, "m-2");
  EXPECT_EQ(s->health().media_bytes, 50u);
  EXPECT_EQ(keep(fetched("c-1", "m-3", "new", 50, noon + 2h)).unneeded_files, names{"m-3"});
}

TEST_P(MediaContract, TriesAgainWhatFailedWhenItIsWantedAgain) {
  ASSERT_TRUE(call().want_media("shop-01", picture_of("1")));
  auto failed = picture_of("1", noon + 1s);
  failed.state = media_state::failed;
  failed.error = "malformed_answer";
  failed.attempts = 3;
  ASSERT_TRUE(call().note_media("shop-01", failed));
  EXPECT_EQ(found("1"), failed);
  EXPECT_EQ(owners_waiting(), names{});
  auto wanted = call().want_media("shop-01", picture_of("1", noon + 2s));
  ASSERT_TRUE(wanted);
  EXPECT_EQ(*wanted, picture_of("1", noon + 2s));
  EXPECT_EQ(owners_waiting(), names{"1"});
}

TEST_P(MediaContract, LeavesWhatIsThereWhenItIsWantedAgainOrReportedAsFailed) {
  auto there = fetched("1", "m-1", "hash");
  keep(there);
  EXPECT_EQ(*call().want_media("shop-01", picture_of("1", noon + 1h)), there);
  auto late = picture_of("1", noon + 2h);
  late.state = media_state::failed;
  ASSERT_TRUE(call().note_media("shop-01", late));
  EXPECT_EQ(found("1"), there);
}

TEST_P(MediaContract, TellsThePartsOfAMessageApart) {
  keep(fetched("1", "m-1", "large"));
  auto small = picture_of("1");
  small.part = media_part::thumbnail;
  ASSERT_TRUE(call().want_media("shop-01", small));
  auto both = call().find_media("shop-01", "1");
  ASSERT_EQ(both->size(), 2u);
  EXPECT_EQ(both->at(0).state, media_state::available);
  EXPECT_EQ(both->at(1), small);
}

TEST_P(MediaContract, RefusesAMediumWithoutContentOrOwner) {
  EXPECT_EQ(code_of(call().keep_media("shop-01", picture_of("1"))), errc::invalid_argument);
  EXPECT_EQ(code_of(call().want_media("shop-01", picture_of(""))), errc::invalid_argument);
  EXPECT_EQ(code_of(call().note_media("shop-01", fetched("1", "m-1", "hash"))), errc::invalid_argument);
}

TEST_P(MediaContract, DropsWhatIsTooOldAndForgetsItAfterAsLongAgain) {
  keep(fetched("1", "m-1", "a", 100, noon));
  keep(fetched("2", "m-2", "b", 100, noon + 20h));
  ASSERT_TRUE(call().want_media("shop-01", picture_of("3", noon)));
  retention keep_a_day;
  keep_a_day.media_age = 24h;
  run(noon, keep_a_day);
  auto first = run(noon + 24h - 1s, keep_a_day);
  EXPECT_EQ(first.media, 0u);
  auto second = run(noon + 25h, keep_a_day);
  EXPECT_EQ(second.media, 1u);
  EXPECT_EQ(second.media_files, names{"m-1"});
  EXPECT_EQ(found("1").error, "too_old");
  EXPECT_EQ(found("2").state, media_state::available);
  EXPECT_EQ(call().find_media("shop-01", "3")->size(), 0u) << "nobody fetched it in time";
  run(noon + 48h, keep_a_day);
  run(noon + 50h, keep_a_day);
  EXPECT_EQ(call().find_media("shop-01", "1")->size(), 0u);
}

TEST_P(MediaContract, BringsManyMediaDownToASmallerQuota) {
  for (int i = 0; i < 450; ++i)
    keep(fetched(std::to_string(i), "m-" + std::to_string(i), "h" + std::to_string(i), 10, noon + i * 1s));
  retention keep_little;
  keep_little.media = {.bytes = 1'000'000, .bytes_per_account = 50};
  auto report = run(noon + 1h, keep_little);
  EXPECT_EQ(report.media, 445u);
  EXPECT_EQ(report.media_files.size(), 445u);
  EXPECT_EQ(s->health().media_bytes, 50u);
  EXPECT_EQ(found("449").state, media_state::available);
  keep_little.media.bytes = 20;
  EXPECT_EQ(run(noon + 2h, keep_little).media, 3u);
}

TEST_P(MediaContract, RemembersAnAccountsPolicy) {
  auto account = account_named("shop-01");
  account.media = media_policy::all;
  ASSERT_TRUE(call().update_account(account));
  EXPECT_EQ(call().list_accounts()->at(0).media, media_policy::all);
  EXPECT_FALSE(call().list_accounts()->at(1).media);
  account.media.reset();
  ASSERT_TRUE(call().update_account(account));
  EXPECT_FALSE(call().list_accounts()->at(0).media);
  auto third = account_named("shop-03");
  third.media = media_policy::on_demand;
  ASSERT_TRUE(call().add_account(third));
  reopen();
  EXPECT_EQ(call().list_accounts()->at(2).media, media_policy::on_demand);
}

} // namespace
} // namespace weixin::store
