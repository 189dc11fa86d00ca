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

/// The elements of an array as the only member of an object.
std::optional<std::vector<std::string>> elements(const std::string& array) {
  auto object = "{\"l\":" + array + "}";
  auto split = split_object(object, "x");
  if (!split || split->size() != 1 || !split->front().elements) return std::nullopt;
  const auto& found = *split->front().elements;
  return std::vector<std::string>{found.begin(), found.end()};
}

std::string values(const std::string& array) {
  auto found = elements(array);
  if (!found) return "(none)";
  std::string out;
  for (const auto& v : *found)
    out += "[" + v + "]";
  return out;
}

TEST(JsonSlices, SplitAnObjectIntoItsMembers) {
  EXPECT_EQ(members("{\n\"a\": {\n\"b\": [1,2]\n}\n,\"c\" : \"x,}\" ,\"d\":-1}\n"),
            "[a|{\n\"b\": [1,2]\n}][c|\"x,}\"][d|-1]");
  EXPECT_EQ(members(" { } "), "");
}

TEST(JsonSlices, FindTheValuesOfArraysAmongTheMembers) {
  EXPECT_EQ(values(R"([{"a":"]"}, [1,[2]] ,"\"," , null])"), R"([{"a":"]"}][[1,[2]]]["\","][null])");
  EXPECT_EQ(values("[]"), "");
  EXPECT_EQ(values(" [ ] "), "");
  EXPECT_EQ(values("[1 , 2]\n"), "[1][2]");
}

TEST(JsonSlices, DoNotLookIntoTheValues) {
  EXPECT_EQ(values("[NaN, {broken: 'x'}, 1e999]"), "[NaN][{broken: 'x'}][1e999]");
}

TEST(JsonSlices, TellAQuoteThatIsEscapedFromOneBehindAnEscapedBackslash) {
  EXPECT_EQ(values(R"(["\\","\\\"",["\\\\"],"a\"b\\\"c"])"), R"(["\\"]["\\\""][["\\\\"]]["a\"b\\\"c"])");
  EXPECT_EQ(values(R"(["\\\"])"), "(none)");
}

TEST(JsonSlices, SkipAByteOrderMark) { EXPECT_EQ(members("\xEF\xBB\xBF{\"a\":1}"), "[a|1]"); }

TEST(JsonSlices, RefuseWhatIsNotWhole) {
  for (auto text : {"", "[", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[,]", "[1}", "[{]}", "[\"a]", "[1] 2",
                    "[1][2]", "[1]\"2\"", "{}", "{\"a\":[1]}", "1", "\"[1]\"", "[\"\\\"]"})
    EXPECT_EQ(values(text), "(none)") << text;
  for (auto text : {"{", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{\"a\" 1}",
                    "{\"a\":1}}", "{\"a\":[1}", "[]"})
    EXPECT_EQ(members(text), "(malformed_answer: x: broken JSON)") << text;
}

TEST(JsonSlices, KeepTheOtherMembersBesideAnArrayThatIsNotWhole) {
  auto split = split_object(R"({"a":[1,],"b":[2]})", "x");
  ASSERT_TRUE(split);
  EXPECT_FALSE(split->at(0).elements);
  EXPECT_EQ(split->at(1).elements, (std::vector<std::string_view>{"2"}));
}

TEST(JsonSlices, RefuseMoreThanTheirLimit) {
  std::string many = "[1";
  for (int i = 1; i < 100'000; ++i)
    many += ",1";
  EXPECT_TRUE(elements(many + "]"));
  EXPECT_FALSE(elements(many + ",1]"));
}

TEST(JsonSlices, TakeDeepNestingInOneGo) {
  std::string deep = "[" + std::string(2'000'000, '[') + std::string(2'000'000, ']') + "]";
  auto found = elements(deep);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 1U);
}

} // namespace
} // namespace weixin::webwx
