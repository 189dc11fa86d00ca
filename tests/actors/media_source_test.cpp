#include "actors/media_source.hpp"

#include "protocol/webwx/file_name.hpp"
#include "protocol/webwx/media.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

namespace weixin {
namespace {

using store::media_kind;
using store::media_part;
using store::media_policy;
using store::media_record;

constexpr std::chrono::system_clock::time_point at{std::chrono::hours{500'000}};

boost::json::object entry(int type, const std::string& content) {
  return {{"MsgId", "1001"}, {"FromUserName", "@friend"}, {"ToUserName", "@self"},
          {"MsgType", type}, {"Content", content},        {"CreateTime", 1'700'000'000}};
}

boost::json::object file_entry(const std::string& name, std::int64_t size = 77) {
  auto e =
      entry(49, "&lt;msg&gt;&lt;appmsg&gt;&lt;title&gt;&lt;/title&gt;&lt;type&gt;6&lt;/"
                "type&gt;&lt;appattach&gt;&lt;totallen&gt;" +
                    std::to_string(size) + "&lt;/totallen&gt;&lt;/appattach&gt;&lt;/appmsg&gt;&lt;/msg&gt;");
  e["AppMsgType"] = 6;
  e["FileName"] = name;
  e["FileSize"] = std::to_string(size);
  e["MediaId"] = "@media-id";
  e["EncryFileName"] = "an%2Eencrypted%2Ename";
  return e;
}

std::optional<media_record> of(const boost::json::object& e, media_part part = media_part::whole) {
  auto found = media_of_entry(boost::json::serialize(e), part, at);
  EXPECT_TRUE(found) << to_string(found.error());
  return found ? *found : std::nullopt;
}

TEST(MediaSource, FindsWhatAMessageHas) {
  EXPECT_EQ(of(entry(3, "@opaque"))->kind, media_kind::image);
  EXPECT_EQ(of(entry(34, "@opaque"))->kind, media_kind::voice);
  EXPECT_EQ(of(entry(43, "@opaque"))->kind, media_kind::video);
  EXPECT_EQ(of(entry(62, "@opaque"))->kind, media_kind::video);
  EXPECT_EQ(of(entry(47, "&lt;msg&gt;&lt;emoji md5=\"a\"/&gt;&lt;/msg&gt;"))->kind, media_kind::emoticon);
  auto file = of(file_entry("a report.pdf"));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->kind, media_kind::file);
  EXPECT_EQ(file->name, "a report.pdf");
  EXPECT_EQ(file->announced_bytes, 77U);
  EXPECT_EQ(file->sender, "@friend");
  EXPECT_EQ(file->media_id, "@media-id");
  EXPECT_EQ(file->encrypted_name, "an%2Eencrypted%2Ename");
  EXPECT_EQ(file->owner, "1001");
  EXPECT_EQ(file->changed_at, at);
  auto place =
      entry(1, "a place:<br/>/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?url=xxx&msgid=1001&pictype=location");
  place["SubMsgType"] = 48;
  EXPECT_EQ(of(place)->kind, media_kind::map);
}

TEST(MediaSource, FindsNothingInTextNoticesAndStickersOfTheShop) {
  EXPECT_FALSE(of(entry(1, "hello")));
  EXPECT_FALSE(of(entry(10'000, "a notice")));
  EXPECT_FALSE(of(entry(47, ""))) << "a sticker of the shop";
  auto file = file_entry("x");
  file["MediaId"] = "";
  EXPECT_FALSE(of(file)) << "nothing to ask for";
}

TEST(MediaSource, KnowsThumbnailsOfPicturesAndVideosOnly) {
  EXPECT_EQ(of(entry(3, "@x"), media_part::thumbnail)->part, media_part::thumbnail);
  EXPECT_EQ(of(entry(43, "@x"), media_part::thumbnail)->part, media_part::thumbnail);
  EXPECT_FALSE(of(entry(34, "@x"), media_part::thumbnail));
  EXPECT_FALSE(of(file_entry("x"), media_part::thumbnail));
}

TEST(MediaSource, RefusesAnEntryThatCannotBeRead) {
  for (const char* broken : {"", "no json", "[]", "{}", R"({"MsgId":"1"})"}) {
    auto found = media_of_entry(broken, media_part::whole, at);
    ASSERT_FALSE(found) << broken;
    EXPECT_EQ(found.error().code, errc::store_corrupt);
  }
}

// Names are data: whatever a sender thinks of, what is kept of it is no path and turns no line around.
TEST(MediaSource, MakesEveryHostileFileNameHarmless) {
  const std::string bidi = "\u202e";
  const struct {
    std::string name, kept;
  } names[] = {{"../../x", "x"},
               {"..\\..\\x.exe", "x.exe"},
               {"/etc/passwd", "passwd"},
               {"C:\\Windows\\system32\\cmd.exe", "cmd.exe"},
               {std::string{"a\0b", 3}, "ab"},
               {"a\nb\r\t.txt", "ab.txt"},
               {"\x1b[31mred", "[31mred"},
               {bidi + "gpj.exe", "gpj.exe"},
               {"", "file"},
               {".", "file"},
               {"..", "file"},
               {"a/", "file"}};
  for (const auto& [name, kept] : names) {
    auto record = of(file_entry(name));
    ASSERT_TRUE(record) << name;
    // An empty FileName falls back to the title.
    if (!name.empty()) {
      EXPECT_EQ(record->name, kept) << name;
    }
    EXPECT_EQ(record->name.find_first_of(std::string_view{"/\\\0\n\r\x1b", 6}), std::string::npos);
  }
  auto record = of(file_entry(std::string(300, 'a') + ".pdf"));
  ASSERT_TRUE(record);
  EXPECT_LE(record->name.size(), webwx::max_file_name_bytes);
  EXPECT_TRUE(record->name.ends_with(".pdf"));
}

TEST(MediaSource, FetchesUnaskedWhatThePolicySays) {
  auto fetched = [](media_policy policy, int type) {
    auto m = webwx::read_message(entry(type, "@x"), "@self");
    std::string parts;
    for (const auto& record : media_to_fetch(*m, policy, at))
      parts += record.part == media_part::whole ? "whole " : "thumbnail ";
    return parts;
  };
  constexpr int image = 3, voice = 34, video = 43;
  for (int type : {image, voice, video}) {
    EXPECT_EQ(fetched(media_policy::none, type), "");
    EXPECT_EQ(fetched(media_policy::on_demand, type), "");
  }
  EXPECT_EQ(fetched(media_policy::images_and_voices, image), "whole ");
  EXPECT_EQ(fetched(media_policy::images_and_voices, voice), "whole ");
  EXPECT_EQ(fetched(media_policy::images_and_voices, video), "thumbnail ");
  EXPECT_EQ(fetched(media_policy::all, video), "whole thumbnail ");
  EXPECT_EQ(fetched(media_policy::all, image), "whole ");
  auto own = webwx::read_message({{"MsgId", "1"},
                                  {"FromUserName", "@self"},
                                  {"ToUserName", "@friend"},
                                  {"MsgType", 3},
                                  {"Content", "@x"}},
                                 "@self");
  EXPECT_TRUE(media_to_fetch(*own, media_policy::all, at).empty()) << "the account has it already";
}

TEST(MediaSource, ReadsBackWhatASendUploaded) {
  store::send_record send;
  send.id = "s-01m8584mgp5y5f4b32ww33a3dw";
  send.content = store::text_content{"hi"};
  EXPECT_FALSE(media_of_send(send, at));
  send.content = store::upload_content{store::send_kind::video, "u-1", "../clip.mp4", 77, "", 0};
  auto record = media_of_send(send, at);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->owner, send.id);
  EXPECT_EQ(record->kind, media_kind::video);
  EXPECT_EQ(record->name.find('/'), std::string::npos);
  record->media_id = "@crypt_1";
  EXPECT_EQ(endpoint_of(*record), webwx::endpoint::webwxpreview);
  webwx::session s;
  s.host.entry = "wx.qq.com";
  auto request = request_for(*record, s, 0);
  ASSERT_TRUE(request);
  EXPECT_NE(request->target.find("webwxpreview?fun=preview&mediaid=%40crypt_1"), std::string::npos);
}

TEST(MediaSource, AsksForEachKindInItsWay) {
  webwx::session s;
  s.uin = 4711;
  s.user_name = "@self";
  s.skey = secret{"@crypt"};
  s.host.entry = "wx.qq.com";
  s.host.file = "file.wx.qq.com";
  auto target = [&](media_kind kind, media_part part = media_part::whole, std::uint64_t offset = 0) {
    media_record r;
    r.owner = "1001";
    r.kind = kind;
    r.part = part;
    auto request = request_for(r, s, offset);
    if (!request) return std::string{to_string(request.error().code)};
    std::string range{find_header(request->headers, "Range")};
    return request->target.substr(request->target.rfind('/') + 1) + (range.empty() ? "" : " " + range);
  };
  EXPECT_EQ(target(media_kind::image), "webwxgetmsgimg?MsgID=1001&skey=%40crypt");
  EXPECT_EQ(target(media_kind::video, media_part::thumbnail),
            "webwxgetmsgimg?MsgID=1001&skey=%40crypt&type=slave");
  EXPECT_EQ(target(media_kind::emoticon), "webwxgetmsgimg?MsgID=1001&skey=%40crypt&type=big");
  EXPECT_EQ(target(media_kind::video), "webwxgetvideo?msgid=1001&skey=%40crypt bytes=0-");
  EXPECT_EQ(target(media_kind::video, media_part::whole, 500),
            "webwxgetvideo?msgid=1001&skey=%40crypt bytes=500-");
  EXPECT_EQ(target(media_kind::voice), "webwxgetvoice?msgid=1001&skey=%40crypt bytes=0-");
  EXPECT_EQ(target(media_kind::map), "webwxgetpubliclinkimg?url=xxx&msgid=1001&pictype=location");
  EXPECT_EQ(target(media_kind::file), "invalid_argument") << "without a MediaId";
  EXPECT_EQ(target(media_kind::avatar), "invalid_argument");
}

} // namespace
} // namespace weixin
