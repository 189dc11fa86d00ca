#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weixin::webwx {

// None of these fails: what is not understood stays as it is. All are linear in the length of their input.

/// `&lt; &gt; &amp; &quot; &#39; &apos; &nbsp;` and numeric references, once (weixin-protocol.md 7.3).
std::string decode_entities(std::string_view text);

/// `<span class="emoji emoji1f604"></span>` to characters, Weixin's wrong codes put right
/// (weixin-protocol.md 7.3). A code that is none becomes U+FFFD.
std::string decode_emoji(std::string_view text);

/// `<br/>`, `<br>` and `<br />` to line breaks.
std::string decode_breaks(std::string_view text);

/// The same tags to nothing.
std::string without_breaks(std::string_view text);

/// A text message's Content: emoji, breaks, entities, in that order, so that nobody can type markup into
/// being.
std::string decode_text(std::string_view content);

/// A name (NickName, RemarkName, DisplayName): emoji, then entities.
std::string decode_name(std::string_view name);

/// Content that is XML, ready to be parsed: entities once, breaks removed.
std::string decode_xml(std::string_view content);

/// Splits `<memberUserName>:<br/>rest` into the member and the rest; the member is empty when there is no
/// such prefix. Exactly one prefix is taken (weixin-protocol.md 7.2).
std::pair<std::string_view, std::string_view> split_group_prefix(std::string_view content) noexcept;

/// The characters of an emoji code such as "1f604" or "1f1e81f1f3"; nothing when it is none.
std::optional<std::string> emoji_from_code(std::string_view code);

} // namespace weixin::webwx
