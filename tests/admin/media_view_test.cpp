#include "admin/media_view.hpp"

#include <gtest/gtest.h>

namespace weixin::admin {
namespace {

store::media_record file_called(const std::string& name, const std::string& mime = "application/pdf") {
  store::media_record record;
  record.owner = "1001";
  record.kind = store::media_kind::file;
  record.state = store::media_state::available;
  record.name = name;
  record.content = store::media_content{"m-1", "00ff", 7, mime};
  return record;
}

std::string field(const httpd::response& head, std::string_view name) {
  return std::string{find_header(head.headers, name)};
}

// What a browser saves is no path, no device, no hidden file, and looks like what it is.
TEST(MediaView, GivesEveryHostileNameASafeForm) {
  const struct {
    std::string name, safe;
  } names[] = {{"report.pdf", "report.pdf"}, {"../../etc/passwd", "passwd"},
               {"..\\x.exe", "x.exe"},       {"CON", "_CON"},
               {"nul.txt", "_nul.txt"},      {"Com1.tar.gz", "_Com1.tar.gz"},
               {"com10", "com10"},           {".bashrc", "_.bashrc"},
               {"trailing. . ", "trailing"}, {"a:b|c?d*e\"f<g>h", "a_b_c_d_e_f_g_h"},
               {"\u202egpj.exe", "gpj.exe"}, {std::string{"a\0b", 3}, "ab"}};
  for (const auto& [name, safe] : names)
    EXPECT_EQ(download_name(file_called(name)), safe) << name;
}

TEST(MediaView, NamesWhatHasNoNameByWhatItIs) {
  auto record = file_called("", "image/png");
  record.kind = store::media_kind::image;
  EXPECT_EQ(download_name(record), "image-1001.png");
  record.part = store::media_part::thumbnail;
  record.content->mime = "application/octet-stream";
  EXPECT_EQ(download_name(record), "image-thumbnail-1001.bin");
}

TEST(MediaView, LetsABrowserDoNothingButSave) {
  auto head = media_head(file_called("报告 \"x\".pdf"));
  EXPECT_EQ(head.content_type, "application/pdf");
  EXPECT_EQ(field(head, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(field(head, "Content-Security-Policy"), "default-src 'none'; sandbox");
  EXPECT_EQ(field(head, "ETag"), "\"00ff\"");
  auto disposition = field(head, "Content-Disposition");
  EXPECT_EQ(disposition.substr(0, 22), "attachment; filename=\"");
  EXPECT_NE(disposition.find("filename*=UTF-8''%E6%8A%A5%E5%91%8A%20"), std::string::npos) << disposition;
  for (char c : disposition)
    EXPECT_TRUE(c >= ' ' && c <= '~') << disposition;
}

TEST(MediaView, CallsNothingAPageWhateverWasStored) {
  EXPECT_EQ(media_head(file_called("x", "text/html")).content_type, "application/octet-stream");
  EXPECT_EQ(media_head(file_called("x", "")).content_type, "application/octet-stream");
}

TEST(MediaView, ShowsTheThumbnailBelowTheWhole) {
  auto whole = file_called("a");
  auto small = whole;
  small.part = store::media_part::thumbnail;
  small.state = store::media_state::failed;
  small.error = "malformed_answer";
  small.content.reset();
  auto o = media_json({whole, small});
  EXPECT_EQ(o.at("sha256").as_string(), "00ff");
  EXPECT_EQ(o.at("thumbnail").at("error").as_string(), "malformed_answer");
  EXPECT_TRUE(o.at("thumbnail").at("bytes").is_null());
  EXPECT_TRUE(media_json({whole}).at("thumbnail").is_null());
  EXPECT_FALSE(o.contains("file")) << "no path and no name of ours";
}

} // namespace
} // namespace weixin::admin
