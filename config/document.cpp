#include "config/document.hpp"

#include "config/problems.hpp"

#include <re2/re2.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

namespace weixin::config {

namespace {

place place_of(const toml::source_region& region) {
  // Line 0 is a table that no line of the file opens, as the outermost one.
  if (region.begin.line == 0) return {};
  return {region.begin.line, region.begin.column};
}

/// No key of ours stands deeper; what does is unknown whatever it is.
constexpr int deepest = 8;

value convert(const toml::node& node, int depth);

table convert_table(const toml::table& from, int depth) {
  table entries;
  entries.reserve(from.size());
  for (const auto& [key, node] : from)
    entries.push_back({std::string{key.str()}, place_of(key.source()), convert(node, depth)});
  return entries;
}

array convert_array(const toml::array& from, int depth) {
  array items;
  items.reserve(from.size());
  for (const auto& node : from)
    items.push_back(convert(node, depth));
  return items;
}

value convert(const toml::node& node, int depth) {
  value made{place_of(node.source()), moment{}};
  if (depth > deepest) return made;
  if (const auto* text = node.as_string())
    made.data = text->get();
  else if (const auto* integer = node.as_integer())
    made.data = integer->get();
  else if (const auto* number = node.as_floating_point())
    made.data = number->get();
  else if (const auto* boolean = node.as_boolean())
    made.data = boolean->get();
  else if (const auto* items = node.as_array())
    made.data = convert_array(*items, depth + 1);
  else if (const auto* entries = node.as_table())
    made.data = convert_table(*entries, depth + 1);
  return made;
}

/// Where a dotted name of more than 16 parts stands. The parser makes a table of each part without a bound,
/// and the end of some ten thousand nested tables overflows the stack.
std::optional<place> overlong_name(std::string_view text) {
  static const RE2 chain{R"re((?:(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*\.[ \t]*){16})re"};
  re2::StringPiece found;
  if (!chain.Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED, &found, 1))
    return std::nullopt;
  auto before = text.substr(0, static_cast<std::size_t>(found.data() - text.data()));
  auto line_start = before.rfind('\n') + 1; // 0 when there is none before
  return place{static_cast<std::uint32_t>(1 + std::count(before.begin(), before.end(), '\n')),
               static_cast<std::uint32_t>(1 + before.size() - line_start)};
}

} // namespace

result<value> parse_document(std::string_view text, const std::string& file_name) {
  problems found{file_name};
  if (auto where = overlong_name(text)) {
    found.add(*where, "", "a name of more than 16 parts");
    return found.as_error();
  }
  try {
    auto parsed = toml::parse(text);
    return value{{}, convert_table(parsed, 1)};
  } catch (const toml::parse_error& e) {
    found.add(place_of(e.source()), "", "not TOML: " + std::string{e.description()});
    return found.as_error();
  } catch (const std::exception&) {
    return fail(errc::config_invalid, file_name + ": cannot be parsed");
  }
}

} // namespace weixin::config
