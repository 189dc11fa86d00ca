#include "protocol/webwx/xml.hpp"

#include "protocol/webwx/xml_tree.hpp"

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

} // namespace weixin::webwx
