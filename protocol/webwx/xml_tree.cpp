#include "protocol/webwx/xml_tree.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/utf8.hpp"

#include <algorithm>

namespace weixin::webwx {

namespace {

constexpr std::size_t max_xml_bytes = 256 * 1024;
constexpr int max_xml_depth = 64;
constexpr std::string_view white_space = " \t\r\n";

/// Document order, bounded in depth and without recursion: the tree comes from outside.
class depth_check : public pugi::xml_tree_walker {
public:
  bool for_each(pugi::xml_node&) override { return depth() < max_xml_depth; }
};

std::string_view trimmed(std::string_view text) {
  auto begin = text.find_first_not_of(white_space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

std::int64_t amount(std::string_view text) {
  return std::max<std::int64_t>(to_int64(trimmed(text)).value_or(0), 0);
}

} // namespace

result<void> load_xml(pugi::xml_document& tree, std::string_view xml, std::string_view what) {
  if (xml.size() > max_xml_bytes) return answer_error(errc::malformed_answer, what, "XML too large");
  auto begin = xml.find('<');
  if (begin == std::string_view::npos) return answer_error(errc::malformed_answer, what, "no XML");
  xml.remove_prefix(begin);
  auto parsed = tree.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_fragment,
                                 pugi::encoding_utf8);
  if (!parsed) return answer_error(errc::malformed_answer, what, "broken XML");
  depth_check walker;
  if (!tree.traverse(walker)) return answer_error(errc::malformed_answer, what, "XML too deep");
  return {};
}

pugi::xml_node find_element(const pugi::xml_node& from, std::string_view name) {
  return from.find_node([&](const pugi::xml_node& n) { return name == n.name(); });
}

pugi::xml_node child_at(pugi::xml_node from, std::initializer_list<const char*> path) {
  for (const char* step : path)
    from = from.child(step);
  return from;
}

// References such as "&#xD800;" make pugixml write what is no UTF-8, so every text is checked again.
std::string text_in(const pugi::xml_node& element, std::size_t max) {
  std::string text;
  for (const auto& part : element.children())
    if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata) text += part.value();
  return clipped(to_valid_utf8(trimmed(text)), max);
}

std::string attribute_text(const pugi::xml_node& element, const char* name, std::size_t max) {
  return clipped(to_valid_utf8(trimmed(element.attribute(name).value())), max);
}

std::int64_t attribute_number(const pugi::xml_node& element, const char* name) {
  return amount(element.attribute(name).value());
}

std::int64_t number_in(const pugi::xml_node& element) { return amount(element.text().get()); }

} // namespace weixin::webwx
