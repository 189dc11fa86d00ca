#include "simulator/byte_range.hpp"
#include "simulator/media_bytes.hpp"
#include "simulator/media_store.hpp"
#include "simulator/multipart.hpp"
#include "simulator/picture.hpp"
#include "simulator/upload_desk.hpp"
#include "simulator/xml_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weixin::simulator {
namespace {

using testing::EndsWith;
using testing::StartsWith;

constexpr std::string_view form_type = "multipart/form-data; boundary=\"edge\"";

std::string part(std::string_view disposition, std::string_view content) {
  return "--edge\r\nContent-Disposition: form-data; " + std::string{disposition} +
         "\r\nContent-Type: text/plain\r\n\r\n" + std::string{content} + "\r\n";
}

TEST(Multipart, GivesPartsWithTheirNamesAndBytes) {
  std::string bytes{"\0\r\n--edg\r\n", 10};
  auto body = part("name=\"a\"", "1") +
              part("name=\"filename\"; filename=\"\xE5\xB9\xB4 \\\"x\\\".pdf\"", bytes) + "--edge--\r\n";
  auto f = read_form(form_type, body);
  ASSERT_TRUE(f);
  EXPECT_EQ(f->text("a"), "1");
  EXPECT_EQ(f->text("filename"), bytes);
  EXPECT_EQ(f->find("filename")->filename, "\xE5\xB9\xB4 \"x\".pdf");
  EXPECT_EQ(f->find("filename")->content_type, "text/plain");
  EXPECT_EQ(f->find("b"), nullptr);
}

TEST(Multipart, TakesABoundaryWithoutQuotes) {
  EXPECT_TRUE(read_form("multipart/form-data; boundary=edge", part("name=\"a\"", "1") + "--edge--"));
}

TEST(Multipart, NoticesTheFormOfRfc2231) {
  auto f = read_form(form_type, part("name=\"a\"; filename*=utf-8''x", "1") + "--edge--\r\n");
  ASSERT_TRUE(f);
  EXPECT_TRUE(f->parts[0].has_extended_filename);
}

TEST(Multipart, RefusesWhatIsNoCompleteForm) {
  auto good = part("name=\"a\"", "1") + "--edge--\r\n";
  ASSERT_TRUE(read_form(form_type, good));
  for (std::size_t cut = 1; cut + 4 < good.size(); ++cut)
    EXPECT_FALSE(read_form(form_type, good.substr(0, cut))) << cut;
  EXPECT_FALSE(read_form("application/json", good));
  EXPECT_FALSE(read_form("multipart/form-data", good));
  EXPECT_FALSE(read_form("multipart/form-data; boundary=\"" + std::string(500, 'x') + "\"", good));
  EXPECT_FALSE(read_form(form_type, part("filename=\"a\"", "1") + "--edge--\r\n")) << "without a name";
  EXPECT_FALSE(read_form(form_type, {}));
}

TEST(Multipart, BoundsItsParts) {
  std::string body;
  for (std::size_t i = 0; i <= max_form_parts; ++i)
    body += part("name=\"a\"", "1");
  EXPECT_FALSE(read_form(form_type, body + "--edge--\r\n"));
  EXPECT_FALSE(read_form(form_type, part("name=\"" + std::string(5'000, 'x') + "\"", "1") + "--edge--\r\n"));
}

TEST(ByteRange, MeansTheBytesThatExist) {
  auto range = [](std::string_view header) {
    auto r = read_byte_range(header, 10);
    return r ? std::to_string(r->first) + "-" + std::to_string(r->last) : "none";
  };
  EXPECT_EQ(range("bytes=0-"), "0-9");
  EXPECT_EQ(range("bytes=3-5"), "3-5");
  EXPECT_EQ(range("bytes=3-99"), "3-9");
  EXPECT_EQ(range("bytes=-4"), "6-9");
  EXPECT_EQ(range("bytes=-99"), "0-9");
  for (auto header : {"bytes=10-", "bytes=5-3", "bytes=-0", "bytes=-", "bytes=a-", "items=0-",
                      "bytes=0-1,3-4", "", "bytes=99999999999999999999-"})
    EXPECT_EQ(range(header), "none") << header;
  EXPECT_FALSE(read_byte_range("bytes=0-", 0));
}

TEST(MediaBytes, LookLikeWhatTheyAre) {
  EXPECT_THAT(make_gif(5'000, 1), StartsWith("GIF89a"));
  EXPECT_THAT(make_gif(5'000, 1), EndsWith(";"));
  EXPECT_EQ(make_mp4(5'000, 1).substr(4, 4), "ftyp");
  EXPECT_THAT(make_mp3(5'000, 1), StartsWith("ID3"));
  EXPECT_EQ(make_file(5'000, 1).size(), 5'000U);
}

TEST(MediaBytes, FollowFromTheirSeed) {
  for (auto make : {make_gif, make_mp4, make_mp3, make_file}) {
    EXPECT_GE(make(5'000, 1).size(), 5'000U);
    EXPECT_EQ(make(5'000, 1), make(5'000, 1));
    EXPECT_NE(make(5'000, 1), make(5'000, 2));
  }
}

TEST(MediaBytes, HaveTheirMd5) { EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72"); }

TEST(Base64, ReadsWhatItWrote) {
  for (std::string text : {"", "a", "ab", "abc", "abcd"})
    EXPECT_EQ(from_base64(base64(text)), text);
  EXPECT_FALSE(from_base64("abc"));
  EXPECT_FALSE(from_base64("a$c="));
}

media_item kept(std::string id, std::string bytes) {
  media_item item;
  item.user = 1;
  item.media_id = std::move(id);
  item.key = "key of " + item.media_id;
  item.md5 = md5_hex(bytes);
  item.bytes = bytes.size();
  item.content = std::make_shared<const std::string>(std::move(bytes));
  return item;
}

TEST(MediaStore, FindsAnItemByEveryName) {
  media_store store;
  store.add(kept("a", "abc"));
  store.attach(7, "a");
  EXPECT_EQ(store.find("a")->bytes, 3U);
  EXPECT_EQ(store.find_key(1, "key of a"), store.find("a"));
  EXPECT_EQ(store.find_md5(1, md5_hex("abc")), store.find("a"));
  EXPECT_EQ(store.of_message(7), store.find("a"));
  EXPECT_EQ(store.find_key(2, "key of a"), nullptr) << "another user's";
  EXPECT_EQ(store.find("b"), nullptr);
  EXPECT_EQ(store.of_message(8), nullptr);
}

TEST(MediaStore, ForgetsTheOldestWhenThereIsTooMuch) {
  media_store store;
  constexpr std::size_t size = 16 * 1024 * 1024;
  constexpr std::size_t fitting = media_store::max_kept_bytes / size;
  for (std::size_t i = 0; i < fitting + 2; ++i)
    store.add(kept(std::to_string(i), std::string(size, static_cast<char>('a' + i))));
  EXPECT_LE(store.kept_bytes(), media_store::max_kept_bytes);
  EXPECT_EQ(store.find("1"), nullptr);
  EXPECT_EQ(store.find_key(1, "key of 1"), nullptr);
  EXPECT_NE(store.find("2"), nullptr);
}

TEST(UploadDesk, BoundsWhatIsUnderWay) {
  upload_desk desk;
  std::string bytes(upload_desk::chunk_bytes, 'x');
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    auto taken = desk.take({1, std::to_string(i), "a", 3 * upload_desk::chunk_bytes, 0, 3, bytes});
    EXPECT_EQ(taken.what, upload_desk::outcome::kind::more);
  }
  EXPECT_LE(desk.pending_bytes(), upload_desk::max_pending * upload_desk::chunk_bytes);
}

TEST(UploadDesk, RefusesSizesThatCannotBe) {
  upload_desk desk;
  using kind = upload_desk::outcome::kind;
  EXPECT_EQ(desk.take({1, "a", "a", 0, 0, 1, {}}).what, kind::wrong_size);
  EXPECT_EQ(desk.take({1, "a", "a", 5, 7, 1, "hello"}).what, kind::wrong_size);
  EXPECT_EQ(desk.take({1, "a", "a", 5, UINT64_MAX, 1, "hello"}).what, kind::wrong_size);
  EXPECT_EQ(desk.take({1, "a", "a", UINT64_MAX, 0, UINT64_MAX, "hello"}).what, kind::wrong_size);
  EXPECT_EQ(desk.take({1, "a", "a", 5, 0, 1, "hello"}).what, kind::complete);
}

TEST(AppMessageXml, IsOneWellFormedElement) {
  auto m = read_app_message(
      "<appmsg appid='x'><title>a &amp; b</title><type>6</type><appattach><totallen>9</totallen>"
      "<attachid>@crypt_1</attachid><fileext>pdf</fileext></appattach></appmsg>");
  ASSERT_TRUE(m);
  EXPECT_EQ(m->title, "a & b");
  EXPECT_EQ(m->type, 6);
  EXPECT_EQ(m->total_bytes, 9U);
  EXPECT_EQ(m->attach_id, "@crypt_1");
  EXPECT_FALSE(m->wrapped);
  EXPECT_TRUE(read_app_message("<msg><appmsg><type>5</type></appmsg></msg>")->wrapped);
  for (auto text : {"", "x", "<appmsg>", "<appmsg></appmsg>", "<appmsg><type>a</type></appmsg>",
                    "<a><type>1</type></a>", "<appmsg><title>a & <b></title><type>6</type></appmsg>",
                    "<appmsg><type>1</type></appmsg><appmsg><type>1</type></appmsg>"})
    EXPECT_FALSE(read_app_message(text)) << text;
}

TEST(XmlText, FindsAnAttributeHoweverItIsWritten) {
  EXPECT_EQ(attribute_in("<img aeskey=\"1\" md5 = '2'/>", "aeskey"), "1");
  EXPECT_EQ(attribute_in("<img aeskey=\"1\" md5 = '2'/>", "md5"), "2");
  EXPECT_EQ(attribute_in("<img cdnaeskey=\"1\"/>", "aeskey"), "");
  EXPECT_EQ(attribute_in("<img aeskey=\"1", "aeskey"), "");
  EXPECT_EQ(attribute_in("aeskey", "aeskey"), "");
}

TEST(XmlText, KeepsCdataTogether) { EXPECT_EQ(xml_cdata("a]]>b"), "<![CDATA[a]]]]><![CDATA[>b]]>"); }

} // namespace
} // namespace weixin::simulator
