#include "protocol/webwx/media.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/file_name.hpp"
#include "protocol/webwx/request.hpp"

namespace weixin::webwx {

namespace {

constexpr std::size_t judged_bytes = 64;

http_request make_ranged(const session& s, endpoint e, std::string_view msg_id, std::uint64_t from) {
  target t{e};
  t.add("msgid", msg_id).add("skey", s.skey.reveal());
  auto request = make_get(host_of(s, e), std::move(t), s);
  request.headers.push_back({"Range", "bytes=" + std::to_string(from) + "-"});
  return request;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> known) {
  for (auto k : known)
    if (text == k) return true;
  return false;
}

} // namespace

http_request make_get_msg_img(const session& s, std::string_view msg_id, image_size size) {
  target t{endpoint::webwxgetmsgimg};
  t.add("MsgID", msg_id).add("skey", s.skey.reveal());
  if (size == image_size::slave) t.add("type", "slave");
  if (size == image_size::big) t.add("type", "big");
  return make_get(s.host.entry, std::move(t), s);
}

http_request make_get_video(const session& s, std::string_view msg_id, std::uint64_t from) {
  return make_ranged(s, endpoint::webwxgetvideo, msg_id, from);
}

http_request make_get_voice(const session& s, std::string_view msg_id, std::uint64_t from) {
  return make_ranged(s, endpoint::webwxgetvoice, msg_id, from);
}

result<http_request> make_get_media(const session& s, const received_file& file) {
  if (file.media_id.empty()) return fail(errc::invalid_argument, "webwxgetmedia: no MediaId");
  const auto* ticket = s.cookies.find("webwx_data_ticket");
  if (ticket == nullptr || ticket->value.empty())
    return fail(errc::not_online, "webwxgetmedia: no webwx_data_ticket");
  target t{endpoint::webwxgetmedia};
  t.add("sender", file.sender).add("mediaid", file.media_id).add("encryfilename", file.encry_file_name);
  t.add("fromuser", s.uin).add("pass_ticket", s.pass_ticket.reveal());
  t.add("webwx_data_ticket", ticket->value.reveal());
  return make_get(host_of(s, endpoint::webwxgetmedia), std::move(t), s);
}

http_request make_get_icon(const session& s, const icon_of& whose) {
  target t{endpoint::webwxgeticon};
  t.add("seq", whose.seq).add("username", whose.user_name);
  if (!whose.chat_room_id.empty()) t.add("chatroomid", whose.chat_room_id);
  if (!whose.msg_id.empty()) t.add("msgid", whose.msg_id);
  t.add("skey", s.skey.reveal());
  if (whose.big) t.add("type", "big");
  return make_get(s.host.entry, std::move(t), s);
}

http_request make_get_head_img(const session& s, std::string_view group, std::int64_t seq) {
  target t{endpoint::webwxgetheadimg};
  t.add("seq", seq).add("username", group).add("skey", s.skey.reveal());
  return make_get(s.host.entry, std::move(t), s);
}

http_request make_get_public_link_img(const session& s, std::string_view msg_id) {
  target t{endpoint::webwxgetpubliclinkimg};
  // "xxx" is what Weixin itself writes there.
  t.add("url", "xxx").add("msgid", msg_id).add("pictype", "location");
  return make_get(s.host.entry, std::move(t), s);
}

http_request make_preview(const session& s, std::string_view media_id) {
  target t{endpoint::webwxpreview};
  t.add("fun", "preview").add("mediaid", media_id);
  return make_get(s.host.entry, std::move(t), s);
}

result<void> check_media_answer(const http_response& answer, endpoint e, std::string_view file_name) {
  if (auto status = expect_status(answer, e, {200, 206}); !status) return status;
  // An empty body is what a streamed one leaves behind; whether the stream was empty, its sink knows.
  if (answer.body.empty()) return {};
  return check_media_bytes(std::string_view{answer.body}.substr(0, judged_bytes), e, file_name);
}

result<void> check_media_bytes(std::string_view first_bytes, endpoint e, std::string_view file_name) {
  auto came_instead = [&](std::string_view what) {
    return answer_error(errc::malformed_answer, to_string(e), std::string{what} + " instead of media");
  };
  if (first_bytes.empty()) return answer_error(errc::malformed_answer, to_string(e), "empty body");
  bool is_file = e == endpoint::webwxgetmedia || e == endpoint::webwxpreview;
  auto extension = is_file ? file_extension(file_name) : std::string{};
  if (is_page(first_bytes) && !is_one_of(extension, {"htm", "html", "xhtml", "svg", "xml", "mht", "eml"}))
    return came_instead("a page");
  auto begin = first_bytes.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) {
    if (is_file) return {};
    return answer_error(errc::malformed_answer, to_string(e), "empty body");
  }
  if (first_bytes[begin] == '{') {
    bool is_base_response = first_bytes.find("\"BaseResponse\"") != std::string_view::npos;
    // Any file may begin so; no picture, voice or video does.
    if (is_base_response || !is_file) return came_instead("JSON");
  }
  return {};
}

result<void> check_image_answer(const http_response& answer) {
  return check_media_answer(answer, endpoint::webwxgetmsgimg);
}

result<void> check_image_bytes(std::string_view first_bytes) {
  return check_media_bytes(first_bytes, endpoint::webwxgetmsgimg);
}

} // namespace weixin::webwx
