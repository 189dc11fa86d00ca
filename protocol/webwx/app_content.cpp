// Messages of apps: MsgType 49 by AppMsgType (weixin-protocol.md 7.6).
#include "protocol/webwx/message_entry.hpp"
#include "protocol/webwx/text.hpp"
#include "protocol/webwx/xml_tree.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weixin::webwx {

namespace {

constexpr std::string_view what = "webwxsync";
constexpr std::size_t longest_body = 64 * 1024;
constexpr std::size_t most_articles = 20;
constexpr std::size_t most_items = 100;

/// AppMsgType
enum app_type : int {
  record_as_seen_by_some = 0,
  music_type = 3,
  video_link = 4,
  article_link = 5,
  file_type = 6,
  live_location = 17,
  chat_record_type = 19,
  mini_program_type = 33,
  mini_program_page = 36,
  channels_type = 51,
  quote_type = 57,
  transfer_type = 2000,
  red_packet_type = 2001,
};

bool is_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 20 && text != "0" &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// One `<appmsg>` with what stands around it.
struct app_xml {
  pugi::xml_document tree;
  pugi::xml_node app;

  std::string text(const char* name, std::size_t max = longest_text) const {
    return text_in(app.child(name), max);
  }
  std::string url(const char* name = "url") const { return text(name, longest_url); }
  std::string title() const { return text("title"); }
  std::string source() const {
    for (const char* name : {"sourcedisplayname", "sourceusername"})
      if (auto found = text(name, longest_name); !found.empty()) return found;
    return text_in(find_element(tree, "appname"), longest_name);
  }
};

content::app generic(const app_xml& x, int type) {
  return {type, x.title(), x.text("des"), x.url(), x.source()};
}

content::link read_link(const app_xml& x) {
  content::link c;
  c.title = x.title();
  c.description = x.text("des");
  c.url = x.url();
  c.thumb_url = x.url("thumburl");
  c.source = x.source();
  return c;
}

/// `<mmreader><category><item>`: what official accounts send. The first item stands for all.
content::link read_articles(const app_xml& x, const pugi::xml_node& reader) {
  auto c = read_link(x);
  for (const auto& item : reader.child("category").children("item")) {
    if (c.articles.size() == most_articles) break;
    c.articles.push_back(
        {text_in(item.child("title"), longest_text), text_in(item.child("digest"), longest_text),
         text_in(item.child("url"), longest_url), text_in(item.child("cover"), longest_url)});
  }
  if (c.articles.empty()) return c;
  const auto& first = c.articles.front();
  if (c.title.empty()) c.title = first.title;
  if (c.description.empty()) c.description = first.digest;
  if (c.url.empty()) c.url = first.url;
  if (c.thumb_url.empty()) c.thumb_url = first.cover_url;
  return c;
}

bool is_invitation(std::string_view title) noexcept {
  return title == "邀请你加入群聊" || title == "Group Chat Invitation";
}

/// Without the quotation marks and blanks around it, of whichever kind.
std::string unquoted(std::string_view text) {
  constexpr auto marks = std::to_array<std::string_view>({"\"", "\xE2\x80\x9C", "\xE2\x80\x9D", " "});
  auto starts = [&](std::string_view mark) { return text.starts_with(mark); };
  auto ends = [&](std::string_view mark) { return text.ends_with(mark); };
  for (auto m = marks.begin(); (m = std::find_if(marks.begin(), marks.end(), starts)) != marks.end();)
    text.remove_prefix(m->size());
  for (auto m = marks.begin(); (m = std::find_if(marks.begin(), marks.end(), ends)) != marks.end();)
    text.remove_suffix(m->size());
  return std::string{text};
}

/// `"A"邀请你加入群聊"T"，进入可查看详情。` and its English form; names come with either kind of quotation
/// mark or none.
void read_inviter(content::group_invitation& c) {
  struct form {
    std::string_view joins;
    std::string_view ends;
  };
  constexpr auto forms =
      std::to_array<form>({{"邀请你加入群聊", "，进入可查看详情"},
                           {" invited you to join the group chat", ". Enter to view details"}});
  std::string_view whole = c.description;
  for (const auto& f : forms) {
    auto joins = whole.find(f.joins);
    if (joins == std::string_view::npos) continue;
    auto rest = whole.substr(joins + f.joins.size());
    c.inviter = unquoted(whole.substr(0, joins));
    c.topic = unquoted(rest.substr(0, rest.rfind(f.ends)));
    return;
  }
}

message_content read_article_link(const app_xml& x) {
  if (!is_invitation(x.title())) return read_link(x);
  content::group_invitation c;
  c.description = x.text("des");
  c.url = x.url();
  c.thumb_url = x.url("thumburl");
  read_inviter(c);
  return c;
}

content::music read_music(const app_xml& x) {
  return {x.title(), x.text("des"), x.url(), x.url("dataurl"), x.source()};
}

content::file read_file(const app_xml& x, const message_entry& e) {
  auto attachment = x.app.child("appattach");
  content::file c;
  c.name = x.text("title", longest_name);
  if (c.name.empty()) c.name = decode_name(bounded_field(e.fields, "FileName", longest_name));
  c.extension = text_in(attachment.child("fileext"), longest_name);
  c.bytes = number_in(attachment.child("totallen"));
  if (c.bytes == 0) c.bytes = std::max<std::int64_t>(int64_field(e.fields, "FileSize").value_or(0), 0);
  c.md5 = x.text("md5", longest_name);
  c.media_id = bounded_field(e.fields, "MediaId", longest_url);
  c.encrypted_name = bounded_field(e.fields, "EncryFileName", longest_url);
  c.attach_id = text_in(attachment.child("attachid"), longest_url);
  return c;
}

content::mini_program read_mini_program(const app_xml& x) {
  auto program = x.app.child("weappinfo");
  content::mini_program c;
  c.title = x.title();
  c.name = x.source();
  c.user_name = text_in(program.child("username"), longest_name);
  c.app_id = text_in(program.child("appid"), longest_name);
  c.page_path = text_in(program.child("pagepath"), longest_url);
  c.icon_url = text_in(program.child("weappiconurl"), longest_url);
  c.url = x.url();
  return c;
}

/// What is quoted is told in short: it may be a message with a quote itself, and is not followed further.
std::string quoted_text(int type, const std::string& inner) {
  switch (type) {
  case 1:
    return clipped(inner, longest_text);
  case 3:
    return "[Image]";
  case 34:
    return "[Voice]";
  case 42:
    return "[Contact card]";
  case 43:
  case 62:
    return "[Video]";
  case 47:
    return "[Emoticon]";
  case 48:
    return "[Location]";
  default:
    break;
  }
  pugi::xml_document tree;
  if (inner.find('<') != std::string::npos && load_xml(tree, inner, what))
    if (auto title = text_in(find_element(tree, "title"), longest_text); !title.empty()) return title;
  return "[Message]";
}

content::quote read_quote(const app_xml& x) {
  auto refers = x.app.child("refermsg");
  content::quote c;
  c.body = x.text("title", longest_body);
  c.quoted_type = to_int(text_in(refers.child("type"), longest_name)).value_or(0);
  if (auto id = text_in(refers.child("svrid"), longest_name); is_id(id)) c.quoted_msg_id = std::move(id);
  // In a group `fromusr` is the group.
  c.quoted_user_name = text_in(refers.child("chatusr"), longest_name);
  if (c.quoted_user_name.empty()) c.quoted_user_name = text_in(refers.child("fromusr"), longest_name);
  c.quoted_name = text_in(refers.child("displayname"), longest_name);
  if (refers) c.quoted_text = quoted_text(c.quoted_type, text_in(refers.child("content"), longest_body));
  return c;
}

/// `recorditem` is XML once more, as CDATA or escaped; some clients put it there as elements.
entry_content read_record(const app_xml& x) {
  content::chat_record c;
  c.title = x.title();
  c.summary = x.text("des");
  pugi::xml_document inner;
  bool is_broken = false;
  pugi::xml_node info = find_element(x.app, "recordinfo");
  if (!info) {
    auto text = text_in(x.app.child("recorditem"), std::size_t{256} * 1024);
    if (text.find('<') != std::string::npos) {
      is_broken = !load_xml(inner, text, what);
      if (!is_broken) info = find_element(inner, "recordinfo");
    }
  }
  auto list = info.child("datalist");
  for (const auto& item : list.children("dataitem")) {
    if (c.items.size() == most_items) break;
    content::record_item one;
    one.type = to_int(item.attribute("datatype").value()).value_or(0);
    one.name = text_in(item.child("sourcename"), longest_name);
    one.time = text_in(item.child("sourcetime"), longest_name);
    one.text = text_in(item.child("datadesc"), longest_text);
    if (one.text.empty()) one.text = text_in(item.child("datatitle"), longest_text);
    c.items.push_back(std::move(one));
  }
  c.item_count = std::max(attribute_number(list, "count"), static_cast<std::int64_t>(c.items.size()));
  return {std::move(c), is_broken};
}

content::transfer read_transfer(const app_xml& x) {
  auto pay = x.app.child("wcpayinfo");
  content::transfer c;
  auto description = x.text("des");
  c.description = description.substr(0, description.find("。"));
  c.amount = text_in(pay.child("feedesc"), longest_name);
  c.memo = text_in(pay.child("pay_memo"), longest_text);
  c.step = to_int(text_in(pay.child("paysubtype"), longest_name)).value_or(0);
  c.transfer_id = text_in(pay.child("transferid"), longest_name);
  return c;
}

content::red_packet read_red_packet(const app_xml& x) {
  auto pay = x.app.child("wcpayinfo");
  content::red_packet c;
  for (const char* name : {"receivertitle", "sendertitle"})
    if (c.greeting.empty()) c.greeting = text_in(pay.child(name), longest_text);
  if (c.greeting.empty()) c.greeting = x.title();
  c.url = text_in(pay.child("url"), longest_url);
  if (c.url.empty()) c.url = x.url();
  return c;
}

content::channels read_channels(const app_xml& x) {
  auto feed = x.app.child("finderFeed");
  auto medium = child_at(feed, {"mediaList", "media"});
  content::channels c;
  c.author = text_in(feed.child("nickname"), longest_name);
  c.description = text_in(feed.child("desc"), longest_text);
  if (auto id = text_in(feed.child("objectId"), longest_name); is_id(id)) c.feed_id = std::move(id);
  c.media_count = number_in(feed.child("mediaCount"));
  c.url = text_in(medium.child("url"), longest_url);
  c.thumb_url = text_in(medium.child("thumbUrl"), longest_url);
  return c;
}

/// By the number of the message; a message without one is what its XML says.
int type_of(const app_xml& x, const message_entry& e) {
  return e.app_msg_type != 0 ? e.app_msg_type : to_int(x.text("type", longest_name)).value_or(0);
}

entry_content read_by_type(const app_xml& x, const message_entry& e) {
  if (auto reader = find_element(x.app, "mmreader")) return {read_articles(x, reader)};
  auto type = type_of(x, e);
  switch (type) {
  case music_type:
    return {read_music(x)};
  case video_link: {
    auto c = read_link(x);
    c.is_video = true;
    return {std::move(c)};
  }
  case article_link:
    return {read_article_link(x)};
  case file_type:
    return {read_file(x, e)};
  case live_location: {
    content::location c;
    c.is_live = true;
    return {std::move(c)};
  }
  case record_as_seen_by_some:
    if (!x.app.child("recorditem") && !find_element(x.app, "recordinfo")) return {generic(x, type)};
    [[fallthrough]];
  case chat_record_type:
    return read_record(x);
  case mini_program_type:
  case mini_program_page:
    return {read_mini_program(x)};
  case channels_type:
    return {read_channels(x)};
  case quote_type:
    return {read_quote(x)};
  case transfer_type:
    return {read_transfer(x)};
  case red_packet_type:
    return {read_red_packet(x)};
  default:
    return {generic(x, type)};
  }
}

} // namespace

entry_content read_app(const message_entry& e) {
  app_xml x;
  if (load_xml(x.tree, e.xml, what)) {
    x.app = find_element(x.tree, "appmsg");
    if (x.app) return read_by_type(x, e);
  }
  return {content::app{e.app_msg_type, decode_name(bounded_field(e.fields, "FileName", longest_text)), "",
                       decode_entities(bounded_field(e.fields, "Url", longest_url)), ""},
          true};
}

} // namespace weixin::webwx
