#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::ctl {

/// True for control characters (C0, DEL, C1), controls of text direction, line and paragraph separators and
/// the byte order mark: what can move the cursor, start an escape sequence or make text read as something
/// else.
bool acts_on_a_terminal(std::uint32_t code_point) noexcept;

/// Untrusted text (names, messages, a server's sentences) as one line that is safe on a terminal: control
/// characters, ESC and line breaks among them, bidirectional controls and bytes that are not UTF-8 become
/// visible escapes such as \n, \x1b or \u{202e}. Everything else stays, so that the name remains readable.
std::string printable(std::string_view text);

/// Columns that printable UTF-8 takes on a terminal: Chinese characters take two, combining marks none.
int columns_of(std::string_view text);

/// A size for people: "512 B", "12.5 MiB".
std::string bytes_text(std::uint64_t bytes);

/// The longest beginning that fits into `columns`, with an ellipsis when something was cut off.
std::string cut(std::string_view text, int columns);

} // namespace weixin::ctl
