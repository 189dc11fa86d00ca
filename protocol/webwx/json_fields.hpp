#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::webwx {

// Weixin writes some numbers as strings and some ids as numbers, and not always the same way
// (weixin-protocol.md 1.2). Each of these accepts both; a value of any other type is no value.

/// A string as it is, a whole number in decimal digits; otherwise empty.
std::string text_of(const boost::json::value& value);
/// A whole number within range, or a string that is nothing but one.
std::optional<std::int64_t> int64_of(const boost::json::value& value) noexcept;

std::string text_field(const boost::json::object& object, std::string_view key);
std::optional<std::int64_t> int64_field(const boost::json::object& object, std::string_view key) noexcept;
std::optional<int> int_field(const boost::json::object& object, std::string_view key) noexcept;
/// A bit mask: of a number beyond 32 bits the low ones, 0 when there is none.
int flags_field(const boost::json::object& object, std::string_view key) noexcept;
const boost::json::object* object_field(const boost::json::object& object, std::string_view key) noexcept;
const boost::json::array* array_field(const boost::json::object& object, std::string_view key) noexcept;

/// All of `text` as a decimal number.
std::optional<std::int64_t> to_int64(std::string_view text) noexcept;
std::optional<int> to_int(std::string_view text) noexcept;

} // namespace weixin::webwx
