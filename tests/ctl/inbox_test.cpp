#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

namespace weixin::ctl::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* list = "GET /v1/accounts/a-1/messages?limit=100";
constexpr const char* end = "GET /v1/accounts/a-1/messages?after=end";

std::string after(int seq, int limit = 1000) {
  return "GET /v1/accounts/a-1/messages?after=" + std::to_string(seq) + "&limit=" + std::to_string(limit);
}

std::string message_json(int seq, const std::string& text) {
  return R"({"seq":)" + std::to_string(seq) + R"(,"account":"a-1","id":"77","type":"text",)" +
         R"("sent_at":"2026-01-31T08:00:00.000Z","chat":"c-1","chat_display":"小明","group":false,"own":false,)" +
         R"("sender":"小明","text":")" + text + "\"}";
}

std::string page(const std::string& messages, const std::string& next = "null") {
  return R"({"messages":[)" + messages + R"(],"next":)" + next + "}";
}

class Messages : public ProgramTest {};

TEST_F(Messages, AreATableOfFixedColumns) {
  server.on(list, {json(200, page(message_json(5, "你好") + "," + message_json(12, "a\\u001b[2Jb\\nc")))});
  auto e = run({"messages", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "SEQ   SENT                       CHAT   FROM   TEXT\n"
                   "  5   2026-01-31T08:00:00.000Z   小明   小明   你好\n"
                   " 12   2026-01-31T08:00:00.000Z   小明   小明   a\\x1b[2Jb\\nc\n");
  EXPECT_THAT(e.err, IsEmpty());
}

TEST_F(Messages, OfOtherTypesSayWhichTheyAre) {
  server.on(list, {json(200, page(R"({"seq":1,"type":"image","own":true,"chat":"c-1","text":""})"))});
  EXPECT_THAT(run({"messages", "a-1"}).out, HasSubstr("c-1    (this account)   [image]\n"));
}

TEST_F(Messages, AreCutToTheirColumnUnlessAskedWide) {
  server.on(list, {json(200, page(message_json(1, std::string(200, 'x'))))});
  EXPECT_THAT(run({"messages", "a-1"}).out, HasSubstr(std::string(59, 'x') + "…\n"));
  auto wide = run({"messages", "a-1", "-o", "wide"}).out;
  EXPECT_THAT(wide, HasSubstr(std::string(200, 'x') + "\n"));
  EXPECT_THAT(wide, HasSubstr("CHAT-REF   TYPE   MSG-ID   TEXT"));
}

TEST_F(Messages, AreAskedForByContactAndPlace) {
  server.on("GET /v1/accounts/a-1/messages?with=%E5%B0%8F%20%26&after=7&limit=3", {json(200, page(""))});
  auto e = run({"messages", "a-1", "--with", "小 &", "--after", "7", "--limit", "3"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.err, HasSubstr("no messages found"));
}

TEST_F(Messages, AreOneDocumentForPrograms) {
  server.on("GET /v1/accounts/a-1/messages?limit=1000", {json(200, page(message_json(5, "a"), "5"))});
  server.on(after(5), {json(200, page(message_json(6, "b")))});
  EXPECT_EQ(run({"messages", "a-1", "--limit", "2000", "-o", "json"}).out,
            page(message_json(5, "a") + "," + message_json(6, "b")) + "\n");
}

TEST_F(Messages, AreFollowedFromTheEndOn) {
  server.on(end, {json(200, page("", "41"))});
  server.on(after(41, 2), {json(200, page(message_json(42, "first"), "null"))});
  server.on(after(42, 1), {json(200, page("")), json(200, page(message_json(43, "second\\u202e")))});
  auto e = run({"messages", "a-1", "--follow", "--limit", "2"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "42  2026-01-31T08:00:00.000Z  from 小明: first\n"
                   "43  2026-01-31T08:00:00.000Z  from 小明: second\\u{202e}\n");
}

TEST_F(Messages, AreFollowedFromAPlaceOn) {
  server.on(after(7, 1), {json(200, page(message_json(8, "x")))});
  auto e = run({"messages", "a-1", "--follow", "--after", "7", "--limit", "1", "-o", "json"});
  EXPECT_EQ(e.out, message_json(8, "x") + "\n");
}

TEST_F(Messages, AreFollowedOverALostConnection) {
  server.on(end, {json(200, page("", "0"))});
  server.on(after(0, 1), {hang_up(), json(200, page(message_json(1, "x")))});
  auto e = run({"messages", "a-1", "--follow", "--limit", "1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.err, HasSubstr("the connection is lost, trying again"));
  EXPECT_THAT(e.out, HasSubstr("from 小明: x\n"));
}

TEST_F(Messages, AreNotFollowedForEverWithoutAServer) {
  server.on(end, {json(200, page("", "0"))});
  server.on(after(0), {hang_up()});
  EXPECT_EQ(run({"messages", "a-1", "--follow", "--timeout", "0.1"}).code, 4);
}

TEST_F(Messages, OfAnAmbiguousNameAreNotGuessed) {
  server.on("GET /v1/accounts/a-1/messages?with=Ann&limit=100",
            {bytes(409, "application/problem+json",
                   R"({"code":"contact_ambiguous","detail":"Several contacts have this name.","candidates":
        [{"ref":"c-1","kind":"friend","nick":"Ann","remark":"","display":"Ann"}]})")});
  auto e = run({"messages", "a-1", "--with", "Ann"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("c-1   friend"));
}

class Store : public ProgramTest {};

TEST_F(Store, IsBackedUpToAnAbsolutePath) {
  server.on("POST /v1/store/backup", {json(200, R"({"file":"/var/backups/w.db"})")});
  auto e = run({"backup", "/var/backups/../backups/w.db"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "/var/backups/w.db: written\n");
  EXPECT_THAT(e.err, HasSubstr("key file"));
  EXPECT_THAT(server.asked(), testing::ElementsAre(R"(POST /v1/store/backup {"file":"/var/backups/w.db"})"));
  run({"backup", "w.db"});
  EXPECT_THAT(server.asked().back(), testing::ContainsRegex(R"(\{"file":"/.+/w\.db"\}$)"));
}

TEST_F(Store, IsNotBackedUpOverAFile) {
  server.on("POST /v1/store/backup", {problem(409, "file_exists", "This file exists already.")});
  auto e = run({"backup", "/x"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("name a file that is not there yet"));
}

TEST_F(Store, ThatIsWellSaysSo) {
  server.on(
      "POST /v1/store/check",
      {json(200,
            R"({"ok":true,"accounts":1,"messages":2,"sends":3,"contacts":4,"fault_count":0,"faults":[]})")});
  auto e = run({"store", "check"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "1 accounts read\n2 messages read\n3 sends read\n4 contacts read\nall is well\n");
}

TEST_F(Store, ThatIsDamagedIsAFailure) {
  server.on("POST /v1/store/check",
            {json(200, R"({"ok":false,"accounts":1,"messages":2,"sends":3,"contacts":4,"fault_count":1,)"
                       R"("faults":["page 7 \u001b is damaged"]})")});
  auto e = run({"store", "check"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.out, HasSubstr("fault: page 7 \\x1b is damaged\n"));
  EXPECT_THAT(e.err, HasSubstr("1 faults were found"));
  EXPECT_EQ(run({"store", "check", "-o", "json"}).code, 1);
}

} // namespace
} // namespace weixin::ctl::test
