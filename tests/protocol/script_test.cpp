#include "protocol/webwx/script.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

std::string found(std::string_view script, std::string_view name) {
  auto value = find_assignment(script, name);
  if (!value) return "(none)";
  return std::string{value->text} + (value->quoted ? " quoted" : " bare") + (value->complete ? "" : " cut");
}

TEST(Script, FindsAssignmentsInEveryStyle) {
  EXPECT_EQ(found("window.code=408;", "window.code"), "408 bare");
  EXPECT_EQ(found("window.code = 408 ;", "window.code"), "408 bare");
  EXPECT_EQ(found("window.code =\n'408'", "window.code"), "408 quoted");
  EXPECT_EQ(found("{retcode:\"0\",selector:\"2\"}", "selector"), "2 quoted");
  EXPECT_EQ(found("{ 'retcode' : 1101 , \"selector\" : '0' }", "retcode"), "1101 bare");
  EXPECT_EQ(found("{ 'retcode' : 1101 , \"selector\" : '0' }", "selector"), "0 quoted");
}

TEST(Script, DoesNotTakeAPartOfANameForTheName) {
  EXPECT_EQ(found("retcode=1;code=2;", "code"), "2 bare");
  EXPECT_EQ(found("retcode=1;", "code"), "(none)");
  EXPECT_EQ(found("coder=1;", "code"), "(none)");
  EXPECT_EQ(found("x.code=1;", "code"), "(none)");
}

TEST(Script, SaysWhenAValueWasCutOff) {
  EXPECT_EQ(found("code=40", "code"), "40 bare cut");
  EXPECT_EQ(found("code=\"40", "code"), "40 quoted cut");
  EXPECT_EQ(found("code=", "code"), " bare cut");
  EXPECT_EQ(found("code", "code"), "(none)");
}

TEST(Script, KeepsTheOtherKindOfQuotes) { EXPECT_EQ(found("a='x\"y';", "a"), "x\"y quoted"); }

TEST(Uuid, IsMadeOfBase64AndDashes) {
  EXPECT_TRUE(is_uuid("4dcaWx3uBw=="));
  EXPECT_TRUE(is_uuid("zn71nzns-g_/+="));
  for (auto text : {"", "a b", "a.b", "a$b", "a?b", "a&b", "a\"b", "\xE4\xBD\xA0"})
    EXPECT_FALSE(is_uuid(text)) << text;
  EXPECT_FALSE(is_uuid(std::string(129, 'a')));
}

} // namespace
} // namespace weixin::webwx
