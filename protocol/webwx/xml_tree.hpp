#pragma once

#include "protocol/result.hpp"

#include <pugixml.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace weixin::webwx {

// A bounded XML tree and what is read of it. Internal to protocol/: nobody else sees pugixml. None of the
// readers fails: what is not there is empty or 0.

/// Parses `xml` into `tree`. Text in front of the first '<' does not matter, entities of a DTD are not
/// expanded, the declared encoding is not believed (it is UTF-8), several roots are accepted. Errors:
/// malformed_answer for more than 256 KiB, for elements nested deeper than 64, and for what pugixml refuses.
result<void> load_xml(pugi::xml_document& tree, std::string_view xml, std::string_view what);

/// The first element of that name below `from`, in document order.
pugi::xml_node find_element(const pugi::xml_node& from, std::string_view name);
/// The child at the end of the path, each step the first child of that name.
pugi::xml_node child_at(pugi::xml_node from, std::initializer_list<const char*> path);

/// All text and CDATA directly in the element, without white space around it, cut to `max` bytes at a
/// character, and valid UTF-8.
std::string text_in(const pugi::xml_node& element, std::size_t max);
/// The same of an attribute.
std::string attribute_text(const pugi::xml_node& element, const char* name, std::size_t max);
/// A whole number of 0 or more.
std::int64_t attribute_number(const pugi::xml_node& element, const char* name);
std::int64_t number_in(const pugi::xml_node& element);

} // namespace weixin::webwx
