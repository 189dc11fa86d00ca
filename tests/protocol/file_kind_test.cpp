#include "protocol/webwx/file_kind.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weixin::webwx {
namespace {

using namespace std::string_view_literals;

TEST(FileKind, IsToldByTheFirstBytes) {
  struct {
    std::string_view bytes;
    std::string_view extension;
    std::string_view mime;
  } rows[] = {{"\xFF\xD8\xFF\xE0\x00\x10JFIF"sv, "jpg", "image/jpeg"},
              {"\x89PNG\r\n\x1A\n"sv, "png", "image/png"},
              {"GIF89a..."sv, "gif", "image/gif"},
              {"GIF87a..."sv, "gif", "image/gif"},
              {"RIFF\x10\x00\x00\x00WEBPVP8 "sv, "webp", "image/webp"},
              {"BM\x36\x00\x0C\x00\x00\x00\x00\x00\x36"sv, "bmp", "image/bmp"},
              {"ID3\x03"sv, "mp3", "audio/mpeg"},
              {"\xFF\xFB\x90\x00"sv, "mp3", "audio/mpeg"},
              {"\xFF\xF3\x18\xC4"sv, "mp3", "audio/mpeg"},
              {"#!AMR\n"sv, "amr", "audio/amr"},
              {"\x02#!SILK_V3"sv, "silk", "audio/silk"},
              {"#!SILK_V3"sv, "silk", "audio/silk"},
              {"OggS\x00"sv, "ogg", "audio/ogg"},
              {"RIFF\x10\x00\x00\x00WAVEfmt "sv, "wav", "audio/wav"},
              {"\x00\x00\x00\x18"
               "ftypisom"sv,
               "mp4", "video/mp4"},
              {"%PDF-1.7"sv, "pdf", "application/pdf"},
              {"PK\x03\x04\x14"sv, "zip", "application/zip"},
              {"PK\x05\x06"sv, "zip", "application/zip"},
              {"\x1F\x8B\x08\x00"sv, "gz", "application/gzip"},
              {"Rar!\x1A\x07\x01\x00"sv, "rar", "application/vnd.rar"},
              {"7z\xBC\xAF\x27\x1C"sv, "7z", "application/x-7z-compressed"}};
  for (auto [bytes, extension, mime] : rows) {
    EXPECT_EQ(extension_of(file_kind_of(bytes)), extension);
    EXPECT_EQ(mime_type_of(file_kind_of(bytes)), mime);
  }
}

TEST(FileKind, IsUnknownOtherwise) {
  for (auto bytes : {""sv, "G"sv, "GIF8"sv, "text"sv, "BM is how a letter may begin"sv, "RIFF"sv, "\xFF"sv,
                     "\xFF\xFE\x41\x00"sv, "\xFF\xEF\x00"sv, "<html>"sv, "{}"sv}) {
    EXPECT_EQ(file_kind_of(bytes), file_kind::unknown) << bytes;
    EXPECT_EQ(extension_of(file_kind_of(bytes)), "");
    EXPECT_EQ(mime_type_of(file_kind_of(bytes)), "application/octet-stream");
  }
}

} // namespace
} // namespace weixin::webwx
