#pragma once

#include <string>
#include <string_view>

namespace weixin::simulator {

/// Text as Content, NickName and the like carry it: `& < > " '` as entities, newlines as `<br/>`, characters
/// from U+1F000 on as emoji spans (weixin-protocol.md 7.3). Bytes that are not UTF-8 pass unchanged.
std::string to_wire_text(std::string_view text);

/// XML as Content carries it: as text, but quotes stay and emoji are characters.
std::string to_wire_xml(std::string_view xml);

/// Undoes percent-encoding once; a broken escape stays as it is.
std::string percent_decode(std::string_view text);
/// Encodes everything but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view text);

/// At most `max_bytes` of it, cut before a character rather than inside one.
std::string clip(std::string_view text, std::size_t max_bytes);

} // namespace weixin::simulator
