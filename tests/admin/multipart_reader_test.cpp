#include "admin/multipart_reader.hpp"

#include <gtest/gtest.h>

namespace weixin::admin {
namespace {

constexpr const char* type = "multipart/form-data; boundary=XyZ";

/// What was read, as "begin name file-name", "data ...", "end", with the data of one part joined.
std::vector<std::string> read(const std::string& body, std::size_t step, const char* content_type = type) {
  auto reader = multipart_reader::make(content_type);
  if (!reader) return {"no boundary"};
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < body.size(); at += step) {
    auto events = reader->feed(std::string_view{body}.substr(at, step));
    if (!events) {
      lines.push_back("error");
      return lines;
    }
    for (const auto& e : *events) {
      if (e.what == multipart_reader::event::kind::begin)
        lines.push_back("begin " + e.name + (e.file_name ? " " + *e.file_name : ""));
      else if (e.what == multipart_reader::event::kind::end)
        lines.push_back("end");
      else if (lines.back().starts_with("data "))
        lines.back() += e.data;
      else
        lines.push_back("data " + e.data);
    }
  }
  if (!reader->is_complete()) lines.push_back("incomplete");
  return lines;
}

using lines = std::vector<std::string>;

std::string part(const std::string& disposition, const std::string& content) {
  return "--XyZ\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
}

TEST(MultipartReader, ReadsTheSameWhateverThePieces) {
  auto body = part("name=\"to\"", "Lin") + part("name=\"empty\"", "") +
              part("name=\"file\"; filename=\"a \\\"b\\\".pdf\"\r\nContent-Type: application/pdf",
                   "bytes\r\n--Xy no boundary\r\n--\0" + std::string(1, '\0')) +
              "--XyZ--\r\nepilogue";
  auto whole = read(body, body.size());
  EXPECT_EQ(whole[0], "begin to");
  EXPECT_EQ(whole[1], "data Lin");
  EXPECT_EQ(whole[3], "begin empty");
  EXPECT_EQ(whole[4], "end");
  EXPECT_EQ(whole[5], "begin file a \"b\".pdf");
  EXPECT_EQ(whole.back(), "end");
  for (std::size_t step = 1; step < 40; ++step)
    EXPECT_EQ(read(body, step), whole) << step;
}

TEST(MultipartReader, UnderstandsQuotedBoundariesAndNamesInUtf8) {
  EXPECT_EQ(
      read(part("name=to", "x") + "--XyZ--", 100, "multipart/form-data; charset=utf-8; boundary=\"XyZ\""),
      (lines{"begin to", "data x", "end"}));
  EXPECT_EQ(read(part("name=\"file\"; filename*=utf-8''%E6%96%87.pdf", "x") + "--XyZ--", 100).front(),
            "begin file \xE6\x96\x87.pdf");
}

TEST(MultipartReader, BoundsAHeadAndWhatIsBeforeTheFormAlikeWhateverThePieces) {
  auto most = multipart_reader::max_part_head_bytes;
  // What the reader counts: the line break before the form, the field and its own line breaks.
  auto with_head_of = [](std::size_t bytes) {
    std::string field = "\r\nContent-Disposition: form-data; name=to\r\nX: ";
    return "--XyZ" + field + std::string(bytes - field.size(), 'x') + "\r\n\r\ncontent\r\n--XyZ--";
  };
  auto behind = [](std::size_t bytes) { return std::string(bytes - 2, 'x') + "\r\n--XyZ--"; };
  for (std::size_t step : {std::size_t{1}, std::size_t{1'000}, most * 2}) {
    EXPECT_EQ(read(with_head_of(most), step).front(), "begin to") << step;
    EXPECT_EQ(read(with_head_of(most + 1), step), lines{"error"}) << step;
    EXPECT_EQ(read(behind(most), step), lines{}) << step;
    EXPECT_EQ(read(behind(most + 1), step), lines{"error"}) << step;
  }
}

TEST(MultipartReader, TellsThatTheEndIsMissing) {
  EXPECT_EQ(read(part("name=\"to\"", "Lin"), 1'000).back(), "incomplete");
  EXPECT_EQ(read("--XyZ\r\n", 1'000).back(), "incomplete");
}

TEST(MultipartReader, RefusesWhatIsNoForm) {
  for (const char* bad : {"multipart/form-data", "multipart/form-data; boundary=", "text/plain",
                          "multipart/form-data; boundary=\"a b\""})
    EXPECT_FALSE(multipart_reader::make(bad)) << bad;
  EXPECT_EQ(read(std::string(100'000, 'x'), 1'000).back(), "error");
  EXPECT_EQ(read("--XyZ nonsense", 1'000).back(), "error");
  EXPECT_EQ(read("--XyZ\r\nContent-Type: text/plain\r\n\r\nx\r\n--XyZ--", 1'000).back(), "error");
  EXPECT_EQ(read("--XyZ\r\nno field\r\n\r\nx", 1'000).back(), "error");
  EXPECT_EQ(read("--XyZ\r\nX: " + std::string(100'000, 'x'), 1'000).back(), "error");
  EXPECT_EQ(read(part("name=\"\"", "x"), 1'000).back(), "error");
  EXPECT_EQ(read(part("name=\"unfinished", "x"), 1'000).back(), "error");
}

TEST(MultipartReader, BoundsTheNumberOfParts) {
  std::string body;
  for (std::size_t i = 0; i <= multipart_reader::max_parts; ++i)
    body += part("name=\"x\"", "y");
  EXPECT_EQ(read(body, 1'000).back(), "error");
}

} // namespace
} // namespace weixin::admin
