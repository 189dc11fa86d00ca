#include "protocol/webwx/xml.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

std::string text_of_a(std::string_view xml) {
  auto texts = xml_texts(xml, {"a"}, "x");
  if (!texts) return "(" + to_string(texts.error()) + ")";
  return texts->front().value_or("(none)");
}

TEST(Xml, FindsTheFirstElementWhereverItStands) {
  EXPECT_EQ(text_of_a("<m><b><a>1</a></b><a>2</a></m>"), "1");
  EXPECT_EQ(text_of_a("<m></m>"), "(none)");
  EXPECT_EQ(text_of_a("<m><a/></m>"), "");
}

TEST(Xml, ReadsCdataAndEntities) {
  EXPECT_EQ(text_of_a("<a><![CDATA[<b>&amp;]]></a>"), "<b>&amp;");
  EXPECT_EQ(text_of_a("<a>&lt;&#20320;</a>"), "<你");
}

TEST(Xml, SkipsTextInFront) { EXPECT_EQ(text_of_a("member:\n<a>1</a>"), "1"); }

TEST(Xml, AcceptsSeveralRoots) { EXPECT_EQ(text_of_a("<b/><a>1</a>"), "1"); }

TEST(Xml, AcceptsLooseAttributes) { EXPECT_EQ(text_of_a("<a md5 = 'x' b='y'>1</a>"), "1"); }

TEST(Xml, DoesNotExpandEntitiesOfADtd) {
  EXPECT_EQ(
      text_of_a("<!DOCTYPE a [<!ENTITY x \"boom\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]><a>&x;&f;</a>"),
      "&x;&f;");
}

TEST(Xml, RefusesWhatIsBroken) {
  for (auto xml : {"<a>", "<a>1</b>", "<a", "<a><![CDATA[x</a>"})
    EXPECT_EQ(text_of_a(xml), "(malformed_answer: x: broken XML)") << xml;
  EXPECT_EQ(text_of_a("no xml"), "(malformed_answer: x: no XML)");
}

TEST(Xml, RefusesWhatIsDeeperThanSixtyFour) {
  auto nested = [](int depth) {
    std::string xml;
    for (int i = 0; i < depth; ++i)
      xml += "<b>";
    for (int i = 0; i < depth; ++i)
      xml += "</b>";
    return xml;
  };
  EXPECT_EQ(text_of_a(nested(64)), "(none)");
  EXPECT_EQ(text_of_a(nested(65)), "(malformed_answer: x: XML too deep)");
  EXPECT_EQ(text_of_a(nested(30'000)), "(malformed_answer: x: XML too deep)");
}

TEST(Xml, RefusesWhatIsTooLarge) {
  EXPECT_EQ(text_of_a("<a>" + std::string(256 * 1024, 'x') + "</a>"), "(malformed_answer: x: XML too large)");
}

} // namespace
} // namespace weixin::webwx
