#include "actors/media_download.hpp"

#include "tests/actors/media_box.hpp"

#include <gtest/gtest.h>

namespace weixin {
namespace {

using testing::jpeg_of;
using testing::media_box;
using webwx::endpoint;

struct MediaDownload : ::testing::Test {
  media_box box;
  media_expectation expected{endpoint::webwxgetvideo, "", 0, 1'000'000};

  std::shared_ptr<media_download> make() { return std::make_shared<media_download>(expected, box.factory()); }
  static result<void> write(media_download& d, std::string piece) {
    result<void> outcome = fail(errc::internal, "no answer");
    d.write(std::move(piece), [&](result<void> r) { outcome = std::move(r); });
    return outcome;
  }
  static result<store::media_file_info> finish(media_download& d) {
    result<store::media_file_info> outcome = fail(errc::internal, "no answer");
    d.finish([&](result<store::media_file_info> r) { outcome = std::move(r); });
    return outcome;
  }
  static http_response whole() { return {200, {}, ""}; }
  static http_response part(const std::string& range) { return {206, {{"Content-Range", range}}, ""}; }
  static errc code_of(const auto& r) { return r ? errc::internal : r.error().code; }
};

TEST_F(MediaDownload, KeepsWhatCameInPieces) {
  auto d = make();
  ASSERT_TRUE(d->begin(whole()));
  ASSERT_TRUE(write(*d, jpeg_of(100)));
  ASSERT_TRUE(write(*d, "the end"));
  auto file = finish(*d);
  ASSERT_TRUE(file);
  EXPECT_EQ(box.files.at(file->id), jpeg_of(100) + "the end");
  EXPECT_EQ(d->mime(), "image/jpeg");
}

TEST_F(MediaDownload, CallsAnEmptyBodyAFailure) {
  auto d = make();
  EXPECT_EQ(code_of(finish(*d)), errc::malformed_answer) << "there was no body at all";
  ASSERT_TRUE(d->begin(whole()));
  ASSERT_TRUE(write(*d, ""));
  EXPECT_EQ(code_of(finish(*d)), errc::malformed_answer);
  EXPECT_TRUE(box.files.empty());
}

TEST_F(MediaDownload, RefusesAPageThatStandsInForTheMediumHoweverItIsCut) {
  const std::string page =
      "<!DOCTYPE html><html><head><title>an error</title></head><body>sorry, no</body></html>";
  for (std::size_t size : {std::size_t{1}, std::size_t{7}, page.size()}) {
    auto d = make();
    ASSERT_TRUE(d->begin(whole()));
    errc code = errc::internal;
    for (std::size_t at = 0; at < page.size() && code == errc::internal; at += size)
      code = code_of(write(*d, page.substr(at, size)));
    EXPECT_EQ(code, errc::malformed_answer) << size;
  }
}

TEST_F(MediaDownload, RefusesAShortAnswerInJson) {
  auto d = make();
  ASSERT_TRUE(d->begin(whole()));
  ASSERT_TRUE(write(*d, R"({"BaseResponse":{"Ret":1}})"));
  EXPECT_EQ(code_of(finish(*d)), errc::malformed_answer);
}

TEST_F(MediaDownload, LetsAFileThatIsAPageBeOne) {
  expected.call = endpoint::webwxgetmedia;
  expected.file_name = "report.html";
  auto d = make();
  ASSERT_TRUE(d->begin(whole()));
  ASSERT_TRUE(
      write(*d, "<html><body>a report, and it is as long as it wants to be, or longer</body></html>"));
  EXPECT_TRUE(finish(*d));
  EXPECT_EQ(d->mime(), "application/octet-stream") << "never as a page of ours";
}

TEST_F(MediaDownload, GoesOnWhereTheLineBroke) {
  auto d = make();
  ASSERT_TRUE(d->begin(part("bytes 0-199/200")));
  ASSERT_TRUE(write(*d, jpeg_of(120)));
  d->call_failed(fail(errc::connection_lost));
  EXPECT_EQ(d->offset(), 120U);
  ASSERT_TRUE(d->begin(part("bytes 120-199/200")));
  ASSERT_TRUE(write(*d, std::string(80, 'y')));
  auto file = finish(*d);
  ASSERT_TRUE(file);
  EXPECT_EQ(box.files.at(file->id), jpeg_of(120) + std::string(80, 'y'));
  EXPECT_EQ(box.begun, 1U);
}

TEST_F(MediaDownload, BeginsAnewWhenTheServerAnswersTheWholeAgain) {
  auto d = make();
  ASSERT_TRUE(d->begin(part("bytes 0-199/200")));
  ASSERT_TRUE(write(*d, jpeg_of(120)));
  d->call_failed(fail(errc::timed_out));
  ASSERT_TRUE(d->begin(whole()));
  EXPECT_EQ(d->offset(), 0U);
  ASSERT_TRUE(write(*d, jpeg_of(200)));
  auto file = finish(*d);
  ASSERT_TRUE(file);
  EXPECT_EQ(box.files.at(file->id), jpeg_of(200));
}

TEST_F(MediaDownload, BeginsAnewWhenThereWasNoRangeToGoOnWith) {
  auto d = make();
  ASSERT_TRUE(d->begin(whole()));
  ASSERT_TRUE(write(*d, jpeg_of(120)));
  d->call_failed(fail(errc::connection_lost));
  EXPECT_EQ(d->offset(), 0U);
}

TEST_F(MediaDownload, TakesNoOtherRangeThanTheOneItAskedFor) {
  for (const char* range : {"bytes 100-199/200", "bytes 121-199/200", "bytes 0-199/200"}) {
    auto d = make();
    ASSERT_TRUE(d->begin(part("bytes 0-199/200")));
    ASSERT_TRUE(write(*d, jpeg_of(120)));
    d->call_failed(fail(errc::connection_lost));
    EXPECT_EQ(code_of(d->begin(part(range))), errc::malformed_answer) << range;
  }
  auto d = make();
  EXPECT_EQ(code_of(d->begin(part("bytes 5-9/10"))), errc::malformed_answer);
}

TEST_F(MediaDownload, DoesNotTrustARangeThatCannotBeRead) {
  for (const char* range :
       {"", "bytes", "bytes 120-", "bytes -199/200", "bytes 120-100/200", "bytes 120-199/100",
        "items 120-199/200", "bytes 120-199/99999999999999999999999", "bytes 120-199/200x"}) {
    auto d = make();
    ASSERT_TRUE(d->begin(part("bytes 0-199/200")));
    ASSERT_TRUE(write(*d, jpeg_of(120)));
    d->call_failed(fail(errc::connection_lost));
    EXPECT_EQ(code_of(d->begin(part(range))), errc::malformed_answer) << range;
  }
}

TEST_F(MediaDownload, NoticesWhenLessCameThanTheRangeSaid) {
  auto d = make();
  ASSERT_TRUE(d->begin(part("bytes 0-199/200")));
  ASSERT_TRUE(write(*d, jpeg_of(150)));
  EXPECT_EQ(code_of(finish(*d)), errc::malformed_answer);
  EXPECT_EQ(d->offset(), 150U) << "the rest can be asked for";
  EXPECT_TRUE(box.files.empty());
}

TEST_F(MediaDownload, NoticesWhenAFileIsNotAsLongAsTheMessageSays) {
  expected.call = endpoint::webwxgetmedia;
  expected.announced_bytes = 100;
  for (std::size_t size : {std::size_t{99}, std::size_t{101}}) {
    auto d = make();
    ASSERT_TRUE(d->begin(whole()));
    ASSERT_TRUE(write(*d, jpeg_of(size)));
    EXPECT_EQ(code_of(finish(*d)), errc::malformed_answer);
  }
  auto d = make();
  ASSERT_TRUE(d->begin(whole()));
  ASSERT_TRUE(write(*d, jpeg_of(100)));
  EXPECT_TRUE(finish(*d));
}

TEST_F(MediaDownload, StopsAtTheLimitAndBeforeItWhenTheLengthIsKnown) {
  expected.max_bytes = 1'000;
  auto d = make();
  EXPECT_EQ(code_of(d->begin(part("bytes 0-1999/2000"))), errc::answer_too_large);
  d = make();
  ASSERT_TRUE(d->begin(whole()));
  ASSERT_TRUE(write(*d, jpeg_of(1'000)));
  EXPECT_EQ(code_of(write(*d, "x")), errc::body_too_large);
}

} // namespace
} // namespace weixin
