#include "protocol/webwx/upload.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/request.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <limits>

namespace weixin::webwx {

namespace {

constexpr int upload_type_file = 2;      // UploadType
constexpr int media_type_attachment = 4; // MediaType, whatever it is
constexpr int file_type_of_check = 7;    // FileType
constexpr std::int64_t start_pos = 0;    // also of later chunks
constexpr std::string_view bytes_of_file = "application/octet-stream";

bool is_md5(std::string_view text) noexcept {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string request_field(const session& s, const upload& u) {
  boost::json::object json{{"UploadType", upload_type_file}};
  json["BaseRequest"] = body_with_base_request(s)["BaseRequest"];
  json["ClientMediaId"] = u.client_media_id;
  json["TotalLen"] = u.plan.bytes;
  json["StartPos"] = start_pos;
  json["DataLen"] = u.plan.bytes;
  json["MediaType"] = media_type_attachment;
  json["FromUserName"] = s.user_name;
  json["ToUserName"] = u.to_user_name;
  json["FileMd5"] = u.md5;
  if (u.permit) {
    json["AESKey"] = u.permit->aes_key.reveal();
    json["Signature"] = u.permit->signature.reveal();
  }
  return boost::json::serialize(json);
}

int small_number(const json_answer& answer, std::string_view key) {
  auto number = answer.number(key).value_or(0);
  return number < 0 || number > std::numeric_limits<int>::max() ? 0 : static_cast<int>(number);
}

} // namespace

http_request make_check_upload(const session& s, const upload& u) {
  auto body = body_with_base_request(s);
  body["FileMd5"] = u.md5;
  body["FileName"] = u.plan.file_name;
  body["FileSize"] = u.plan.bytes;
  body["FileType"] = file_type_of_check;
  body["FromUserName"] = s.user_name;
  body["ToUserName"] = u.to_user_name;
  target t{endpoint::webwxcheckupload};
  t.add_common(s);
  return make_json_post(s, std::move(t), body);
}

result<upload_permit> parse_check_upload(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxcheckupload);
  if (!opened) return opened.error();
  upload_permit permit{secret{opened->text("AESKey")}, secret{opened->text("Signature")},
                       opened->text("MediaId"), opened->text("EncryFileName")};
  if (permit.media_id.empty() && permit.signature.empty())
    return answer_error(errc::malformed_answer, opened->what(), "no Signature");
  return permit;
}

result<upload_request> make_upload_chunk(const session& s, const upload& u, std::uint64_t index,
                                         std::string_view boundary) {
  auto wrong = [](std::string_view why) {
    return fail(errc::invalid_argument, "webwxuploadmedia: " + std::string{why});
  };
  auto chunks = u.plan.chunk_count();
  if (index >= chunks) return wrong("no such chunk");
  if (!is_md5(u.md5)) return wrong("no MD5");
  if (u.plan.needs_check() && !u.permit) return wrong("not asked for");
  const auto* ticket = s.cookies.find("webwx_data_ticket");
  if (ticket == nullptr || ticket->value.empty())
    return fail(errc::not_online, "webwxuploadmedia: no webwx_data_ticket");

  std::vector<form_field> fields{{"id", "WU_FILE_" + std::to_string(u.number)},
                                 {"name", u.plan.file_name},
                                 {"type", std::string{mime_type_of(u.plan.file_name)}},
                                 {"lastModifiedDate", script_date(u.modified_ms)},
                                 {"size", std::to_string(u.plan.bytes)}};
  if (chunks > 1) {
    fields.push_back({"chunks", std::to_string(chunks)});
    fields.push_back({"chunk", std::to_string(index)});
  }
  fields.push_back({"mediatype", std::string{to_string(u.plan.type)}});
  fields.push_back({"uploadmediarequest", request_field(s, u)});
  fields.push_back({"webwx_data_ticket", ticket->value.reveal()});
  // In a form it is the value itself, not the encoded one of the XML (weixin-protocol.md 1.2).
  fields.push_back({"pass_ticket", percent_decode(s.pass_ticket.reveal())});
  auto frame = make_multipart(boundary, fields, "filename", u.plan.file_name, bytes_of_file);
  if (!frame) return frame.error();

  upload_request r;
  target t{endpoint::webwxuploadmedia};
  t.add("f", "json");
  r.request = make_post(s, std::move(t), frame->content_type, {});
  r.request.host = host_of(s, endpoint::webwxuploadmedia);
  r.frame = std::move(*frame);
  r.boundary = std::string{boundary};
  r.range = u.plan.chunk(index);
  return r;
}

result<http_request> with_chunk(upload_request r, std::string_view bytes) {
  if (bytes.size() != r.range.length)
    return fail(errc::invalid_argument, "webwxuploadmedia: another number of bytes");
  if (contains_boundary(bytes, r.boundary))
    return fail(errc::invalid_argument, "webwxuploadmedia: the boundary occurs in the file");
  r.request.body.reserve(r.content_length());
  r.request.body.append(r.frame.head).append(bytes).append(r.frame.tail);
  return std::move(r.request);
}

result<upload_answer> parse_upload(const http_response& answer, bool is_last_chunk) {
  auto opened = json_answer::open(answer, endpoint::webwxuploadmedia);
  if (!opened) return opened.error();
  upload_answer a;
  a.media_id = opened->text("MediaId");
  a.received_bytes = std::max<std::int64_t>(opened->number("StartPos").value_or(0), 0);
  a.thumb_height = small_number(*opened, "CDNThumbImgHeight");
  a.thumb_width = small_number(*opened, "CDNThumbImgWidth");
  a.encry_file_name = opened->text("EncryFileName");
  if (is_last_chunk && a.media_id.empty())
    return answer_error(errc::malformed_answer, opened->what(), "no MediaId");
  return a;
}

std::string script_date(std::int64_t ms) {
  using namespace std::chrono;
  constexpr auto days_of_week = std::to_array<const char*>({"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"});
  constexpr auto months = std::to_array<const char*>(
      {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
  constexpr std::int64_t last_ms = 253'402'214'400'000; // 9999-12-31T00:00:00Z
  auto china = sys_time<milliseconds>{milliseconds{std::clamp<std::int64_t>(ms, 0, last_ms)}} + hours{8};
  auto day = floor<days>(china);
  year_month_day date{day};
  hh_mm_ss time{floor<seconds>(china - day)};
  char text[64];
  std::snprintf(text, sizeof text, "%s %s %02u %04d %02d:%02d:%02d GMT+0800",
                days_of_week[weekday{day}.c_encoding()], months[unsigned{date.month()} - 1],
                unsigned{date.day()}, int{date.year()}, static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return std::string{text} + " (中国标准时间)";
}

} // namespace weixin::webwx
