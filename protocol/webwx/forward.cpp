#include "protocol/webwx/forward.hpp"

#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/text.hpp"
#include "protocol/webwx/xml.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace weixin::webwx {

namespace {

// MsgType and AppMsgType (weixin-protocol.md 7.5, 7.6)
constexpr int type_text = 1;
constexpr int type_image = 3;
constexpr int type_video = 43;
constexpr int type_emoticon = 47;
constexpr int type_location = 48;
constexpr int type_app = 49;
constexpr int type_micro_video = 62;
constexpr int app_file = 6;
constexpr int app_transfer = 2000;
constexpr int app_red_packet = 2001;
constexpr int scene_forward = 2;

error refused(std::string_view why) { return fail(errc::invalid_argument, "forward: " + std::string{why}); }

outgoing forwarded(endpoint call, int type, std::string content) {
  outgoing what;
  what.call = call;
  what.type = type;
  what.content = std::move(content);
  what.media_id = "";
  what.scene = scene_forward;
  return what;
}

/// Content that is XML. Weixin escapes it as a whole; what is XML already would be broken by that.
std::string xml_of(std::string_view content) {
  auto begin = content.find_first_not_of(" \t\r\n");
  bool is_xml =
      begin != std::string_view::npos && content[begin] == '<' && !content.substr(begin).starts_with("<br");
  return to_valid_utf8(is_xml ? std::string{content} : decode_xml(content));
}

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// The value of the first attribute of that name, whatever the blanks around '=' and the kind of quotes.
std::string_view find_attribute(std::string_view xml, std::string_view name) noexcept {
  for (auto at = xml.find(name); at != std::string_view::npos; at = xml.find(name, at + 1)) {
    if (at == 0 || !is_blank(xml[at - 1])) continue;
    auto rest = xml.substr(at + name.size());
    auto skip_blanks = [&] {
      while (!rest.empty() && is_blank(rest.front()))
        rest.remove_prefix(1);
    };
    skip_blanks();
    if (!rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    skip_blanks();
    if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) continue;
    auto end = rest.find(rest.front(), 1);
    if (end != std::string_view::npos) return rest.substr(1, end - 1);
  }
  return {};
}

/// Where the first tag that begins with `tag` ("<name" or "</name") stands, from `from` on; what is quoted in
/// CDATA or a comment is no tag: titles are written by anybody.
std::size_t find_tag(std::string_view xml, std::string_view tag, std::size_t from = 0) noexcept {
  constexpr auto none = std::string_view::npos;
  for (auto at = xml.find('<', from); at != none; at = xml.find('<', at)) {
    auto rest = xml.substr(at);
    if (rest.starts_with("<![CDATA[")) {
      auto end = rest.find("]]>");
      if (end == none) return none;
      at += end;
    } else if (rest.starts_with("<!--")) {
      auto end = rest.find("-->");
      if (end == none) return none;
      at += end;
    } else if (rest.starts_with(tag) && rest.size() > tag.size() &&
               (is_blank(rest[tag.size()]) || rest[tag.size()] == '>' || rest[tag.size()] == '/')) {
      return at;
    } else {
      ++at;
    }
  }
  return none;
}

/// The <appmsg> element of a received file with its attachid replaced; nothing when it has none.
std::optional<std::string> with_attachment(std::string_view xml, std::string_view media_id) {
  constexpr auto none = std::string_view::npos;
  auto begin = find_tag(xml, "<appmsg");
  auto attached = begin == none ? none : find_tag(xml, "<attachid", begin);
  auto opened = attached == none ? none : xml.find('>', attached);
  auto end = opened == none ? none : find_tag(xml, "</appmsg", opened);
  if (end == none) return std::nullopt;
  auto after = opened + 1;
  if (xml[opened - 1] != '/') {
    auto closing = find_tag(xml, "</attachid", after);
    if (closing == none || closing > end) return std::nullopt;
    after = xml.find('>', closing) + 1;
  }
  constexpr std::string_view last_tag = "</appmsg>";
  return std::string{xml.substr(begin, attached - begin)} + "<attachid>" + xml_escape(media_id) +
         "</attachid>" + std::string{xml.substr(after, end - after)} + std::string{last_tag};
}

result<outgoing> forward_app(const boost::json::object& entry, std::string_view content) {
  auto app_type = int_field(entry, "AppMsgType").value_or(0);
  if (app_type == app_transfer || app_type == app_red_packet) return refused("money");
  if (app_type <= 0) return refused("no AppMsgType");
  auto original = text_field(entry, "OriContent");
  auto xml = xml_of(original.empty() ? content : std::string_view{original});
  if (app_type == app_file) {
    auto media_id = text_field(entry, "MediaId");
    if (media_id.empty() || media_id.size() > max_media_id_bytes) return refused("no MediaId");
    auto attached = with_attachment(xml, media_id);
    if (!attached) return refused("no attachment");
    xml = std::move(*attached);
  }
  if (xml.empty()) return refused("no content");
  return forwarded(endpoint::webwxsendappmsg, app_type, std::move(xml));
}

result<outgoing> forward_emoticon(const boost::json::object& entry, std::string_view content) {
  if (int_field(entry, "HasProductId").value_or(0) != 0) return refused("a sticker of the shop");
  auto xml = xml_of(content);
  auto what = emoticon_by_md5(find_attribute(xml, "md5"));
  if (!what) return refused("no MD5");
  what->scene = scene_forward;
  return what;
}

result<outgoing> forward_text(const boost::json::object& entry, std::string_view content) {
  bool is_location =
      int_field(entry, "SubMsgType") == type_location ||
      (!text_field(entry, "Url").empty() && content.find("pictype=location") != std::string_view::npos);
  if (is_location) {
    auto xml = xml_of(text_field(entry, "OriContent"));
    if (xml.empty()) return refused("no OriContent");
    return forwarded(endpoint::webwxsendmsg, type_location, std::move(xml));
  }
  if (int_field(entry, "AppMsgType") == app_red_packet) return refused("money");
  if (text_field(entry, "FromUserName") == "newsapp") return refused("news");
  auto text = decode_text(content);
  if (text.empty()) return refused("no content");
  return forwarded(endpoint::webwxsendmsg, type_text, to_valid_utf8(text));
}

} // namespace

result<outgoing> forward_of(std::string_view raw) {
  auto parsed = parse_json(raw, "forward");
  const auto* entry = parsed ? parsed->if_object() : nullptr;
  if (entry == nullptr) return fail(errc::malformed_answer, "forward: no message");
  auto whole = text_field(*entry, "Content");
  if (whole.size() > max_forwarded_bytes || text_field(*entry, "OriContent").size() > max_forwarded_bytes)
    return refused("too large");
  std::string_view content = whole;
  if (is_group_user_name(text_field(*entry, "FromUserName"))) content = split_group_prefix(content).second;

  auto as = [&](endpoint call, int type) -> result<outgoing> {
    if (content.empty()) return refused("no content");
    return forwarded(call, type, xml_of(content));
  };
  switch (auto type = int_field(*entry, "MsgType").value_or(0)) {
  case type_text:
    return forward_text(*entry, content);
  case type_image:
    return as(endpoint::webwxsendmsgimg, type_image);
  case type_video:
  case type_micro_video:
    return as(endpoint::webwxsendvideomsg, type);
  case type_emoticon:
    return forward_emoticon(*entry, content);
  case type_location: {
    auto original = text_field(*entry, "OriContent");
    if (!original.empty()) content = original;
    return as(endpoint::webwxsendmsg, type_location);
  }
  case type_app:
    return forward_app(*entry, content);
  default:
    return refused("this kind of message");
  }
}

} // namespace weixin::webwx
