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

/// Text for between tags or quotes: `& < > " '` escaped, what XML 1.0 cannot hold left out, bytes that are no
/// UTF-8 replaced by U+FFFD (weixin-protocol.md 1.5).
std::string xml_escape(std::string_view text);

} // namespace weixin::webwx
