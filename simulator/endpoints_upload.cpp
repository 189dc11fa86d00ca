#include "simulator/endpoints.hpp"
#include "simulator/media_bytes.hpp"
#include "simulator/multipart.hpp"
#include "simulator/sessions.hpp"
#include "simulator/wire_formats.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

constexpr int ret_parameter = 1;
constexpr int ret_ticket = -14;
constexpr std::uint64_t needs_permit = 25 * 1024 * 1024;
constexpr std::uint64_t max_video = 20 * 1024 * 1024;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_md5(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// Everything that one post of webwxuploadmedia says, its forms checked.
struct upload_post {
  form fields;
  json::object request; ///< uploadmediarequest
  std::string name;
  media_kind kind = media_kind::file;
  std::uint64_t size = 0;
  std::uint64_t chunk = 0;
  std::uint64_t chunks = 1;
  const form_part* file = nullptr;
};

answer refused(int ret, std::uint64_t received = 0) {
  auto fields = with_ret(ret);
  fields["MediaId"] = "";
  fields["StartPos"] = received;
  fields["CDNThumbImgHeight"] = 0;
  fields["CDNThumbImgWidth"] = 0;
  fields["EncryFileName"] = "";
  return json_text(std::move(fields));
}

/// What is wrong with the form itself, and fills `p`; nullptr when it is right.
const char* read_post(const call& c, upload_post& p) {
  auto form = read_form(c.request.header("Content-Type"), c.request.raw_body());
  if (!form) return "a complete multipart/form-data body is needed";
  p.fields = std::move(*form);
  boost::system::error_code ec;
  auto text = p.fields.text("uploadmediarequest");
  auto value = json::parse({text.data(), text.size()}, ec);
  if (ec || !value.is_object()) return "uploadmediarequest must be a JSON object";
  p.request = std::move(value.get_object());
  for (const auto* name : {"name", "type", "size", "mediatype", "pass_ticket", "filename"})
    if (p.fields.find(name) == nullptr) return "a part of the form is missing";
  // WeixinBot misspells it and is understood (6.1).
  if (p.fields.find("lastModifiedDate") == nullptr && p.fields.find("lastModifieDate") == nullptr)
    return "lastModifiedDate is missing";
  p.name = std::string{p.fields.text("name")};
  p.file = p.fields.find("filename");
  if (!p.file->filename || p.file->has_extended_filename)
    return "the file part needs filename, and no filename*";
  auto mediatype = p.fields.text("mediatype");
  if (mediatype == "pic")
    p.kind = media_kind::picture;
  else if (mediatype == "video")
    p.kind = media_kind::video;
  else if (mediatype != "doc")
    return "mediatype is pic, video or doc";
  auto size = number(p.fields.text("size"));
  if (!size) return "size must be a decimal number";
  p.size = *size;
  const auto* chunk = p.fields.find("chunk");
  const auto* chunks = p.fields.find("chunks");
  if ((chunk == nullptr) != (chunks == nullptr)) return "chunk and chunks belong together";
  if (chunk == nullptr) return nullptr;
  auto index = number(chunk->content);
  auto count = number(chunks->content);
  if (!index || !count) return "chunk and chunks must be decimal numbers";
  p.chunk = *index;
  p.chunks = *count;
  return nullptr;
}

const char* check_request(const web_session& s, const upload_post& p) {
  const auto& r = p.request;
  auto size = static_cast<std::int64_t>(p.size);
  if (integer_of(r, "TotalLen") != size || integer_of(r, "DataLen") != size)
    return "size, TotalLen and DataLen are the whole file's";
  if (integer_of(r, "StartPos") != 0 || integer_of(r, "MediaType") != 4)
    return "StartPos 0 and MediaType 4 are needed";
  if (text_of(r, "ClientMediaId").empty()) return "ClientMediaId is needed";
  // Old clients leave these out (6.1).
  if (r.contains("UploadType") && integer_of(r, "UploadType") != 2) return "UploadType is 2";
  if (r.contains("FromUserName") && text_of(r, "FromUserName") != s.names.self())
    return "FromUserName must be the account";
  if (r.contains("ToUserName") && !s.names.find(text_of(r, "ToUserName")))
    return "ToUserName is nobody in this session";
  if (auto md5 = text_of(r, "FileMd5"); !md5.empty() && !is_md5(md5))
    return "FileMd5 is 32 lower-case hex digits";
  if (p.size == 0) return "an empty file cannot be uploaded";
  if (p.kind == media_kind::video && p.size > max_video) return "a video has at most 20 MiB";
  return nullptr;
}

const char* explain(upload_desk::outcome::kind what) {
  using kind = upload_desk::outcome::kind;
  switch (what) {
  case kind::wrong_size:
    return "chunks have 524288 bytes, the last one the rest; larger files need them";
  case kind::wrong_order:
    return "chunks come one after the other";
  case kind::changed:
    return "every chunk repeats the first one's name and size";
  default:
    return "";
  }
}

bool has_permit(const world& w, const web_session& s, const upload_post& p) {
  auto found = w.permits.find(text_of(p.request, "Signature"));
  return found != w.permits.end() && found->second.user == s.user_id && found->second.bytes == p.size &&
         found->second.md5 == text_of(p.request, "FileMd5");
}

answer stored(world& w, const web_session& s, const upload_post& p, std::string file,
              const std::string& md5) {
  media_item item;
  item.user = s.user_id;
  item.kind = p.kind;
  item.media_id = w.secrets.media_id();
  item.name = p.name;
  item.key = w.secrets.key();
  item.md5 = md5;
  item.bytes = file.size();
  item.seed = w.secrets.number();
  item.content = std::make_shared<const std::string>(std::move(file));
  auto fields = with_ret(0);
  fields["MediaId"] = item.media_id;
  fields["StartPos"] = item.bytes;
  fields["CDNThumbImgHeight"] = p.kind == media_kind::picture ? 100 : 0;
  fields["CDNThumbImgWidth"] = p.kind == media_kind::picture ? 100 : 0;
  fields["EncryFileName"] = encrypted_name(item.name);
  w.media.add(std::move(item));
  return json_text(std::move(fields));
}

} // namespace

std::optional<answer> serve_webwxuploadmedia(world& w, const call& c) {
  upload_post p;
  auto refuse = [&](const char* why, int ret = ret_parameter) {
    w.violate(violation_kind::bad_body, c, why);
    return refused(ret);
  };
  if (const auto* wrong = read_post(c, p); wrong != nullptr) return refuse(wrong);
  const auto* base = object_of(p.request, "BaseRequest");
  auto [s, ret] = admit(w, c, base == nullptr ? credentials{} : from_object(*base));
  if (ret != 0) return refused(ret);
  if (c.request.field("f") != "json") w.violate(violation_kind::bad_query, c, "f=json is needed");
  if (!is_data_ticket(w, *s, p.fields.text("webwx_data_ticket"))) {
    w.violate(violation_kind::wrong_cookie, c, "webwx_data_ticket must be the cookie's value");
    return refused(ret_ticket);
  }
  if (!is_pass_ticket(*s, p.fields.text("pass_ticket")))
    w.violate(violation_kind::bad_pass_ticket, c, "pass_ticket is not this session's");
  if (const auto* wrong = check_request(*s, p); wrong != nullptr) return refuse(wrong);
  if (p.size > needs_permit && !has_permit(w, *s, p)) {
    // So the service answers who skips webwxcheckupload (6.1).
    w.violate(violation_kind::bad_body, c, "above 25 MiB the Signature of webwxcheckupload is needed");
    return plain_status(402);
  }
  auto taken = w.uploads.take(
      {s->number, text_of(p.request, "ClientMediaId"), p.name, p.size, p.chunk, p.chunks, p.file->content});
  if (taken.what == upload_desk::outcome::kind::more) return refused(0, taken.received);
  if (taken.what != upload_desk::outcome::kind::complete) return refuse(explain(taken.what));
  auto md5 = md5_hex(taken.file);
  if (auto said = text_of(p.request, "FileMd5"); !said.empty() && said != md5)
    return refuse("FileMd5 is not that of the bytes");
  return stored(w, *s, p, std::move(taken.file), md5);
}

std::optional<answer> serve_webwxcheckupload(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  const auto* body = c.request.body();
  auto md5 = body == nullptr ? std::string{} : text_of(*body, "FileMd5");
  auto size = body == nullptr ? std::nullopt : integer_of(*body, "FileSize");
  if (!is_md5(md5) || !size || *size < 1 || text_of(*body, "FileName").empty() ||
      integer_of(*body, "FileType") != 7) {
    w.violate(violation_kind::bad_body, c, "FileMd5, FileName, FileSize and FileType 7 are needed");
    return ret_answer(ret_parameter);
  }
  if (text_of(*body, "FromUserName") != s->names.self() || !s->names.find(text_of(*body, "ToUserName"))) {
    w.violate(violation_kind::unknown_user_name, c, "FromUserName must be the account, ToUserName known");
    return ret_answer(ret_parameter);
  }
  auto bytes = static_cast<std::uint64_t>(*size);
  const auto* known = w.media.find_md5(s->user_id, md5);
  auto fields = with_ret(0);
  fields["MediaId"] = known != nullptr && known->bytes == bytes ? known->media_id : "";
  fields["AESKey"] = w.secrets.key();
  fields["Signature"] = w.permit_upload(s->user_id, std::move(md5), bytes);
  fields["EncryFileName"] = encrypted_name(text_of(*body, "FileName"));
  return json_text(std::move(fields));
}

} // namespace weixin::simulator
