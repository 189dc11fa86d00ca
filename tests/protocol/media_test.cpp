#include "protocol/webwx/media.hpp"
#include "tests/protocol/request_case.hpp"

namespace weixin::webwx {
namespace {

TEST(Image, MayComeWhole) { EXPECT_TRUE(check_image_answer(answer("\xFF\xD8\xFF\xE0 picture"))); }

TEST(Image, MayHaveBeenStreamedAway) {
  EXPECT_TRUE(check_image_answer(answer("")));
  EXPECT_TRUE(check_image_answer(answer("", 206)));
}

TEST(Image, IsBelievedWhateverItsContentType) {
  http_response r{200, {{"Content-Type", "text/plain"}}, "GIF89a"};
  EXPECT_TRUE(check_image_answer(r));
}

TEST(Image, IsNotJsonAndNotAPage) {
  EXPECT_EQ(check_image_answer(answer(R"({"BaseResponse":{"Ret":1101}})")).error().code,
            errc::malformed_answer);
  EXPECT_EQ(check_image_answer(answer("<!DOCTYPE html>")).error().code, errc::malformed_answer);
}

TEST(Image, NeedsAGoodStatus) {
  EXPECT_EQ(to_string(check_image_answer(answer("\xFF\xD8", 404)).error()),
            "http_status 404: webwxgetmsgimg");
}

TEST(ImageBytes, TellAPictureFromWhatComesInsteadOfOne) {
  EXPECT_TRUE(check_image_bytes("\x89PNG\r\n\x1A\n"));
  for (auto bytes : {"", " ", "\n{", "{\"a\"", "<html", "\n <!DOCTYPE"})
    EXPECT_FALSE(check_image_bytes(bytes)) << bytes;
}

const endpoint every_media_call[] = {endpoint::webwxgetmsgimg, endpoint::webwxgetvideo,
                                     endpoint::webwxgetvoice,  endpoint::webwxgetmedia,
                                     endpoint::webwxgeticon,   endpoint::webwxgetheadimg,
                                     endpoint::webwxpreview,   endpoint::webwxgetpubliclinkimg};

TEST(Media, IsNothingPageOrJsonInsteadOfItself) {
  for (auto e : every_media_call) {
    auto name = std::string{to_string(e)};
    EXPECT_TRUE(check_media_bytes("\xFF\xD8\xFF", e)) << name;
    EXPECT_EQ(to_string(check_media_bytes("", e).error()), "malformed_answer: " + name + ": empty body");
    EXPECT_EQ(to_string(check_media_bytes(" <html>", e).error()),
              "malformed_answer: " + name + ": a page instead of media");
    EXPECT_EQ(to_string(check_media_bytes("\n{\"BaseResponse\":", e).error()),
              "malformed_answer: " + name + ": JSON instead of media");
    EXPECT_EQ(check_media_answer(answer("x", 404), e).error().code, errc::http_status);
    EXPECT_TRUE(check_media_answer(answer("", 206), e));
  }
}

TEST(Media, MayBeAPageWhenItsNameSaysSoAndJsonWhenItIsAFile) {
  constexpr auto file = endpoint::webwxgetmedia;
  EXPECT_TRUE(check_media_bytes("<!DOCTYPE html>", file, "notes.HTML"));
  EXPECT_TRUE(check_media_bytes("{\"a\":1}", file, "data.json"));
  EXPECT_TRUE(check_media_bytes("{\\rtf1", file, "letter.rtf"));
  EXPECT_TRUE(check_media_bytes(" \n ", file, "blank.txt"));
  EXPECT_FALSE(check_media_bytes("<!DOCTYPE html>", file, "notes.pdf"));
  // A brace is where any file may begin, as long as it is not Weixin's own refusal.
  EXPECT_TRUE(check_media_bytes("{\"a\":1}", file, "data.zip"));
  EXPECT_FALSE(check_media_bytes("{\"a\":1}", endpoint::webwxgetmsgimg));
  EXPECT_FALSE(check_media_bytes("{\"BaseResponse\": {\"Ret\": 1101", file, "data.json"));
  // What was sent is read back by its own name.
  EXPECT_TRUE(check_media_bytes("{\"a\":1}", endpoint::webwxpreview, "data.json"));
  EXPECT_FALSE(check_media_bytes("{\"BaseResponse\": {\"Ret\": 1", endpoint::webwxpreview, "data.json"));
  // Names are asked for files only.
  EXPECT_FALSE(check_media_bytes("<html>", endpoint::webwxgetvideo, "a.html"));
}

struct MediaRequest : request_case {
  const std::string entry_host = "wx2.qq.com";

  void expect_get(const http_request& r, std::string_view host, const std::string& target) {
    EXPECT_EQ(r.method, "GET");
    EXPECT_EQ(r.host, host);
    EXPECT_EQ(r.target, path + target);
    EXPECT_EQ(find_header(r.headers, "Referer"), "https://wx2.qq.com/?lang=zh_CN");
    EXPECT_EQ(r.body, "");
  }
};

TEST_F(MediaRequest, ForAVideoHasARange) {
  auto r = make_get_video(s, "4330000000000000013");
  expect_get(r, entry_host, "webwxgetvideo?msgid=4330000000000000013&" + skey);
  EXPECT_EQ(find_header(r.headers, "Range"), "bytes=0-");
  EXPECT_EQ(find_header(make_get_video(s, "1", 5'000'000'000).headers, "Range"), "bytes=5000000000-");
}

TEST_F(MediaRequest, ForAVoiceHasARange) {
  auto r = make_get_voice(s, "4330000000000000013");
  expect_get(r, entry_host, "webwxgetvoice?msgid=4330000000000000013&" + skey);
  EXPECT_EQ(find_header(r.headers, "Range"), "bytes=0-");
}

TEST_F(MediaRequest, ForAThumbnailOfAVideoIsThatOfAPicture) {
  expect_get(make_get_msg_img(s, "9007199254740993", image_size::slave), entry_host,
             "webwxgetmsgimg?MsgID=9007199254740993&" + skey + "&type=slave");
}

TEST_F(MediaRequest, ForAFileGoesToTheFileHost) {
  auto r = make_get_media(s, {alder, "@crypt_0001", "%E6%A0%91%2Epdf"});
  ASSERT_TRUE(r);
  expect_get(*r, "file.wx2.qq.com",
             "webwxgetmedia?sender=%40" + alder.substr(1) +
                 "&mediaid=%40crypt_0001&encryfilename=%25E6%25A0%2591%252Epdf&fromuser=1234567890"
                 "&pass_ticket=Synth%252BTicket%253D&webwx_data_ticket=data");
}

TEST_F(MediaRequest, ForAFileNeedsTheDataTicketAndAMediaId) {
  auto bare = s;
  bare.cookies = {};
  EXPECT_EQ(to_string(make_get_media(bare, {alder, "@m", ""}).error()),
            "not_online: webwxgetmedia: no webwx_data_ticket");
  EXPECT_EQ(make_get_media(s, {alder, "", ""}).error().code, errc::invalid_argument);
}

TEST_F(MediaRequest, ForAnAvatarNamesItsContact) {
  auto r = make_get_icon(s, {.user_name = alder, .chat_room_id = {}, .msg_id = {}, .seq = 620000007});
  expect_get(r, entry_host, "webwxgeticon?seq=620000007&username=%40" + alder.substr(1) + "&" + skey);
  EXPECT_EQ(query_value(make_get_icon(s, {.user_name = alder, .big = true}), "type"), "big");
}

TEST_F(MediaRequest, ForAMembersAvatarNamesTheGroup) {
  expect_get(make_get_icon(s, {.user_name = cedar, .chat_room_id = "@room"}), entry_host,
             "webwxgeticon?seq=0&username=%40" + cedar.substr(1) + "&chatroomid=%40room&" + skey);
}

TEST_F(MediaRequest, ForAStrangersAvatarNamesTheRequest) {
  expect_get(make_get_icon(s, {.user_name = cedar, .msg_id = "4330000000000000013"}), entry_host,
             "webwxgeticon?seq=0&username=%40" + cedar.substr(1) + "&msgid=4330000000000000013&" + skey);
}

TEST_F(MediaRequest, ForAGroupsPictureIsACallOfItsOwn) {
  expect_get(make_get_head_img(s, elms, 3), entry_host,
             "webwxgetheadimg?seq=3&username=%40%40" + elms.substr(2) + "&" + skey);
}

TEST_F(MediaRequest, ForAMapNamesTheMessage) {
  expect_get(make_get_public_link_img(s, "4330000000000000013"), entry_host,
             "webwxgetpubliclinkimg?url=xxx&msgid=4330000000000000013&pictype=location");
}

TEST_F(MediaRequest, ForAPreviewNamesTheUpload) {
  expect_get(make_preview(s, "@crypt_1"), entry_host, "webwxpreview?fun=preview&mediaid=%40crypt_1");
}

TEST_F(MediaRequest, CannotBeSplitByAnId) {
  auto r = make_get_video(s, "1&x=y HTTP/1.1\r\nHost: a");
  EXPECT_EQ(r.target.find_first_of(" \r\n"), std::string::npos);
  EXPECT_EQ(query_value(r, "x"), "(none)");
}

} // namespace
} // namespace weixin::webwx
