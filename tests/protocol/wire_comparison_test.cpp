#include "tests/protocol/fixtures.hpp"
#include "tests/protocol/wire_comparison.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

namespace weixin::webwx {
namespace {

const std::string path = WEIXIN_TEST_DATA "/webwx/requests_of_clients.jsonl";

std::vector<std::string> lines() {
  std::ifstream file(path);
  std::vector<std::string> all;
  for (std::string line; std::getline(file, line);)
    all.push_back(line);
  return all;
}

TEST(WireComparison, FindsInOursWhatFourClientsSend) {
  wire_comparison sum;
  ASSERT_TRUE(compare_file(path, sum));
  EXPECT_EQ(sum.differences, std::vector<std::string>{});
  EXPECT_TRUE(sum.not_compared.empty());
}

TEST(WireComparison, LooksAtEveryCallThatClientsMake) {
  wire_comparison sum;
  ASSERT_TRUE(compare_file(path, sum));
  // Calls that no client but the official one makes.
  std::set<std::string> nobody{"qrcode",       "webwxgetheadimg",    "webwxgetpubliclinkimg",
                               "webwxpreview", "webwxsearchcontact", "webwxcheckurl"};
  for (int i = 0; i < endpoint_count; ++i) {
    auto name = std::string{to_string(static_cast<endpoint>(i))};
    EXPECT_NE(sum.compared.contains(name), nobody.contains(name)) << name;
  }
}

TEST(WireComparison, FindsAValueThatWasChanged) {
  // Each is one change of what a client sent, and what must be said of it.
  struct {
    std::string_view endpoint;
    std::string_view from;
    std::string_view to;
    std::string_view said;
  } const rows[] = {
      {"webwxsendmsg", "\\\"Scene\\\": 0", "\\\"Scene\\\": 0, \\\"More\\\": 1", "body: More is missing"},
      {"webwxsendmsgimg", "\\\"Type\\\": 3", "\\\"Type\\\": 4", "body: Msg.Type differs"},
      {"webwxsendmsgimg", "f=json", "f=xml", "query: f differs"},
      {"webwxsendappmsg", "<des></des>", "<des>x</des>", "body: Msg.Content: des differs"},
      {"webwxuploadmedia", "\\\"MediaType\\\": 4", "\\\"MediaType\\\": 1",
       "form: uploadmediarequest.MediaType differs"},
      {"webwxuploadmedia", "\"mediatype\": \"pic\"", "\"mediatype\": \"doc\"", "form: mediatype differs"},
      {"webwxgetvideo", "bytes=0-", "bytes=1-", "header Range differs"},
      {"webwxgetmedia", "\"host\": \"file.", "\"host\": \"", "host differs"},
      {"webwxcheckupload", "FileType", "FileKind", "body: FileKind is missing"},
      {"webwxoplog", "POST", "GET", "method differs"},
      {"webwxupdatechatroom", "AddMemberList", "NewMemberList", "body: NewMemberList is missing"},
      {"synccheck", "deviceid=", "device=", "query: device is missing"},
      {"webwxverifyuser", "[33]", "[33, 1]", "body: SceneList has another length"},
      {"webwxrevokemsg", "webwxrevokemsg HTTP", "webwxrevoke HTTP", "path differs"},
  };
  for (const auto& row : rows) {
    bool was_found = false;
    for (auto line : lines()) {
      auto sent = read_capture(line);
      ASSERT_TRUE(sent);
      auto at = line.find(row.from);
      if (sent->endpoint != row.endpoint || at == std::string::npos) continue;
      line.replace(at, row.from.size(), row.to);
      auto changed = read_capture(line);
      ASSERT_TRUE(changed) << line;
      auto request = rebuild(*sent);
      ASSERT_TRUE(request);
      auto said = differences(*changed, take_apart(*request, sent->endpoint));
      ASSERT_FALSE(said.empty()) << row.endpoint << ": " << row.said;
      EXPECT_EQ(said.front(), row.said);
      was_found = true;
      break;
    }
    EXPECT_TRUE(was_found) << row.endpoint << " has no " << row.from;
  }
}

TEST(WireComparison, SurvivesLinesThatAreNone) {
  for (auto line : {"", "x", "[]", "7"})
    EXPECT_FALSE(read_capture(line)) << line;
  for (auto line :
       {"{}", R"({"request_line":7})", R"({"request_line":"GET"})", R"({"endpoint":"webwxsendmsg"})",
        R"({"endpoint":"webwxuploadmedia","request_line":"POST /x HTTP/1.1","request_form":{}})",
        R"({"endpoint":"webwxverifyuser","request_line":"POST /x HTTP/1.1"})"}) {
    auto sent = read_capture(line);
    ASSERT_TRUE(sent) << line;
    auto request = rebuild(*sent);
    EXPECT_FALSE(request) << line;
  }
}

} // namespace
} // namespace weixin::webwx
