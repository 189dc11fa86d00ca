#include "protocol/webwx/json_repair.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

std::string parsed(std::string_view text) {
  auto value = parse_json(text, "webwxsync");
  return value ? boost::json::serialize(*value) : "(" + to_string(value.error()) + ")";
}

TEST(JsonRepair, LeavesValidTextAlone) {
  std::string text = R"( {"a": ["\u4f60\ud83d\ude04", "你😄", -1.5e3, true, null, "\"\\\/\b\f\n\r\t"]} )";
  EXPECT_EQ(repair_json(text), text);
}

TEST(JsonRepair, EscapesRawControlCharactersInStrings) {
  EXPECT_EQ(parsed("{\"a\": \"x\ny\tz\x01\"}"), R"({"a":"x\ny\tz\u0001"})");
  EXPECT_EQ(repair_json(std::string_view("\"a\0b\"", 5)), R"("a\u0000b")");
}

TEST(JsonRepair, LeavesWhiteSpaceBetweenValuesAlone) {
  EXPECT_EQ(parsed("{\n\t\"a\":\r\n1\n}"), R"({"a":1})");
}

TEST(JsonRepair, ReplacesHalvesOfSurrogatePairs) {
  EXPECT_EQ(parsed(R"(["\ud83d"])"), "[\"\xEF\xBF\xBD\"]");
  EXPECT_EQ(parsed(R"(["\ude04x"])"), "[\"\xEF\xBF\xBDx\"]");
  EXPECT_EQ(parsed(R"(["\ud83d\ud83d\ude04"])"), "[\"\xEF\xBF\xBD😄\"]");
  EXPECT_EQ(parsed(R"(["\ud83d\n"])"), "[\"\xEF\xBF\xBD\\n\"]");
}

TEST(JsonRepair, ReplacesInvalidUtf8) {
  EXPECT_EQ(parsed("[\"a\x85z\"]"), "[\"a\xEF\xBF\xBDz\"]");
  EXPECT_EQ(parsed("[\"\xE4\xBD\"]"), "[\"\xEF\xBF\xBD\xEF\xBF\xBD\"]");
  EXPECT_EQ(parsed("[\"\xC0\xAF\xED\xA0\x80\xF5\x80\"]").find('\xC0'), std::string::npos);
}

TEST(JsonRepair, KeepsWhatAnUnknownEscapeEscapes) { EXPECT_EQ(parsed(R"(["a\xb\'"])"), R"(["axb'"])"); }

TEST(JsonRepair, DropsAByteOrderMark) { EXPECT_EQ(parsed("\xEF\xBB\xBF[1]"), "[1]"); }

TEST(JsonRepair, DropsEveryByteOrderMarkInFront) { EXPECT_EQ(parsed("\xEF\xBB\xBF\xEF\xBB\xBF[1]"), "[1]"); }

TEST(JsonRepair, LeavesWhatItRepairedAlone) {
  for (std::string_view text : {"\xEF\xBB\xBF\xEF\xBB\xBF[\"\\ud800\"]", "[\"\x01\\q\xFF\\\"]", "\"\\"}) {
    auto repaired = repair_json(text);
    EXPECT_EQ(repair_json(repaired), repaired);
  }
}

TEST(JsonRepair, LeavesWhatItParsedInPlace) {
  std::string text = "{\"a\": \"x\ny\"}";
  ASSERT_TRUE(parse_json_in_place(text, "webwxsync"));
  EXPECT_EQ(text, R"({"a": "x\u000ay"})");
}

TEST(JsonRepair, DoesNotMendTheStructure) {
  for (auto text :
       {"", "{", "[1,]", "{\"a\"}", "NaN", "[Infinity]", "'a'", "{a:1}", "[1] x", "\"\\", "\"a\\u12"})
    EXPECT_EQ(parsed(text), "(malformed_answer: webwxsync: invalid JSON)") << text;
}

TEST(ParseJson, StopsAtItsDepth) {
  auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(max_json_depth), "x"));
  EXPECT_FALSE(parse_json(nested(max_json_depth + 1), "x"));
  EXPECT_FALSE(parse_json(nested(1'000'000), "x"));
}

TEST(ParseJson, KeepsTheLastOfEqualKeys) { EXPECT_EQ(parsed(R"({"a":1,"a":2})"), R"({"a":2})"); }

TEST(ParseJson, ReadsNumbersOfSixtyFourBits) {
  EXPECT_EQ(parsed("18446744073709551615"), "18446744073709551615");
}

TEST(ValidUtf8, PassesEveryLengthOfSequence) {
  EXPECT_EQ(to_valid_utf8("a\u00e4\u4f60😄"), "a\u00e4\u4f60😄");
  EXPECT_EQ(to_valid_utf8("\xF0\x9F\x98"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

} // namespace
} // namespace weixin::webwx
