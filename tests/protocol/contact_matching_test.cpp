#include "protocol/webwx/contact_matching.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weixin::webwx {
namespace {

using people = std::vector<contact_identity>;

/// A friend with only that much known of it.
contact_identity ann(std::int64_t picture = 0, std::string_view remark = {}) {
  contact_identity who;
  who.kind = contact_kind::friend_;
  who.nick = "Ann";
  who.remark = remark;
  who.avatar_seq = picture;
  return who;
}

contact_identity with(contact_identity who, auto member, auto value) {
  who.*member = value;
  return who;
}

contact_identity from(contact_identity who, std::string_view province, std::string_view city, int sex) {
  who.province = province;
  who.city = city;
  who.sex = sex;
  return who;
}

using id = contact_identity;

/// What of the first record is found to be the first contact, among those who are there besides.
struct one_pair {
  std::string what;
  people records;
  people contacts;
  std::optional<match_basis> by; ///< nothing: nobody is matched with the first record
};

const one_pair table[] = {
    // Every rule.
    {"real id, whatever else changed",
     {with(ann(1, "Boss"), &id::real_id, "wxid_a")},
     {with(with(ann(2), &id::nick, "Annie"), &id::real_id, "wxid_a")},
     match_basis::real_id},
    {"real id of a stranger who became a friend",
     {with(with(ann(), &id::real_id, "wxid_a"), &id::kind, contact_kind::stranger)},
     {with(ann(), &id::real_id, "wxid_a")},
     match_basis::real_id},
    {"real id of a group",
     {with(with(ann(), &id::real_id, "1@chatroom"), &id::kind, contact_kind::group)},
     {with(with(with(ann(), &id::nick, "Tea"), &id::real_id, "1@chatroom"), &id::kind, contact_kind::group)},
     match_basis::real_id},
    {"alias, whatever it is called now",
     {with(ann(1), &id::alias, "ann-id")},
     {with(with(ann(2), &id::nick, "Annie"), &id::alias, "ann-id")},
     match_basis::alias},
    {"remark and nick name", {ann(1, "Boss")}, {ann(2, "Boss")}, match_basis::names},
    {"nick name where neither has a remark", {ann()}, {ann()}, match_basis::names},
    {"picture and nick name, when the remark changed",
     {ann(1, "Boss")},
     {ann(1, "Old boss")},
     match_basis::picture_and_nick},
    {"picture and remark, when the nick name changed",
     {ann(1, "Boss")},
     {with(ann(1, "Boss"), &id::nick, "Annie")},
     match_basis::picture_and_remark},
    {"remark alone is only likely",
     {ann(1, "Boss")},
     {with(ann(2, "Boss"), &id::nick, "Annie")},
     match_basis::remark},
    {"picture alone is only likely",
     {ann(1, "Boss")},
     {with(ann(1), &id::nick, "Annie")},
     match_basis::picture},
    {"place is only likely",
     {from(ann(1, "Boss"), "Sichuan", "Chengdu", 2)},
     {from(ann(2), "Sichuan", "Chengdu", 2)},
     match_basis::place},
    {"attributes are only likely",
     {with(ann(1, "Boss"), &id::attr_status, 102'437)},
     {with(ann(2), &id::attr_status, 102'437)},
     match_basis::attributes},
    {"nick name alone is nothing when the remark changed", {ann(1, "Boss")}, {ann(2)}, {}},
    {"nothing known is nothing", {id{}}, {id{}}, {}},
    // What tells two of one name apart.
    {"the picture, of two of one name", {ann(1), ann(2)}, {ann(1), ann(2)}, match_basis::picture_and_nick},
    {"the place, of two of one name",
     {from(ann(1), "Sichuan", "Chengdu", 2), from(ann(2), "Hunan", "", 1)},
     {from(ann(3), "Sichuan", "Chengdu", 2), from(ann(4), "Hunan", "", 1)},
     match_basis::place},
    // Every contradiction.
    {"another real id excludes the alias",
     {with(with(ann(), &id::alias, "ann-id"), &id::real_id, "wxid_a")},
     {with(with(ann(), &id::alias, "ann-id"), &id::real_id, "wxid_b")},
     {}},
    {"another real id excludes names and picture",
     {with(ann(1, "Boss"), &id::real_id, "wxid_a")},
     {with(ann(1, "Boss"), &id::real_id, "wxid_b")},
     {}},
    {"another alias excludes names and picture",
     {with(ann(1, "Boss"), &id::alias, "ann-id")},
     {with(ann(1, "Boss"), &id::alias, "other-id")},
     {}},
    {"another alias excludes the place",
     {with(from(ann(), "Hunan", "", 1), &id::alias, "ann-id")},
     {with(from(ann(0, "Boss"), "Hunan", "", 1), &id::alias, "other-id")},
     {}},
    {"another alias does not exclude the real id, for an alias can be changed",
     {with(with(ann(), &id::alias, "ann-id"), &id::real_id, "wxid_a")},
     {with(with(ann(), &id::alias, "other-id"), &id::real_id, "wxid_a")},
     match_basis::real_id},
    {"a group is no person of its name", {ann()}, {with(ann(), &id::kind, contact_kind::group)}, {}},
    // Every ambiguity.
    {"two contacts of one real id",
     {with(with(ann(), &id::nick, "Annie"), &id::real_id, "wxid_a")},
     {with(ann(), &id::real_id, "wxid_a"), with(ann(), &id::real_id, "wxid_a")},
     {}},
    {"two contacts of one name", {ann()}, {ann(), ann()}, {}},
    {"two records of one name", {ann(), ann()}, {ann()}, {}},
    {"a namesake who is sure already", {ann()}, {ann(), with(ann(), &id::settled, true)}, {}},
    {"a contact that is sure already", {ann()}, {with(ann(), &id::settled, true)}, {}},
    {"two contacts of one picture and name", {ann(1, "Boss")}, {ann(1), ann(1)}, {}},
    {"two contacts of one place",
     {from(ann(0, "Boss"), "Hunan", "", 1)},
     {from(ann(), "Hunan", "", 1), from(ann(), "Hunan", "", 1)},
     {}},
    // Evidence that points to different ones.
    {"the name of one and the picture of another: somebody took the name",
     {ann(1), with(ann(2), &id::nick, "Bob")},
     {ann(2)},
     {}},
    {"the name of one, picture and nick name of another", {ann(1), ann(2, "Boss")}, {ann(2)}, {}},
    {"picture and nick name of one, the remark of another",
     {ann(1), with(ann(2, "Boss"), &id::nick, "Bob")},
     {ann(1, "Boss")},
     {}},
    {"the place of another does not count against remark and nick name",
     {from(ann(0, "Boss"), "Hunan", "", 1), from(ann(), "Sichuan", "", 1)},
     {from(ann(0, "Boss"), "Sichuan", "", 1)},
     match_basis::names},
    {"an alias decides before any picture",
     {with(ann(1), &id::alias, "ann-id"), with(ann(2), &id::nick, "Bob")},
     {with(ann(2), &id::alias, "ann-id")},
     match_basis::alias},
    {"a real id decides before the alias of another",
     {with(ann(), &id::real_id, "wxid_a"), with(ann(), &id::alias, "ann-id")},
     {with(with(ann(), &id::alias, "ann-id"), &id::real_id, "wxid_a")},
     match_basis::real_id},
};

TEST(ContactMatching, FollowsEveryRule) {
  for (const auto& row : table) {
    SCOPED_TRACE(row.what);
    std::optional<matched_pair> first;
    for (const auto& m : match_contacts(row.records, row.contacts))
      if (m.record == 0) first = m;
    ASSERT_EQ(first.has_value(), row.by.has_value()) << (first ? to_string(first->basis) : "nobody");
    if (!first) continue;
    EXPECT_EQ(first->contact, 0U);
    EXPECT_EQ(to_string(first->basis), to_string(*row.by));
  }
}

TEST(ContactMatching, MatchesEachOneOnceAtMost) {
  people records, contacts;
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i)
    names.push_back("Person " + std::to_string(i % 40));
  for (int i = 0; i < 300; ++i) {
    id who =
        with(ann(i % 7 == 0 ? 0 : i % 60), &id::nick, std::string_view{names[static_cast<std::size_t>(i)]});
    records.push_back(from(who, i % 3 == 0 ? "Hunan" : "", "", i % 3));
    contacts.push_back(with(records.back(), &id::avatar_seq, std::int64_t{(i + i / 40) % 60}));
  }
  std::vector<int> record_used(records.size()), contact_used(contacts.size());
  for (const auto& m : match_contacts(records, contacts)) {
    EXPECT_EQ(++record_used[m.record], 1);
    EXPECT_EQ(++contact_used[m.contact], 1);
    EXPECT_FALSE(contradict(records[m.record], contacts[m.contact]));
  }
}

TEST(ContactMatching, BuildsOnNothingThatIsOnlyLikely) {
  for (auto b : {match_basis::fresh, match_basis::confirmed, match_basis::real_id, match_basis::alias})
    EXPECT_EQ(confidence_of(b), match_confidence::certain) << to_string(b);
  for (auto b : {match_basis::names, match_basis::picture_and_nick, match_basis::picture_and_remark})
    EXPECT_EQ(confidence_of(b), match_confidence::strong) << to_string(b);
  for (auto b : {match_basis::remark, match_basis::picture, match_basis::place, match_basis::attributes})
    EXPECT_EQ(confidence_of(b), match_confidence::likely) << to_string(b);
}

TEST(ContactMatching, DoesNotMistakeTheEndOfOnePartForTheBeginningOfTheNext) {
  EXPECT_TRUE(
      match_contacts({with(ann(0, "A"), &id::nick, "B C")}, {with(ann(0, "A B"), &id::nick, " C")}).empty());
}

} // namespace
} // namespace weixin::webwx
