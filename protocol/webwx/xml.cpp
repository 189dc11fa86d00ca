#include "protocol/webwx/xml.hpp"

#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/xml_tree.hpp"

#include <cstddef>

namespace weixin::webwx {

result<std::vector<std::optional<std::string>>>
xml_texts(std::string_view xml, std::initializer_list<std::string_view> names, std::string_view what) {
  pugi::xml_document document;
  if (auto loaded = load_xml(document, xml, what); !loaded) return loaded.error();
  std::vector<std::optional<std::string>> texts;
  for (auto name : names) {
    auto element = find_element(document, name);
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
