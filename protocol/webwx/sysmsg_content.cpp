// What the system says in XML: recalls, pats, templates, calls (weixin-protocol.md 7.5 and 7.7).
#include "protocol/webwx/message_entry.hpp"
#include "protocol/webwx/notice.hpp"
#include "protocol/webwx/text.hpp"
#include "protocol/webwx/xml_tree.hpp"

#include <algorithm>
#include <utility>

namespace weixin::webwx {

namespace {

constexpr std::string_view what = "webwxsync";
constexpr std::size_t most_links = 50;
constexpr std::size_t most_members = 500;

/// A decimal id; 0 and anything else are none.
std::string id_in(const pugi::xml_node& element) {
  auto text = text_in(element, longest_name);
  bool is_id = !text.empty() && text.size() <= 20 && text != "0" &&
               std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_id ? text : std::string{};
}

content::recalled read_recalled(const pugi::xml_node& sysmsg) {
  auto revoke = sysmsg.child("revokemsg");
  content::recalled c;
  c.msg_id = id_in(revoke.child("msgid"));
  c.new_msg_id = id_in(revoke.child("newmsgid"));
  c.notice = text_in(revoke.child("replacemsg"), longest_text);
  return c;
}

content::pat read_pat(const pugi::xml_node& sysmsg) {
  auto pat = sysmsg.child("pat");
  content::pat c;
  c.from_user_name = text_in(pat.child("fromusername"), longest_name);
  c.patted_user_name = text_in(pat.child("pattedusername"), longest_name);
  c.notice = text_in(pat.child("template"), longest_text);
  return c;
}

/// The names of a link's members, or its title.
std::string link_text(const pugi::xml_node& link) {
  std::string names;
  std::size_t members = 0;
  auto separator = text_in(link.child("separator"), longest_name);
  if (separator.empty()) separator = "\xE3\x80\x81"; // U+3001
  for (const auto& member : link.child("memberlist").children("member")) {
    if (members++ == most_members || names.size() > longest_text) break;
    auto name = text_in(member.child("nickname"), longest_name);
    if (name.empty()) continue;
    if (!names.empty()) names += separator;
    names += name;
  }
  return names.empty() ? text_in(link.child("title"), longest_name) : names;
}

/// `"$inviter$"邀请"$names$"加入了群聊` with the links put in. What a link puts in is not looked at again.
std::string expanded(const pugi::xml_node& content_template) {
  auto text = text_in(content_template.child("template"), longest_text);
  std::string out;
  std::size_t links = 0;
  for (std::size_t at = 0; at < text.size() && out.size() <= longest_text;) {
    auto begin = text.find('$', at);
    auto end = begin == std::string::npos ? begin : text.find('$', begin + 1);
    if (end == std::string::npos || links++ == most_links) {
      out += text.substr(at);
      break;
    }
    auto name = text.substr(begin + 1, end - begin - 1);
    auto link = content_template.child("link_list").find_child([&](const pugi::xml_node& n) {
      return name == n.attribute("name").value();
    });
    if (link) {
      out += text.substr(at, begin - at) + link_text(link);
      at = end + 1;
    } else {
      // Not a placeholder: a sum of money, for example. The second sign may begin one.
      out += text.substr(at, end - at);
      at = end;
      if (text.find('$', at + 1) == std::string::npos) {
        out += text.substr(at);
        break;
      }
    }
  }
  return clipped(out, longest_text);
}

/// Types without a reader of their own tell what text they have.
std::string any_text(const pugi::xml_node& sysmsg) {
  for (const char* name : {"plain", "text", "title", "content", "wording"})
    if (auto text = text_in(find_element(sysmsg, name), longest_text); !text.empty()) return text;
  return {};
}

content::notice read_other(const pugi::xml_node& sysmsg, std::string type) {
  std::string text;
  if (auto found = find_element(sysmsg, "content_template")) text = expanded(found);
  if (text.empty()) text = any_text(sysmsg);
  auto c = read_notice(std::move(text));
  c.source = std::move(type);
  return c;
}

/// From `<sysmsg` to its end: what stands around it need not be XML.
std::string_view only_sysmsg(std::string_view xml) {
  constexpr std::string_view closing = "</sysmsg>";
  auto begin = xml.find("<sysmsg");
  if (begin == std::string_view::npos) return xml;
  auto end = xml.rfind(closing);
  return end == std::string_view::npos || end < begin ? xml.substr(begin)
                                                      : xml.substr(begin, end + closing.size() - begin);
}

} // namespace

entry_content read_sysmsg(const message_entry& e) {
  pugi::xml_document tree;
  if (!load_xml(tree, only_sysmsg(e.xml), what) && !load_xml(tree, e.xml, what))
    return {content::unsupported{}, true};
  auto sysmsg = find_element(tree, "sysmsg");
  if (!sysmsg) return {content::unsupported{}, true};
  auto type = attribute_text(sysmsg, "type", longest_name);
  if (type == "revokemsg") return {read_recalled(sysmsg)};
  if (type == "pat") return {read_pat(sysmsg)};
  return {read_other(sysmsg, std::move(type))};
}

entry_content read_call(const message_entry& e) {
  using step = content::call::step;
  content::call c;
  c.what = e.msg_type == 52 ? step::notify : e.msg_type == 53 ? step::invite : step::message;
  bool is_broken = false;
  if (e.xml.find('<') == std::string_view::npos) {
    c.status = clipped(decode_text(e.content), longest_text);
  } else {
    pugi::xml_document tree;
    is_broken = !load_xml(tree, e.xml, what);
    // <VoIPBubbleMsg><msg>: what the phone shows, for example how long they talked.
    if (!is_broken) c.status = text_in(find_element(tree, "VoIPBubbleMsg").child("msg"), longest_text);
  }
  return {std::move(c), is_broken};
}

} // namespace weixin::webwx
