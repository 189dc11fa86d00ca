#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* media = "GET /v1/accounts/a-1/messages/7018/media";
constexpr const char* content = "GET /v1/accounts/a-1/messages/7018/media/content";
constexpr const char* fetch = "POST /v1/accounts/a-1/messages/7018/media/fetch";

std::string media_json(const std::string& state, const std::string& more = {}) {
  return R"({"id":"7018","kind":"file","state":")" + state +
         R"(","error":null,"name":"报告\u001b.pdf","announced_bytes":4,"bytes":4,"mime":"application/pdf",)" +
         R"("sha256":"00ff","updated_at":"2026-01-31T08:00:00.000Z","thumbnail":null)" + more + "}";
}

class Media : public ProgramTest {
protected:
  std::string saved(const std::string& name) const {
    std::ifstream in{server.file(name), std::ios::binary};
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t files() const {
    auto directory = std::filesystem::path{server.file("x")}.parent_path();
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator{directory})
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }
};

TEST_F(Media, TellsWhatIsKnownOfIt) {
  server.on(media, {json(200, media_json("available"))});
  auto e = run({"media", "a-1", "7018"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "kind     file\nstate    available\nname     报告\\x1b.pdf\nbytes    4\n"
                   "type     application/pdf\nsha256   00ff\n");
  EXPECT_THAT(run({"media", "a-1", "7018", "--output", "json"}).out, HasSubstr("\"sha256\""));
}

TEST_F(Media, IsSavedAsAWholeForItsOwnerOnly) {
  server.on(media, {json(200, media_json("available"))});
  server.on(content, {bytes(200, "application/pdf", std::string{"%P\0F", 4})});
  auto e = run({"media", "a-1", "7018", "-o", server.file("a.pdf")});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_EQ(saved("a.pdf"), (std::string{"%P\0F", 4}));
  EXPECT_EQ(std::filesystem::status(server.file("a.pdf")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(files(), 1U);
  EXPECT_THAT(e.out, IsEmpty());
}

TEST_F(Media, ReplacesNoFileUnlessItIsForcedTo) {
  std::ofstream{server.file("a.pdf")} << "mine";
  server.on(media, {json(200, media_json("available"))});
  server.on(content, {bytes(200, "application/pdf", "theirs")});
  auto e = run({"media", "a-1", "7018", "-o", server.file("a.pdf")});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("exists already"));
  EXPECT_THAT(e.err, HasSubstr("--force"));
  EXPECT_EQ(saved("a.pdf"), "mine");
  EXPECT_EQ(run({"media", "a-1", "7018", "-o", server.file("a.pdf"), "--force"}).code, 0);
  EXPECT_EQ(saved("a.pdf"), "theirs");
}

TEST_F(Media, LeavesNothingOfWhatWasCutOff) {
  server.on(media, {json(200, media_json("available"))});
  server.on(content, {hang_up()});
  EXPECT_NE(run({"media", "a-1", "7018", "-o", server.file("a.pdf")}).code, 0);
  EXPECT_EQ(files(), 0U);
}

TEST_F(Media, GoesToStandardOutput) {
  server.on(media, {json(200, media_json("available"))});
  server.on(content, {bytes(200, "application/pdf", "bytes")});
  EXPECT_EQ(run({"media", "a-1", "7018", "-o", "-"}).out, "bytes");
}

TEST_F(Media, IsFetchedFirstWhenItIsNotThere) {
  server.on(media, {json(200, media_json("not_fetched")), json(200, media_json("waiting")),
                    json(200, media_json("available"))});
  server.on(fetch, {json(202, media_json("waiting"))});
  server.on(content, {bytes(200, "application/pdf", "bytes")});
  auto e = run({"media", "a-1", "7018", "-o", "-"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_EQ(e.out, "bytes");
}

TEST_F(Media, SaysWhyItCannotBeHad) {
  server.on(media,
            {json(200, media_json("not_fetched")),
             json(200, R"({"id":"7018","state":"failed","error":"malformed_answer","thumbnail":null})")});
  server.on(fetch, {json(202, media_json("waiting"))});
  auto e = run({"media", "a-1", "7018", "-o", "-"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("malformed_answer"));
}

TEST_F(Media, OfAnUnknownMessageIsNotFound) {
  server.on(media, {problem(404, "message_not_found", "No such message.")});
  EXPECT_EQ(run({"media", "a-1", "7018"}).code, 3);
}

TEST_F(Media, AsksForTheThumbnail) {
  server.on(media, {json(200, media_json("available", R"(,"x":1)"))});
  server.on("POST /v1/accounts/a-1/messages/7018/media/fetch?thumbnail=1",
            {json(202, media_json("waiting"))});
  auto e = run({"media", "a-1", "7018", "--thumbnail", "-o", "-", "--timeout", "0.1"});
  EXPECT_EQ(e.code, 5) << "nobody fetched it in time";
  EXPECT_THAT(server.asked(), testing::Contains(HasSubstr("fetch?thumbnail=1")));
}

TEST_F(Media, SavesAContactsPicture) {
  server.on("GET /v1/accounts/a-1/contacts/c-1/avatar", {bytes(200, "image/jpeg", "picture")});
  EXPECT_EQ(run({"avatar", "a-1", "c-1", "-o", server.file("a.jpg")}).code, 0);
  EXPECT_EQ(saved("a.jpg"), "picture");
  server.on("GET /v1/accounts/a-1/groups/The%20team/members/Ann/avatar",
            {bytes(200, "image/jpeg", "picture")});
  EXPECT_EQ(run({"avatar", "a-1", "The team", "--member", "Ann", "-o", server.file("ann.jpg")}).code, 0);
  EXPECT_EQ(run({"avatar", "a-1", "c-1"}).code, 2) << "a file is needed";
}

TEST_F(Media, IsASettingOfTheAccount) {
  server.on("PATCH /v1/accounts/a-1", {json(200, account_json("a-1", "online"))});
  EXPECT_EQ(run({"account", "set", "a-1", "--media", "all"}).code, 0);
  EXPECT_THAT(server.asked(), ElementsAre(R"(PATCH /v1/accounts/a-1 {"media":"all"})"));
  EXPECT_EQ(run({"account", "set", "a-1", "--media", "some"}).code, 2);
}

} // namespace
} // namespace weixin::ctl::test
