#include "simulator/byte_range.hpp"
#include "simulator/endpoints.hpp"
#include "simulator/media_store.hpp"
#include "simulator/picture.hpp"
#include "simulator/sessions.hpp"
#include "simulator/wire_formats.hpp"

#include <charconv>
#include <utility>

namespace weixin::simulator {
namespace {

constexpr int ret_ticket = -14;

answer bytes_as(std::string_view content_type, std::string bytes) {
  auto a = jpeg(std::move(bytes));
  a.response.content_type = std::string{content_type};
  return a;
}

/// The media of the message that MsgID names, of that account; clients write the name in both ways (8).
const media_item* asked_for(world& w, const call& c, const web_session& s) {
  const auto& r = c.request;
  auto text = r.has_field("MsgID") ? r.field("MsgID") : r.field("msgid");
  std::uint64_t id = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  const auto* item = whole ? w.media.of_message(id) : nullptr;
  if (item != nullptr && item->user == s.user_id) return item;
  w.violate(violation_kind::bad_query, c, "MsgID must be that of a message with media of this account");
  return nullptr;
}

/// With a Range a part (206), else as the endpoint says.
answer ranged(const call& c, std::string_view content_type, std::string bytes, bool whole_without_range) {
  auto header = c.request.header("Range");
  if (header.empty()) return bytes_as(content_type, whole_without_range ? std::move(bytes) : std::string{});
  auto range = read_byte_range(header, bytes.size());
  if (!range) {
    auto a = plain_status(416);
    a.response.headers.push_back({"Content-Range", "bytes */" + std::to_string(bytes.size())});
    return a;
  }
  auto a = bytes_as(content_type, bytes.substr(range->first, range->last - range->first + 1));
  a.response.status = 206;
  a.response.headers.push_back({"Accept-Ranges", "bytes"});
  a.response.headers.push_back({"Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                                     std::to_string(range->last) + "/" +
                                                     std::to_string(bytes.size())});
  return a;
}

std::optional<answer> serve_stream(world& w, const call& c, media_kind kind, std::string_view content_type,
                                   bool whole_without_range) {
  auto [s, ret] = admit(w, c, from_query_and_cookies(c));
  if (ret != 0) return ret_answer(ret);
  const auto* item = asked_for(w, c, *s);
  if (item == nullptr) return bytes_as(content_type, {});
  if (item->kind != kind) {
    w.violate(violation_kind::bad_query, c, "this message has media of another kind");
    return bytes_as(content_type, {});
  }
  return ranged(c, content_type, content_of(*item), whole_without_range);
}

} // namespace

std::optional<answer> serve_webwxgetmsgimg(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_query_and_cookies(c));
  if (ret != 0) return ret_answer(ret);
  auto type = c.request.field("type");
  if (!type.empty() && type != "slave" && type != "big")
    w.violate(violation_kind::bad_query, c, "type is absent, slave or big");
  const auto* item = asked_for(w, c, *s);
  if (item == nullptr) return jpeg({});
  if (type == "slave") return jpeg(thumbnail_of(*item));
  // A GIF comes as image/jpeg too (8). Of videos there is nothing but the thumbnail.
  return jpeg(item->kind == media_kind::video ? thumbnail_of(*item) : content_of(*item));
}

std::optional<answer> serve_webwxgetvideo(world& w, const call& c) {
  // Without a Range the body is empty (8).
  return serve_stream(w, c, media_kind::video, "video/mp4", false);
}

std::optional<answer> serve_webwxgetvoice(world& w, const call& c) {
  // wechat4u asks without a Range and gets the whole (8).
  return serve_stream(w, c, media_kind::voice, "audio/mp3", true);
}

std::optional<answer> serve_webwxgetmedia(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_cookies(c));
  if (ret != 0) return ret_answer(ret);
  const auto& r = c.request;
  if (!is_data_ticket(w, *s, r.field("webwx_data_ticket"))) {
    w.violate(violation_kind::wrong_cookie, c, "webwx_data_ticket must be the cookie's value");
    return ret_answer(ret_ticket);
  }
  auto from = r.field("fromuser");
  if (!r.has_field("pass_ticket") || (from != std::to_string(s->uin) && from != s->names.self()))
    w.violate(violation_kind::bad_query, c, "pass_ticket and fromuser, the account, are needed");
  if (!s->names.find(r.field("sender")))
    w.violate(violation_kind::unknown_user_name, c, "sender is nobody in this session");
  const auto* item = w.media.find(r.field("mediaid"));
  if (item == nullptr || item->user != s->user_id || item->kind == media_kind::app) {
    w.violate(violation_kind::bad_query, c, "mediaid must be of a file of this account");
    return bytes_as("application/octet-stream", {});
  }
  // Either the name or its encrypted form, which clients encode once more (8).
  if (r.field("encryfilename").empty() && r.field("filename").empty())
    w.violate(violation_kind::bad_query, c, "encryfilename or filename is needed");
  return ranged(c, "application/octet-stream", content_of(*item), true);
}

std::optional<answer> serve_webwxgeticon(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_query_and_cookies(c));
  if (ret != 0) return ret_answer(ret);
  const auto& r = c.request;
  auto name = r.has_field("username") ? r.field("username") : r.field("userName");
  auto who = s->names.find(name);
  if (!who) {
    w.violate(violation_kind::unknown_user_name, c, "no contact, chatroom or member of this session");
    return jpeg({});
  }
  if (!is_in_chatroom(*w.user(s->user_id), *s, *who, r.field("chatroomid")))
    w.violate(violation_kind::bad_query, c, "chatroomid must be a chatroom that holds this member");
  return jpeg(make_jpeg(600, who->index));
}

std::optional<answer> serve_webwxgetpubliclinkimg(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_cookies(c));
  if (ret != 0) return ret_answer(ret);
  const auto& r = c.request;
  if (!r.has_field("url") || r.field("pictype") != "location")
    w.violate(violation_kind::bad_query, c, "url and pictype=location are needed");
  const auto* item = asked_for(w, c, *s);
  return jpeg(item == nullptr ? std::string{} : content_of(*item));
}

std::optional<answer> serve_webwxcheckurl(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_query_and_cookies(c));
  if (ret != 0) return ret_answer(ret);
  const auto& r = c.request;
  auto url = r.field("requrl");
  if (r.field("opcode") != "2" || r.field("scene") != "1" || !r.has_field("deviceid"))
    w.violate(violation_kind::bad_query, c, "deviceid, opcode=2 and scene=1 are needed");
  if (r.field("username") != s->names.self())
    w.violate(violation_kind::unknown_user_name, c, "username must be the account");
  if ((!url.starts_with("http://") && !url.starts_with("https://")) || url.size() > 4'096 ||
      url.find_first_of(" \r\n\t\"<>") != std::string_view::npos) {
    w.violate(violation_kind::bad_query, c, "requrl must be a web address");
    return html("<html><head><title>error</title></head><body></body></html>");
  }
  auto a = plain_status(302);
  a.response.headers.push_back({"Location", std::string{url}});
  return a;
}

std::optional<answer> serve_webwxpreview(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_cookies(c));
  if (ret != 0) return ret_answer(ret);
  const auto* item = w.media.find(c.request.field("mediaid"));
  if (c.request.field("fun") != "preview" || item == nullptr || item->user != s->user_id) {
    w.violate(violation_kind::bad_query, c, "fun=preview and the mediaid of an upload are needed");
    return jpeg({});
  }
  return jpeg(content_of(*item));
}

} // namespace weixin::simulator
