#pragma once

#include "protocol/result.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// The text of the first element of each name, wherever it stands in `xml`; nothing for a name that does not
/// occur. Text in front of the first '<' does not matter, entities of a DTD are not expanded, several roots
/// are accepted. Errors: malformed_answer for more than 256 KiB, for elements nested deeper than 64, and for
/// what pugixml refuses.
result<std::vector<std::optional<std::string>>>
xml_texts(std::string_view xml, std::initializer_list<std::string_view> names, std::string_view what);

} // namespace weixin::webwx
