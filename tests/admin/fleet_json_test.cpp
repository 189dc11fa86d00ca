// Accounts that are declared to the admin API: read field by field, and plans as JSON.
#include "admin/fleet_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace weixin::admin {
namespace {

using supervisor::fleet_problem;
using supervisor::fleet_wish;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using names = std::vector<std::string>;

fleet_wish read(const std::string& accounts) {
  fleet_wish wish;
  auto body = boost::json::parse(R"({"accounts":)" + accounts + "}").as_object();
  auto done = read_wanted(body, wish);
  EXPECT_TRUE(done) << to_string(done.error());
  return wish;
}

names problems_of(const std::string& accounts) {
  names list;
  for (const auto& p : read(accounts).problems)
    list.push_back(std::to_string(p.index) + " " + p.field);
  return list;
}

TEST(WantedAccounts, AreReadWithEveryField) {
  auto wish = read(R"([{"name":"a","kind":"webwx","bots":["echo"],"media":"all","login":"desktop",
                        "proxy":"http://proxy:1","desired":"paused"},{"name":"b","proxy":null}])");
  EXPECT_THAT(wish.problems, IsEmpty());
  ASSERT_EQ(wish.accounts.size(), 2U);
  const auto& a = wish.accounts[0];
  EXPECT_EQ(a.kind, "webwx");
  EXPECT_EQ(a.what, (supervisor::account_change{names{"echo"}, store::media_policy::all,
                                                webwx::login_choice::desktop, secret{"http://proxy:1"}}));
  EXPECT_EQ(a.desired, store::desired_state::paused);
  EXPECT_EQ(wish.accounts[1].what, (supervisor::account_change{.proxy = secret{}}));
}

TEST(WantedAccounts, AreReadToTheEndWhateverIsWrong) {
  EXPECT_THAT(problems_of(R"([7,{"bots":[]},{"name":"a","kind":1,"bots":"echo","media":"some","login":7,
                              "proxy":[],"desired":"off","bot":"echo"},{"name":"ok"}])"),
              ElementsAre("0 name", "1 name", "2 kind", "2 bots", "2 media", "2 login", "2 proxy",
                          "2 desired", "2 "));
}

TEST(WantedAccounts, AreAList) {
  for (const char* body : {R"({})", R"({"accounts":{}})", R"({"accounts":"a"})"}) {
    fleet_wish wish;
    EXPECT_EQ(read_wanted(boost::json::parse(body).as_object(), wish).error().code, errc::invalid_argument);
  }
}

TEST(FleetProblemsAsJson, PointIntoTheRequest) {
  std::vector<supervisor::wanted_account> accounts(2);
  accounts[0].name = "a";
  accounts[1].name = "<no name>";
  auto list = to_json({{0, "bots", "x"}, {1, "", "y"}}, accounts);
  EXPECT_EQ(boost::json::serialize(list), R"([{"pointer":"/accounts/0/bots","account":"a","detail":"x"},)"
                                          R"({"pointer":"/accounts/1","account":null,"detail":"y"}])");
  EXPECT_EQ(to_json(std::vector<fleet_problem>(1'000), accounts).size(), max_problems);
}

struct PlanAsJson : ::testing::Test {
  store::account_record before, after;
  PlanAsJson() {
    before.name = after.name = "a";
    before.bots = {"echo"};
  }
  std::string text(std::optional<store::account_record> from, std::optional<store::account_record> to) {
    supervisor::fleet_plan plan;
    plan.changes.push_back({std::move(from), std::move(to)});
    return boost::json::serialize(to_json(plan).at("changes").as_array().at(0));
  }
};

TEST_F(PlanAsJson, ShowsWhatDiffers) {
  EXPECT_EQ(text(before, after),
            R"({"action":"change","name":"a","fields":[{"field":"bots","before":["echo"],"after":[]}]})");
}

TEST_F(PlanAsJson, ShowsAllOfWhatIsNew) {
  EXPECT_EQ(
      text(std::nullopt, before),
      R"({"action":"add","name":"a","fields":[{"field":"desired","before":null,"after":"running"},)"
      R"({"field":"bots","before":null,"after":["echo"]},{"field":"media","before":null,"after":null},)"
      R"({"field":"login","before":null,"after":"web"},{"field":"proxy","before":null,"after":null}]})");
}

TEST_F(PlanAsJson, ShowsOnlyTheNameOfWhatGoes) {
  EXPECT_EQ(text(before, std::nullopt), R"({"action":"remove","name":"a","fields":[]})");
}

TEST_F(PlanAsJson, ShowsAnotherPasswordWithoutShowingIt) {
  after.bots = before.bots;
  before.settings.proxy = secret{"http://anna:canary-one@proxy:1"};
  after.settings.proxy = secret{"http://anna:canary-two@proxy:1"};
  auto shown = text(before, after);
  EXPECT_THAT(shown, HasSubstr(R"("field":"proxy","before":"http://proxy:1","after":"http://proxy:1")"));
  EXPECT_THAT(shown, Not(HasSubstr("canary")));
}

} // namespace
} // namespace weixin::admin
