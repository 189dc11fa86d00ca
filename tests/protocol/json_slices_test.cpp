#include "protocol/webwx/json_slices.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

std::string members(std::string_view text) {
  auto split = split_object(text, "x");
  if (!split) return "(" + to_string(split.error()) + ")";
  std::string out;
  for (const auto& m : *split)
    out += "[" + std::string{m.key} + "|" + std::string{m.value} + "]";
  return out;
}

std::string values(std::string_view text) {
  auto split = split_array(text, "x");
  if (!split) return "(" + to_string(split.error()) + ")";
  std::string out;
  for (auto v : *split)
    out += "[" + std::string{v} + "]";
  return out;
}

TEST(JsonSlices, SplitAnObjectIntoItsMembers) {
  EXPECT_EQ(members("{\n\"a\": {\n\"b\": [1,2]\n}\n,\"c\" : \"x,}\" ,\"d\":-1}\n"),
            "[a|{\n\"b\": [1,2]\n}][c|\"x,}\"][d|-1]");
  EXPECT_EQ(members(" { } "), "");
}

TEST(JsonSlices, SplitAnArrayIntoItsValues) {
  EXPECT_EQ(values(R"([{"a":"]"}, [1,[2]] ,"\"," , null])"), R"([{"a":"]"}][[1,[2]]]["\","][null])");
  EXPECT_EQ(values("[]"), "");
}

TEST(JsonSlices, DoNotLookIntoTheValues) {
  EXPECT_EQ(values("[NaN, {broken: 'x'}, 1e999]"), "[NaN][{broken: 'x'}][1e999]");
}

TEST(JsonSlices, TellAQuoteThatIsEscapedFromOneBehindAnEscapedBackslash) {
  EXPECT_EQ(values(R"(["\\","\\\"",["\\\\"],"a\"b\\\"c"])"), R"(["\\"]["\\\""][["\\\\"]]["a\"b\\\"c"])");
  EXPECT_EQ(values(R"(["\\\"])"), "(malformed_answer: x: broken JSON)");
}

TEST(JsonSlices, SkipAByteOrderMark) { EXPECT_EQ(members("\xEF\xBB\xBF{\"a\":1}"), "[a|1]"); }

TEST(JsonSlices, RefuseWhatIsNotWhole) {
  for (auto text : {"", "[", "[1", "[1,", "[1,]", "[,1]", "[1}", "[{]}", "[\"a]", "[1] 2", "{}", "[\"\\\"]"})
    EXPECT_EQ(values(text), "(malformed_answer: x: broken JSON)") << text;
  for (auto text : {"{", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{\"a\" 1}",
                    "{\"a\":1}}", "{\"a\":[1}", "[]"})
    EXPECT_EQ(members(text), "(malformed_answer: x: broken JSON)") << text;
}

TEST(JsonSlices, RefuseMoreThanTheirLimit) {
  std::string many = "[1";
  for (int i = 1; i < 100'000; ++i)
    many += ",1";
  EXPECT_TRUE(split_array(many + "]", "x"));
  EXPECT_FALSE(split_array(many + ",1]", "x"));
}

TEST(JsonSlices, TakeDeepNestingInOneGo) {
  std::string deep = "[" + std::string(2'000'000, '[') + std::string(2'000'000, ']') + "]";
  auto split = split_array(deep, "x");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->size(), 1U);
}

} // namespace
} // namespace weixin::webwx
