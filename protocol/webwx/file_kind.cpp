#include "protocol/webwx/file_kind.hpp"

#include <array>
#include <cstddef>

namespace weixin::webwx {

namespace {

using namespace std::string_view_literals;

struct signature {
  file_kind kind;
  std::size_t offset;
  std::string_view bytes;
};

// The first that fits counts.
constexpr auto signatures = std::to_array<signature>({
    {file_kind::jpeg, 0, "\xFF\xD8\xFF"sv},
    {file_kind::png, 0, "\x89PNG\r\n\x1A\n"sv},
    {file_kind::gif, 0, "GIF87a"sv},
    {file_kind::gif, 0, "GIF89a"sv},
    {file_kind::mp3, 0, "ID3"sv},
    {file_kind::amr, 0, "#!AMR"sv},
    {file_kind::silk, 0, "#!SILK"sv},
    {file_kind::silk, 0, "\x02#!SILK"sv},
    {file_kind::ogg, 0, "OggS"sv},
    {file_kind::mp4, 4, "ftyp"sv},
    {file_kind::pdf, 0, "%PDF-"sv},
    {file_kind::zip, 0, "PK\x03\x04"sv},
    {file_kind::zip, 0, "PK\x05\x06"sv},
    {file_kind::gzip, 0, "\x1F\x8B\x08"sv},
    {file_kind::rar, 0, "Rar!\x1A\x07"sv},
    {file_kind::seven_zip, 0, "7z\xBC\xAF\x27\x1C"sv},
});

struct names {
  std::string_view extension;
  std::string_view mime;
};

constexpr auto names_of = std::to_array<names>({
    {"", "application/octet-stream"},
    {"jpg", "image/jpeg"},
    {"png", "image/png"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"bmp", "image/bmp"},
    {"mp3", "audio/mpeg"},
    {"amr", "audio/amr"},
    {"silk", "audio/silk"},
    {"ogg", "audio/ogg"},
    {"wav", "audio/wav"},
    {"mp4", "video/mp4"},
    {"pdf", "application/pdf"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"rar", "application/vnd.rar"},
    {"7z", "application/x-7z-compressed"},
});
static_assert(names_of.size() == static_cast<std::size_t>(file_kind::seven_zip) + 1);

/// MPEG audio without tags: eleven bits of a frame's head, a layer that is III.
bool is_mpeg_frame(std::string_view bytes) noexcept {
  if (bytes.size() < 2 || bytes[0] != '\xFF') return false;
  auto second = static_cast<unsigned char>(bytes[1]);
  return (second & 0xE0) == 0xE0 && (second & 0x06) == 0x02 && (second & 0x18) != 0x08;
}

} // namespace

file_kind file_kind_of(std::string_view bytes) noexcept {
  auto has = [&](std::size_t offset, std::string_view part) {
    return bytes.size() >= offset + part.size() && bytes.substr(offset, part.size()) == part;
  };
  for (const auto& s : signatures)
    if (has(s.offset, s.bytes)) return s.kind;
  if (has(0, "RIFF") && has(8, "WEBP")) return file_kind::webp;
  if (has(0, "RIFF") && has(8, "WAVE")) return file_kind::wav;
  // "BM" alone begins many a text: the two fields behind the size are always zero.
  if (has(0, "BM") && has(6, "\0\0\0\0"sv)) return file_kind::bmp;
  return is_mpeg_frame(bytes) ? file_kind::mp3 : file_kind::unknown;
}

std::string_view extension_of(file_kind k) noexcept {
  return names_of[static_cast<std::size_t>(k)].extension;
}

std::string_view mime_type_of(file_kind k) noexcept { return names_of[static_cast<std::size_t>(k)].mime; }

} // namespace weixin::webwx
