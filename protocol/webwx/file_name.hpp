#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weixin::webwx {

inline constexpr std::size_t max_file_name_bytes = 255;

/// A name that can be shown to people and put into a request, made of one that anybody may have chosen: what
/// follows the last slash or backslash, valid UTF-8, without control characters and marks that turn the
/// direction of writing (which make "gpj.exe" look like "exe.jpg"), at most `max_file_name_bytes`, its
/// extension kept. "file" when nothing is left, also for "." and "..". It is data: no file is opened by it.
std::string clean_file_name(std::string_view name);

/// What follows the last dot, in lower case, without the dot; empty for none, for names that begin with their
/// only dot, and for more than 16 bytes.
std::string file_extension(std::string_view name);

} // namespace weixin::webwx
