#include "protocol/webwx/upload_plan.hpp"

#include "protocol/webwx/file_name.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weixin::webwx {

namespace {

struct mime {
  std::string_view extension;
  std::string_view type;
};

constexpr auto mimes = std::to_array<mime>({
    {"bmp", "image/bmp"},
    {"csv", "text/csv"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"gif", "image/gif"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"json", "application/json"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"txt", "text/plain"},
    {"wav", "audio/wav"},
    {"webp", "image/webp"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "text/xml"},
    {"zip", "application/zip"},
});

std::uint64_t limit_of(upload_type type, const upload_limits& limits) noexcept {
  switch (type) {
  case upload_type::picture:
    return limits.picture;
  case upload_type::video:
    return limits.video;
  case upload_type::document:
    break;
  }
  return limits.document;
}

} // namespace

std::string_view to_string(upload_type type) noexcept {
  constexpr auto names = std::to_array<std::string_view>({"pic", "video", "doc"});
  return names[static_cast<std::size_t>(type)];
}

upload_type upload_type_of(std::string_view file_name) {
  auto extension = file_extension(file_name);
  for (auto picture : {"bmp", "png", "jpeg", "jpg"})
    if (extension == picture) return upload_type::picture;
  return extension == "mp4" ? upload_type::video : upload_type::document;
}

std::string_view mime_type_of(std::string_view file_name) {
  auto extension = file_extension(file_name);
  auto found =
      std::find_if(mimes.begin(), mimes.end(), [&](const mime& m) { return m.extension == extension; });
  return found == mimes.end() ? std::string_view{"application/octet-stream"} : found->type;
}

file_range upload_plan::chunk(std::uint64_t index) const noexcept {
  if (index >= chunk_count()) return {bytes, 0};
  auto offset = index * chunk_bytes;
  return {offset, std::min(chunk_bytes, bytes - offset)};
}

result<upload_plan> plan_upload(std::string_view file_name, std::uint64_t bytes,
                                const upload_limits& limits) {
  return plan_upload(upload_type_of(clean_file_name(file_name)), file_name, bytes, limits);
}

result<upload_plan> plan_upload(upload_type type, std::string_view file_name, std::uint64_t bytes,
                                const upload_limits& limits) {
  upload_plan plan;
  plan.file_name = clean_file_name(file_name);
  plan.type = type;
  plan.bytes = bytes;
  if (bytes == 0) return fail(errc::invalid_argument, "upload: the file is empty");
  if (auto limit = limit_of(plan.type, limits); bytes > limit)
    return fail(errc::body_too_large, "upload: above the limit of " + std::to_string(limit) + " bytes for " +
                                          std::string{to_string(plan.type)});
  return plan;
}

} // namespace weixin::webwx
