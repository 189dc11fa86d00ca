#include "simulator/xml_text.hpp"

#include <pugixml.hpp>

#include <charconv>
#include <iterator>

namespace weixin::simulator {
namespace {

constexpr std::size_t max_xml = 64 * 1024;

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The one element that the text is; empty for anything else, also for text beside it. Lives as long as the
/// document.
pugi::xml_node only_element(pugi::xml_document& document, std::string_view xml) {
  if (xml.size() > max_xml ||
      !document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_fragment,
                            pugi::encoding_utf8) ||
      document.first_child().next_sibling())
    return {};
  return document.first_child();
}

} // namespace

std::string xml_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += c;
    }
  }
  return out;
}

std::string xml_element(std::string_view name, std::string_view text) {
  std::string out = "<";
  return out.append(name).append(">").append(xml_escape(text)).append("</").append(name).append(">");
}

std::string xml_element(std::string_view name, std::int64_t number) {
  return xml_element(name, std::string_view{std::to_string(number)});
}

std::string xml_cdata(std::string_view text) {
  std::string out = "<![CDATA[";
  for (auto end = text.find("]]>"); end != std::string_view::npos; end = text.find("]]>")) {
    out.append(text.substr(0, end + 2)).append("]]><![CDATA[");
    text.remove_prefix(end + 2);
  }
  return out.append(text).append("]]>");
}

std::string_view attribute_in(std::string_view text, std::string_view name) {
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    bool starts = at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t' || text[at - 1] == '\n');
    auto i = at + name.size();
    while (i < text.size() && text[i] == ' ')
      ++i;
    if (!starts || i >= text.size() || text[i] != '=') continue;
    for (++i; i < text.size() && text[i] == ' ';)
      ++i;
    if (i >= text.size() || (text[i] != '"' && text[i] != '\'')) continue;
    auto end = text.find(text[i], i + 1);
    if (end == std::string_view::npos) return {};
    return text.substr(i + 1, end - i - 1);
  }
  return {};
}

std::optional<app_message> read_app_message(std::string_view xml) {
  pugi::xml_document document;
  auto root = only_element(document, xml);
  app_message m;
  m.wrapped = std::string_view{root.name()} == "msg";
  if (m.wrapped) root = root.child("appmsg");
  if (std::string_view{root.name()} != "appmsg") return std::nullopt;
  auto type = number_of<std::int64_t>(root.child_value("type"));
  if (!type) return std::nullopt;
  m.type = *type;
  m.title = root.child_value("title");
  auto attachment = root.child("appattach");
  m.attach_id = attachment.child_value("attachid");
  m.extension = attachment.child_value("fileext");
  m.total_bytes = number_of<std::uint64_t>(attachment.child_value("totallen")).value_or(0);
  return m;
}

std::optional<mention_source> read_mention_source(std::string_view xml) {
  pugi::xml_document document;
  auto root = only_element(document, xml);
  if (std::string_view{root.name()} != "msgsource") return std::nullopt;
  auto children = root.children();
  if (std::distance(children.begin(), children.end()) != 2) return std::nullopt;
  mention_source m;
  m.chatroom = root.child_value("atchatroomname");
  std::string_view names = root.child_value("atusername");
  if (m.chatroom.empty() || names.empty()) return std::nullopt;
  while (true) {
    auto comma = names.find(',');
    m.user_names.emplace_back(names.substr(0, comma));
    if (comma == std::string_view::npos) return m;
    names.remove_prefix(comma + 1);
  }
}

} // namespace weixin::simulator
