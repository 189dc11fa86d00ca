#include "protocol/webwx/xml.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/json_repair.hpp"

#include <pugixml.hpp>

#include <cstddef>

namespace weixin::webwx {

namespace {

constexpr std::size_t max_xml_bytes = 256 * 1024;
constexpr int max_xml_depth = 64;

/// Document order, bounded in depth and without recursion: the tree comes from outside.
class depth_check : public pugi::xml_tree_walker {
public:
  bool for_each(pugi::xml_node&) override { return depth() < max_xml_depth; }
};

} // namespace

result<std::vector<std::optional<std::string>>>
xml_texts(std::string_view xml, std::initializer_list<std::string_view> names, std::string_view what) {
  if (xml.size() > max_xml_bytes) return answer_error(errc::malformed_answer, what, "XML too large");
  auto begin = xml.find('<');
  if (begin == std::string_view::npos) return answer_error(errc::malformed_answer, what, "no XML");
  xml.remove_prefix(begin);

  pugi::xml_document document;
  auto parsed = document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_fragment,
                                     pugi::encoding_utf8);
  if (!parsed) return answer_error(errc::malformed_answer, what, "broken XML");
  depth_check walker;
  if (!document.traverse(walker)) return answer_error(errc::malformed_answer, what, "XML too deep");

  std::vector<std::optional<std::string>> texts;
  for (auto name : names) {
    auto element = document.find_node([&](const pugi::xml_node& n) { return name == n.name(); });
    if (element)
      texts.emplace_back(element.text().get());
    else
      texts.emplace_back();
  }
  return texts;
}

std::string xml_escape(std::string_view text) {
  auto valid = to_valid_utf8(text);
  std::string out;
  out.reserve(valid.size() + 16);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    auto c = valid[i];
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
    case '\t':
    case '\n':
    case '\r':
      out += c;
      break;
    default:
      // U+FFFE and U+FFFF are no characters of XML either.
      if (valid.compare(i, 3, "\xEF\xBF\xBE") == 0 || valid.compare(i, 3, "\xEF\xBF\xBF") == 0)
        i += 2;
      else if (static_cast<unsigned char>(c) >= 0x20)
        out += c;
    }
  }
  return out;
}

} // namespace weixin::webwx
