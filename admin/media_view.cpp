#include "admin/media_view.hpp"

#include "protocol/webwx/file_name.hpp"
#include "protocol/webwx/percent.hpp"
#include "runtime/wall_clock.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace weixin::admin {

namespace {

/// What the media store tells apart by first bytes; everything else is no type at all to a browser.
struct type {
  std::string_view mime;
  std::string_view extension;
};
constexpr auto types = std::to_array<type>({{"image/jpeg", "jpg"},
                                            {"image/png", "png"},
                                            {"image/gif", "gif"},
                                            {"image/webp", "webp"},
                                            {"image/bmp", "bmp"},
                                            {"audio/mpeg", "mp3"},
                                            {"audio/amr", "amr"},
                                            {"audio/silk", "silk"},
                                            {"audio/ogg", "ogg"},
                                            {"audio/wav", "wav"},
                                            {"video/mp4", "mp4"},
                                            {"application/pdf", "pdf"},
                                            {"application/zip", "zip"},
                                            {"application/gzip", "gz"},
                                            {"application/vnd.rar", "rar"},
                                            {"application/x-7z-compressed", "7z"}});

const type* find_type(std::string_view mime) {
  auto found = std::find_if(types.begin(), types.end(), [&](const type& t) { return t.mime == mime; });
  return found == types.end() ? nullptr : &*found;
}

boost::json::value or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return boost::json::string(text);
}

boost::json::object part_json(const store::media_record& r) {
  boost::json::object o{{"id", r.owner},
                        {"kind", to_string(r.kind)},
                        {"state", to_string(r.state)},
                        {"error", or_null(r.error)},
                        {"name", or_null(r.name)},
                        {"announced_bytes", nullptr},
                        {"bytes", nullptr},
                        {"mime", nullptr},
                        {"sha256", nullptr},
                        {"updated_at", to_rfc3339(r.changed_at)}};
  if (r.announced_bytes > 0) o["announced_bytes"] = r.announced_bytes;
  if (r.content) {
    o["bytes"] = r.content->bytes;
    o["mime"] = r.content->mime;
    o["sha256"] = r.content->sha256;
  }
  return o;
}

/// Names that Windows keeps for devices, whatever follows the first dot.
bool is_reserved(std::string_view name) {
  auto stem = std::string{name.substr(0, name.find('.'))};
  std::transform(stem.begin(), stem.end(), stem.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  while (stem.ends_with(' '))
    stem.pop_back();
  if (stem == "CON" || stem == "PRN" || stem == "AUX" || stem == "NUL") return true;
  return stem.size() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem[3] >= '0' &&
         stem[3] <= '9';
}

} // namespace

boost::json::object media_json(const std::vector<store::media_record>& parts) {
  boost::json::object o;
  boost::json::value thumbnail = nullptr;
  for (const auto& record : parts) {
    if (record.part == store::media_part::whole)
      o = part_json(record);
    else
      thumbnail = part_json(record);
  }
  o["thumbnail"] = std::move(thumbnail);
  return o;
}

std::string download_name(const store::media_record& record) {
  if (record.part == store::media_part::whole && !record.name.empty()) {
    // It was made harmless when it was stored; once more costs nothing and holds for whatever was stored
    // before.
    auto name = webwx::clean_file_name(record.name);
    for (auto& c : name)
      if (std::string_view{"<>:\"|?*"}.find(c) != std::string_view::npos) c = '_';
    while (name.ends_with('.') || name.ends_with(' '))
      name.pop_back();
    if (name.empty() || name.front() == '.' || is_reserved(name)) name.insert(0, "_");
    return name;
  }
  std::string name{to_string(record.kind)};
  if (record.part == store::media_part::thumbnail) name += "-thumbnail";
  name += "-" + record.owner;
  const auto* known = record.content ? find_type(record.content->mime) : nullptr;
  return name + "." + std::string{known ? known->extension : "bin"};
}

httpd::response media_head(const store::media_record& record) {
  httpd::response head;
  const auto* known = record.content ? find_type(record.content->mime) : nullptr;
  head.content_type = known ? std::string{known->mime} : "application/octet-stream";
  auto name = download_name(record);
  std::string plain = name;
  for (auto& c : plain)
    if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '%') c = '_';
  head.headers = {{"X-Content-Type-Options", "nosniff"},
                  {"Content-Disposition",
                   "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + webwx::percent_encode(name)},
                  {"Content-Security-Policy", "default-src 'none'; sandbox"},
                  {"Cache-Control", "private, no-cache"}};
  if (record.content) head.headers.push_back({"ETag", "\"" + record.content->sha256 + "\""});
  return head;
}

} // namespace weixin::admin
