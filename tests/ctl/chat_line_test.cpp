#include "ctl/chat.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace weixin::ctl {
namespace {

using ::testing::EndsWith;

boost::json::object message(const std::string& type, const std::string& text) {
  return {
      {"id", "1001"}, {"type", type}, {"text", text}, {"sender", "Lin"}, {"sent_at", "2026-11-27T08:00:00Z"}};
}

TEST(ChatLine, SaysHowToSaveAFile) {
  EXPECT_TRUE(has_file(message("image", "[image]")));
  EXPECT_THAT(chat_line(message("image", "[image]"), {}), EndsWith("Lin: [image]  (/save 1001)"));
}

TEST(ChatLine, TakesNoTextForAFile) {
  auto smiling = message("text", "see you :)");
  EXPECT_FALSE(has_file(smiling));
  EXPECT_THAT(chat_line(smiling, {}), EndsWith("Lin: see you :)"));
}

} // namespace
} // namespace weixin::ctl
