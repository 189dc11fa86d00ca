#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::config {

/// "90s", "2m", "1h30m", "1d": numbers with d, h, m or s, the larger unit first, each unit once. Nothing for
/// any other text, and for more than 3,650 days.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
/// The shortest text that `parse_duration` reads as that duration: "2m", "1h30m", "0s".
std::string format_duration(std::chrono::seconds duration);

/// "0660": three or four octal digits. Nothing for any other text.
std::optional<unsigned> parse_mode(std::string_view text);

/// True for "host:port" or "[v6]:port", port 1 to 65535.
bool is_host_and_port(const std::string& text);

/// What "address:port" says: an address of this machine, never a name.
struct listen_address {
  bool is_loopback = false;
};
/// "127.0.0.1:9464", "[::1]:0"; nothing for names, a missing port, or any other text.
std::optional<listen_address> parse_listen_address(const std::string& text);

/// True for a text without control characters: what can be a path or a header's value.
bool is_printable(std::string_view text);
/// True for [A-Za-z0-9][A-Za-z0-9_-]{0,62}: it becomes a label of a metric and a word of the command line.
bool is_bot_name(std::string_view text);

} // namespace weixin::config
