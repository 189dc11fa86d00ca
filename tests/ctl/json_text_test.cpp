#include "ctl/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace weixin::ctl {
namespace {

TEST(JsonText, EscapesWhatActsOnATerminal) {
  boost::json::value v{{"nick", "a\x1b\x7f\u009b\u202e\u2028b"}};
  EXPECT_EQ(to_json_text(v), R"({"nick":"a\u001b\u007f\u009b\u202e\u2028b"})");
}

TEST(JsonText, KeepsOtherTextAsItIs) {
  boost::json::value v{{"nick", "小店 é 🎉"}};
  EXPECT_EQ(to_json_text(v), R"({"nick":"小店 é 🎉"})");
}

TEST(JsonText, MeansTheSameAsBefore) {
  boost::json::value v{{"nick", "\u200f小\u0085\u009f\ufeff\u20ac🎉"}, {"list", {1, nullptr, true}}};
  EXPECT_EQ(boost::json::parse(to_json_text(v)), v);
}

TEST(JsonMembers, OfAnotherTypeAreEmpty) {
  boost::json::object o{{"text", 1}, {"number", "x"}, {"negative", -1}, {"yes", "true"}, {"list", nullptr}};
  EXPECT_EQ(text_of(o, "text"), "");
  EXPECT_EQ(number_of(o, "number"), 0U);
  EXPECT_EQ(number_of(o, "negative"), 0U);
  EXPECT_FALSE(is_true(o, "yes"));
  EXPECT_TRUE(list_of(o, "list").empty());
  EXPECT_TRUE(list_of(o, "missing").empty());
  EXPECT_TRUE(object_of(boost::json::value(3)).empty());
}

} // namespace
} // namespace weixin::ctl
