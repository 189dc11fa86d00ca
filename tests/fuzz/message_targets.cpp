#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/message.hpp"
#include "protocol/webwx/notice.hpp"
#include "protocol/webwx/plain_text.hpp"
#include "protocol/webwx/text.hpp"
#include "protocol/webwx/xml.hpp"
#include "protocol/webwx/xml_tree.hpp"
#include "tests/fuzz/targets.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <string>

namespace weixin::fuzz {

namespace {

constexpr std::string_view self = "@5e1f";

constexpr auto msg_types =
    std::to_array<int>({1, 3, 34, 37, 40, 42, 43, 47, 48, 49, 50, 51, 52, 53, 62, 9999, 10000, 10002, 36});
constexpr auto app_types =
    std::to_array<int>({0, 3, 4, 5, 6, 17, 19, 33, 36, 51, 57, 2000, 2001, 16, 100001});

bool is_utf8(std::string_view text) { return webwx::to_valid_utf8(text) == text; }

/// 'a' is the first of a table, 'b' the second, and so on around.
template <std::size_t N>
int chosen(const std::array<int, N>& table, char letter) {
  return table[static_cast<unsigned char>(letter - 'a') % N];
}

/// The first letter of the input is the MsgType, the second the AppMsgType, the third 'g' for a group and 'l'
/// for a location; the rest is the Content.
boost::json::object entry_of(std::string_view input) {
  boost::json::object o{{"MsgId", "4330000000000000001"}, {"FromUserName", "@a1de"}, {"ToUserName", self}};
  if (input.size() < 3) return o;
  o["MsgType"] = chosen(msg_types, input[0]);
  o["AppMsgType"] = chosen(app_types, input[1]);
  if (input[2] == 'g') o["FromUserName"] = "@@e135";
  if (input[2] == 'l') o["SubMsgType"] = 48;
  auto content = webwx::to_valid_utf8(input.substr(3));
  if (input[2] == 'l') o["OriContent"] = content;
  o["Content"] = std::move(content);
  return o;
}

} // namespace

/// An input that begins with a brace is the whole entry, as JSON.
void message(std::string_view input) {
  boost::json::object entry;
  if (input.starts_with('{')) {
    auto parsed = webwx::parse_json(input, "fuzz");
    if (!parsed || !parsed->is_object()) return;
    entry = parsed->as_object();
  } else {
    entry = entry_of(input);
  }
  auto m = webwx::read_message(entry, self);
  if (!m) return;
  require(m->kind == webwx::kind_of(m->content));
  require(m->text == webwx::plain_text(m->content));
  require(is_utf8(m->text));
  require(!m->msg_id.empty() && m->msg_id.find_first_not_of("0123456789") == std::string::npos);
  require(*webwx::read_message(entry, self) == *m);
}

void notice(std::string_view input) {
  auto n = webwx::read_notice(webwx::to_valid_utf8(input));
  require(n.who.size() <= 500);
  require(is_utf8(n.actor) && is_utf8(n.topic));
  for (const auto& name : n.who)
    require(!name.empty() && is_utf8(name) && n.text.find(name) != std::string::npos);
}

void xml(std::string_view input) {
  auto texts = webwx::xml_texts(input, {"skey", "title", "msg"}, "fuzz");
  require(!texts || texts->size() == 3);
  pugi::xml_document tree;
  bool is_xml = webwx::load_xml(tree, input, "fuzz").has_value();
  require(is_xml == texts.has_value());
  if (!is_xml) return;
  auto title = webwx::find_element(tree, "title");
  require(is_utf8(webwx::text_in(title, 100)) && webwx::text_in(title, 100).size() <= 100);
  require(webwx::number_in(title) >= 0 && webwx::attribute_number(title, "a") >= 0);
  require(is_utf8(webwx::attribute_text(title, "a", 100)));
}

void text(std::string_view input) {
  auto content = webwx::to_valid_utf8(input);
  require(is_utf8(webwx::decode_text(content)));
  require(is_utf8(webwx::decode_name(content)));
  require(is_utf8(webwx::decode_xml(content)));
  auto [member, rest] = webwx::split_group_prefix(content);
  require(member.empty() ? rest == content : member.size() + 6 + rest.size() == content.size());
  webwx::mentions(content, "name");
}

} // namespace weixin::fuzz
