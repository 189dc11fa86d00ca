#include "protocol/webwx/percent.hpp"
#include "protocol/webwx/upload.hpp"
#include "tests/protocol/request_case.hpp"

#include <limits>

namespace weixin::webwx {
namespace {

constexpr std::uint64_t mib = 1024 * 1024;
const std::string md5 = "00112233445566778899aabbccddeeff";
const std::string boundary = "----WebKitFormBoundary0123456789abcdef";

std::string plan_error(std::string_view name, std::uint64_t bytes) {
  auto plan = plan_upload(name, bytes);
  return plan ? "taken" : to_string(plan.error());
}

TEST(UploadPlan, TellsTheTypeByTheExtension) {
  struct {
    std::string_view name;
    std::string_view type;
    std::string_view mime;
  } rows[] = {{"a.bmp", "pic", "image/bmp"},
              {"a.png", "pic", "image/png"},
              {"a.JPEG", "pic", "image/jpeg"},
              {"a.jpg", "pic", "image/jpeg"},
              {"a.mp4", "video", "video/mp4"},
              {"a.gif", "doc", "image/gif"},
              {"a.pdf", "doc", "application/pdf"},
              {"a.mov", "doc", "video/quicktime"},
              {"a", "doc", "application/octet-stream"},
              {"a.png.exe", "doc", "application/octet-stream"}};
  for (auto [name, type, mime] : rows) {
    EXPECT_EQ(to_string(plan_upload(name, 1)->type), type) << name;
    EXPECT_EQ(mime_type_of(name), mime) << name;
  }
}

TEST(UploadPlan, RefusesEmptyFiles) {
  EXPECT_EQ(plan_error("a.png", 0), "invalid_argument: upload: the file is empty");
}

TEST(UploadPlan, RefusesFilesAboveTheLimitOfTheirType) {
  EXPECT_EQ(plan_error("a.mp4", 20 * mib), "taken");
  EXPECT_EQ(plan_error("a.mp4", 20 * mib + 1),
            "body_too_large: upload: above the limit of 20971520 bytes for video");
  EXPECT_EQ(plan_error("a.png", 20 * mib), "taken");
  EXPECT_EQ(plan_error("a.png", 20 * mib + 1),
            "body_too_large: upload: above the limit of 20971520 bytes for pic");
  EXPECT_EQ(plan_error("a.zip", 50 * mib), "taken");
  EXPECT_EQ(plan_error("a.zip", 50 * mib + 1),
            "body_too_large: upload: above the limit of 52428800 bytes for doc");
  EXPECT_EQ(plan_error("a.zip", std::numeric_limits<std::uint64_t>::max()),
            "body_too_large: upload: above the limit of 52428800 bytes for doc");
}

TEST(UploadPlan, TakesOtherLimits) {
  upload_limits limits;
  limits.document = 100 * mib;
  EXPECT_TRUE(plan_upload("a.zip", 100 * mib, limits));
}

TEST(UploadPlan, AsksFirstAboveTwentyFiveMegabytes) {
  EXPECT_FALSE(plan_upload("a.zip", 25 * mib)->needs_check());
  EXPECT_TRUE(plan_upload("a.zip", 25 * mib + 1)->needs_check());
}

TEST(UploadPlan, CutsTheFileIntoChunksOfHalfAMegabyte) {
  struct {
    std::uint64_t bytes;
    std::uint64_t chunks;
    file_range last;
  } rows[] = {{1, 1, {0, 1}},
              {524'288, 1, {0, 524'288}},
              {524'289, 2, {524'288, 1}},
              {1'300'000, 3, {1'048'576, 251'424}},
              {50 * mib, 100, {99 * 524'288, 524'288}}};
  for (auto [bytes, chunks, last] : rows) {
    auto plan = *plan_upload("a.zip", bytes);
    EXPECT_EQ(plan.chunk_count(), chunks) << bytes;
    EXPECT_EQ(plan.chunk(chunks - 1), last) << bytes;
    std::uint64_t end = 0;
    for (std::uint64_t i = 0; i < chunks; ++i) {
      EXPECT_EQ(plan.chunk(i).offset, end);
      end += plan.chunk(i).length;
    }
    EXPECT_EQ(end, bytes);
    EXPECT_EQ(plan.chunk(chunks).length, 0U);
  }
}

TEST(UploadPlan, CleansTheName) { EXPECT_EQ(plan_upload("../a\r\n.png", 1)->file_name, "a.png"); }

struct UploadRequest : request_case {
  static upload sample(std::uint64_t bytes, std::string_view name = "树.png") {
    upload u;
    u.plan = *plan_upload(name, bytes);
    u.md5 = md5;
    u.to_user_name = alder;
    u.client_media_id = ms;
    u.modified_ms = 1'529'743'507'000;
    return u;
  }
  static std::string field(std::string_view name, std::string_view value) {
    return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + std::string{name} +
           "\"\r\n\r\n" + std::string{value} + "\r\n";
  }
  std::string media_request(std::string_view bytes, std::string_view more = "") const {
    return R"({"UploadType":2,)" + base_request() + R"(,"ClientMediaId":1546211298739,"TotalLen":)" +
           std::string{bytes} + R"(,"StartPos":0,"DataLen":)" + std::string{bytes} +
           R"(,"MediaType":4,"FromUserName":")" + self_name + R"(","ToUserName":")" + alder +
           R"(","FileMd5":")" + md5 + '"' + std::string{more} + "}";
  }
};

TEST_F(UploadRequest, ThatAsksFirstNamesTheWholeFile) {
  auto u = sample(26 * mib, "big.bin");
  auto r = make_check_upload(s, u);
  EXPECT_EQ(r.target, path + "webwxcheckupload?" + common);
  expect_json_post(r, R"(,"FileMd5":")" + md5 +
                          R"(","FileName":"big.bin","FileSize":27262976,"FileType":7,"FromUserName":")" +
                          self_name + R"(","ToUserName":")" + alder + '"');
}

TEST_F(UploadRequest, OfOneChunkHasNoChunkNumbers) {
  auto r = make_upload_chunk(s, sample(5), 0, boundary);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->request.method, "POST");
  EXPECT_EQ(r->request.host, "file.wx2.qq.com");
  EXPECT_EQ(r->request.target, path + "webwxuploadmedia?f=json");
  EXPECT_EQ(find_header(r->request.headers, "Origin"), "https://wx2.qq.com");
  EXPECT_EQ(find_header(r->request.headers, "Referer"), "https://wx2.qq.com/?lang=zh_CN");
  EXPECT_EQ(find_header(r->request.headers, "Content-Type"), "multipart/form-data; boundary=" + boundary);
  EXPECT_EQ(r->frame.head,
            field("id", "WU_FILE_0") + field("name", "树.png") + field("type", "image/png") +
                field("lastModifiedDate", "Sat Jun 23 2018 16:45:07 GMT+0800 (中国标准时间)") +
                field("size", "5") + field("mediatype", "pic") +
                field("uploadmediarequest", media_request("5")) + field("webwx_data_ticket", "data") +
                field("pass_ticket", "Synth+Ticket=") + "--" + boundary +
                "\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"树.png\"\r\n"
                "Content-Type: application/octet-stream\r\n\r\n");
  EXPECT_EQ(r->frame.tail, "\r\n--" + boundary + "--\r\n");
  EXPECT_EQ(r->range, (file_range{0, 5}));
}

TEST_F(UploadRequest, OfSeveralChunksCountsThemFromZero) {
  auto u = sample(1'300'000, "big.zip");
  u.number = 7;
  for (std::uint64_t i = 0; i < 3; ++i) {
    auto r = make_upload_chunk(s, u, i, boundary);
    ASSERT_TRUE(r);
    EXPECT_NE(r->frame.head.find(field("id", "WU_FILE_7")), std::string::npos);
    EXPECT_NE(r->frame.head.find(field("size", "1300000") + field("chunks", "3") +
                                 field("chunk", std::to_string(i)) + field("mediatype", "doc")),
              std::string::npos);
    // Every chunk repeats the same request for the whole file.
    EXPECT_NE(r->frame.head.find(field("uploadmediarequest", media_request("1300000"))), std::string::npos);
    EXPECT_EQ(r->range, u.plan.chunk(i));
  }
}

TEST_F(UploadRequest, AfterACheckCarriesWhatItGave) {
  auto u = sample(26 * mib, "big.bin");
  u.permit = upload_permit{secret{"key"}, secret{"sig"}, "", ""};
  auto r = make_upload_chunk(s, u, 51, boundary);
  ASSERT_TRUE(r);
  EXPECT_NE(r->frame.head.find(R"("FileMd5":")" + md5 + R"(","AESKey":"key","Signature":"sig"})"),
            std::string::npos);
}

TEST_F(UploadRequest, KnowsItsExactLengthWithoutTheFile) {
  auto r = *make_upload_chunk(s, sample(600'000), 1, boundary);
  std::string bytes(75'712, '\xA5');
  ASSERT_EQ(r.range.length, bytes.size());
  auto length = r.content_length();
  auto whole = with_chunk(r, bytes);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->body.size(), length);
  EXPECT_EQ(whole->body, r.frame.head + bytes + r.frame.tail);
}

TEST_F(UploadRequest, TakesExactlyTheBytesOfItsRange) {
  auto r = *make_upload_chunk(s, sample(5), 0, boundary);
  EXPECT_TRUE(with_chunk(r, "12345"));
  EXPECT_EQ(with_chunk(r, "1234").error().code, errc::invalid_argument);
  EXPECT_EQ(with_chunk(r, "123456").error().code, errc::invalid_argument);
}

TEST_F(UploadRequest, RefusesBytesThatContainTheBoundary) {
  auto bytes = "a\r\n--" + boundary + "--";
  auto r = *make_upload_chunk(s, sample(bytes.size()), 0, boundary);
  EXPECT_EQ(to_string(with_chunk(r, bytes).error()),
            "invalid_argument: webwxuploadmedia: the boundary occurs in the file");
  auto other = *make_upload_chunk(s, sample(bytes.size()), 0, make_boundary("fedcba9876543210"));
  EXPECT_TRUE(with_chunk(other, bytes));
}

TEST_F(UploadRequest, IsRefusedWhenAPartIsMissing) {
  auto text = [&](const session& with, const upload& u, std::uint64_t index, std::string_view b = boundary) {
    auto r = make_upload_chunk(with, u, index, b);
    return r ? "taken" : to_string(r.error());
  };
  EXPECT_EQ(text(s, sample(5), 1), "invalid_argument: webwxuploadmedia: no such chunk");
  EXPECT_EQ(text(s, upload{}, 0), "invalid_argument: webwxuploadmedia: no such chunk");
  auto u = sample(5);
  u.md5 = "00112233445566778899AABBCCDDEEFF";
  EXPECT_EQ(text(s, u, 0), "invalid_argument: webwxuploadmedia: no MD5");
  EXPECT_EQ(text(s, sample(26 * mib, "a.bin"), 0), "invalid_argument: webwxuploadmedia: not asked for");
  EXPECT_EQ(text(s, sample(5), 0, "short"), "invalid_argument: multipart: no boundary");
  EXPECT_EQ(text(s, sample(5), 0, "----WebKitFormBoundary\r\nX: y"),
            "invalid_argument: multipart: no boundary");
  auto without_cookie = s;
  without_cookie.cookies = {};
  EXPECT_EQ(text(without_cookie, sample(5), 0), "not_online: webwxuploadmedia: no webwx_data_ticket");
}

TEST(Multipart, KeepsHostileNamesInTheirQuotes) {
  struct {
    std::string name;
    std::string_view written;
  } rows[] = {{"a\"; name=\"x.png", R"(filename="a\"; name=\"x.png")"},
              {"a\\b.png", R"(filename="a\\b.png")"},
              {"a\r\nX-Header: 1\r\n\r\nbody", R"(filename="aX-Header: 1body")"},
              {std::string{"a\0b\x7F", 4}, R"(filename="ab")"},
              {"报告.pdf", R"(filename="报告.pdf")"},
              {"100%22.pdf", R"(filename="100%22.pdf")"}};
  for (const auto& [name, written] : rows) {
    auto frame = make_multipart(boundary, {}, "filename", name, "a/b\r\nX: y");
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->head, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"filename\"; " +
                               std::string{written} + "\r\nContent-Type: a/bX: y\r\n\r\n");
  }
}

TEST(Multipart, RefusesABoundaryThatAValueContains) {
  EXPECT_FALSE(make_multipart(boundary, {{"a", "x--" + boundary}}, "f", "n", "t"));
  EXPECT_TRUE(make_multipart(boundary, {{"a", boundary.substr(0, 20)}}, "f", "n", "t"));
}

TEST(Multipart, TakesBoundariesThatEverybodyTakes) {
  EXPECT_EQ(make_boundary("0123456789abcdefXYZ"), boundary);
  EXPECT_TRUE(make_multipart(std::string(70, 'a'), {}, "f", "n", "t"));
  for (const auto& b : {std::string(71, 'a'), std::string(15, 'a'), std::string{"with a blank in between"},
                        std::string{"umlaut_\xC3\xA4_________"}})
    EXPECT_FALSE(make_multipart(b, {}, "f", "n", "t")) << b;
}

TEST(CheckUpload, GivesKeyAndSignature) {
  auto permit = parse_check_upload(answer_of("webwxcheckupload.json"));
  ASSERT_TRUE(permit);
  EXPECT_EQ(permit->aes_key.reveal(), "Synth0011223344556677889900aabbcc");
  EXPECT_EQ(permit->signature.reveal(), "Synthdeadbeef");
  EXPECT_EQ(permit->media_id, "");
  EXPECT_EQ(permit->encry_file_name, "big%2Ebin");
}

TEST(CheckUpload, SaysWhenNothingIsToBeUploaded) {
  EXPECT_EQ(parse_check_upload(answer(with_ret(0, R"(,"MediaId":"@known","Signature":"")")))->media_id,
            "@known");
}

TEST(CheckUpload, NeedsOneOfBoth) {
  EXPECT_EQ(to_string(parse_check_upload(answer(with_ret(0))).error()),
            "malformed_answer: webwxcheckupload: no Signature");
  EXPECT_FALSE(parse_check_upload(answer(with_ret(0, R"(,"MediaId":null,"Signature":["x"])"))));
}

TEST(Upload, GivesTheMediaIdWithTheLastChunk) {
  auto last = parse_upload(answer_of("webwxuploadmedia.json"), true);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->media_id, "@crypt_0123abcd_00ff00ff00ff00ff00ff00ff00ff00ff");
  EXPECT_EQ(last->received_bytes, 600'000);
  EXPECT_EQ(last->thumb_height, 75);
  EXPECT_EQ(last->thumb_width, 100);
  EXPECT_EQ(percent_decode(last->encry_file_name), "树.png");
}

TEST(Upload, GivesNoneWithTheOthers) {
  auto chunk = parse_upload(answer_of("webwxuploadmedia_chunk.json"), false);
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->media_id, "");
  EXPECT_EQ(chunk->received_bytes, 524'288);
  EXPECT_EQ(to_string(parse_upload(answer_of("webwxuploadmedia_chunk.json"), true).error()),
            "malformed_answer: webwxuploadmedia: no MediaId");
}

TEST(Upload, ReportsWhatWeixinRefuses) {
  EXPECT_EQ(to_string(parse_upload(answer("", 402), true).error()), "http_status 402: webwxuploadmedia");
  EXPECT_EQ(to_string(parse_upload(answer("", 502), false).error()), "http_status 502: webwxuploadmedia");
  EXPECT_EQ(to_string(parse_upload(answer(with_ret(1)), false).error()),
            "rejected_request 1: webwxuploadmedia");
}

TEST(Upload, SurvivesNumbersThatAreNone) {
  auto a = parse_upload(answer(with_ret(0, R"(,"MediaId":"m","StartPos":-5,"CDNThumbImgHeight":99999999999,)"
                                           R"("CDNThumbImgWidth":"x")")),
                        true);
  ASSERT_TRUE(a);
  EXPECT_EQ(a->received_bytes, 0);
  EXPECT_EQ(a->thumb_height, 0);
  EXPECT_EQ(a->thumb_width, 0);
}

TEST(ScriptDate, IsWhatABrowserInChinaPrints) {
  EXPECT_EQ(script_date(1'529'743'507'000), "Sat Jun 23 2018 16:45:07 GMT+0800 (中国标准时间)");
  EXPECT_EQ(script_date(0), "Thu Jan 01 1970 08:00:00 GMT+0800 (中国标准时间)");
  EXPECT_EQ(script_date(951'782'399'999), "Tue Feb 29 2000 07:59:59 GMT+0800 (中国标准时间)");
}

TEST(ScriptDate, SurvivesEveryClock) {
  EXPECT_EQ(script_date(std::numeric_limits<std::int64_t>::min()), script_date(0));
  EXPECT_EQ(script_date(std::numeric_limits<std::int64_t>::max()),
            "Fri Dec 31 9999 08:00:00 GMT+0800 (中国标准时间)");
}

TEST(Percent, IsUndoneOnce) {
  EXPECT_EQ(percent_decode("a%2Bb%3d%252B"), "a+b=%2B");
  EXPECT_EQ(percent_decode(percent_encode("树 +/%&=?")), "树 +/%&=?");
}

TEST(Percent, ThatIsNoneStays) {
  for (auto text : {"%", "%2", "a%", "%zz", "%+1", "%%", "100% sure", "% 1"})
    EXPECT_EQ(percent_decode(text), text);
}

} // namespace
} // namespace weixin::webwx
