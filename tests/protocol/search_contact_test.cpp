#include "protocol/webwx/search_contact.hpp"
#include "tests/protocol/request_case.hpp"

namespace weixin::webwx {
namespace {

contact named(std::string user_name, std::string nick, std::string remark = "", std::string alias = "",
              std::string pinyin = "") {
  contact c;
  c.user_name = std::move(user_name);
  c.nick_name = std::move(nick);
  c.remark_name = std::move(remark);
  c.alias = std::move(alias);
  c.pinyin = std::move(pinyin);
  return c;
}

const std::vector<contact> records{
    named("@1", "桤木", "", "alder_synthetic", "qimu\nQM"),
    named("@2", "白桦", "老白 Birch", "", "laobaibirch\nLBB\nbaihua\nBH"),
    named("@3", "Birch", "", "", ""),
    named("@4", "silver birch", "", "", "silverbirch\nSB"),
    named("@5", "雪松", "", "bh", ""),
};

std::string found(std::string_view query, std::size_t most = 10) {
  std::string names;
  for (const auto& m : search_contacts(records, query, most))
    names += m.who->user_name + " ";
  return names;
}

TEST(Search, FindsByNickRemarkAndAlias) {
  EXPECT_EQ(found("桤木"), "@1 ");
  EXPECT_EQ(found("老白"), "@2 ");
  EXPECT_EQ(found("alder_synthetic"), "@1 ");
  EXPECT_EQ(found("松"), "@5 ");
}

TEST(Search, FindsByPinyinInFullAndByInitials) {
  EXPECT_EQ(found("qimu"), "@1 ");
  EXPECT_EQ(found("Qi Mu"), "@1 ");
  EXPECT_EQ(found("qi'm"), "@1 ");
  EXPECT_EQ(found("qm"), "@1 ");
  EXPECT_EQ(found("lbb"), "@2 ");
  EXPECT_EQ(found("baihua"), "@2 ");
  // Pinyin is looked at from its beginning only, and not over the end of a key.
  EXPECT_EQ(found("mu"), "");
  EXPECT_EQ(found("qimuqm"), "");
}

TEST(Search, PutsTheBestReasonFirst) {
  auto matches = search_contacts(records, "birch", 10);
  ASSERT_EQ(matches.size(), 3U);
  EXPECT_EQ(matches[0].who->user_name, "@3");
  EXPECT_EQ(matches[0].reason, match_reason::exact);
  EXPECT_EQ(matches[1].who->user_name, "@2");
  EXPECT_EQ(matches[1].reason, match_reason::inside);
  EXPECT_EQ(matches[2].who->user_name, "@4");
  auto by_initials = search_contacts(records, "bh", 10);
  EXPECT_EQ(by_initials[0].reason, match_reason::exact); // an alias
  EXPECT_EQ(by_initials[1].reason, match_reason::pinyin);
  EXPECT_EQ(search_contacts(records, "silver", 10)[0].reason, match_reason::prefix);
}

TEST(Search, FindsAtMostAsManyAsAskedFor) {
  EXPECT_EQ(found("birch", 1), "@3 ");
  EXPECT_EQ(found("birch", 0), "");
}

TEST(Search, FindsNothingForNothing) {
  EXPECT_EQ(found(""), "");
  EXPECT_EQ(found("nobody"), "");
  EXPECT_EQ(found("  "), "");
  EXPECT_EQ(found(std::string(100'000, 'x')), "");
}

TEST(Search, KeysAreReadFromTheContact) {
  auto page = parse_search_contact(answer(
      with_ret(0, R"(,"List":[{"UserName":"@a","PYInitial":"BH","PYQuanPin":"baihua","RemarkPYInitial":"LB",)"
                  R"("RemarkPYQuanPin":"laobai"},{"UserName":"@b","PYInitial":7,"PYQuanPin":""}])")));
  ASSERT_TRUE(page);
  EXPECT_EQ((*page)[0].pinyin, "laobai\nLB\nbaihua\nBH");
  EXPECT_EQ((*page)[1].pinyin, "");
}

struct SearchRequest : request_case {};

TEST_F(SearchRequest, CarriesTheKeyword) {
  auto r = make_search_contact(s, "桤 <&>");
  EXPECT_EQ(r.target, path + "webwxsearchcontact?" + common);
  expect_json_post(r, R"(,"KeyWord":"桤 <&>")");
}

TEST(SearchAnswer, ReportsARefusal) {
  EXPECT_EQ(to_string(parse_search_contact(answer(with_ret(1205))).error()),
            "too_frequent 1205: webwxsearchcontact");
  EXPECT_FALSE(parse_search_contact(answer(with_ret(0, R"(,"List":7)"))));
}

} // namespace
} // namespace weixin::webwx
