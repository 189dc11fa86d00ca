#include "simulator/multipart.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace weixin::simulator {
namespace {

constexpr std::size_t max_part_head = 4'096;
constexpr std::size_t max_boundary = 200; // RFC 2046 says 70, of which clients are known to make more

bool equals_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// The next `name=value` of a header after its first `;`, with quotes and backslashes undone.
std::optional<std::pair<std::string, std::string>> next_parameter(std::string_view& rest) {
  auto equals = rest.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  auto name = trim(rest.substr(0, equals));
  while (!name.empty() && (name.front() == ';' || name.front() == ' '))
    name.remove_prefix(1);
  rest.remove_prefix(equals + 1);
  std::string value;
  if (rest.empty() || rest.front() != '"') {
    auto end = std::min(rest.find(';'), rest.size());
    value = std::string{trim(rest.substr(0, end))};
    rest.remove_prefix(end);
    return std::pair{std::string{name}, std::move(value)};
  }
  std::size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    // A browser writes a quote as %22, others as \" .
    if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\')) ++i;
    value += rest[i];
  }
  if (i >= rest.size()) return std::nullopt;
  rest.remove_prefix(i + 1);
  return std::pair{std::string{name}, std::move(value)};
}

void read_header(form_part& part, std::string_view line) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  auto name = trim(line.substr(0, colon));
  auto value = trim(line.substr(colon + 1));
  if (equals_without_case(name, "Content-Type")) part.content_type = std::string{value};
  if (!equals_without_case(name, "Content-Disposition")) return;
  auto rest = value.substr(std::min(value.find(';'), value.size()));
  while (auto parameter = next_parameter(rest)) {
    auto& [key, text] = *parameter;
    if (equals_without_case(key, "name")) part.name = std::move(text);
    if (equals_without_case(key, "filename")) part.filename = std::move(text);
    if (equals_without_case(key, "filename*")) part.has_extended_filename = true;
  }
}

std::string boundary_of(std::string_view content_type) {
  auto start = content_type.find("multipart/form-data");
  if (start == std::string_view::npos) return {};
  auto rest = content_type.substr(std::min(content_type.find(';', start), content_type.size()));
  while (auto parameter = next_parameter(rest))
    if (equals_without_case(parameter->first, "boundary")) return parameter->second;
  return {};
}

} // namespace

const form_part* form::find(std::string_view name) const noexcept {
  auto found = std::find_if(parts.begin(), parts.end(), [&](const form_part& p) { return p.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

std::string_view form::text(std::string_view name) const noexcept {
  const auto* part = find(name);
  return part == nullptr ? std::string_view{} : part->content;
}

std::optional<form> read_form(std::string_view content_type, std::string_view body) {
  auto boundary = boundary_of(content_type);
  if (boundary.empty() || boundary.size() > max_boundary) return std::nullopt;
  auto line = "--" + boundary;
  if (!body.starts_with(line)) return std::nullopt;
  body.remove_prefix(line.size());
  line.insert(0, "\r\n");
  form f;
  while (body.starts_with("\r\n")) {
    body.remove_prefix(2);
    auto head_end = body.find("\r\n\r\n");
    if (head_end == std::string_view::npos || head_end > max_part_head || f.parts.size() >= max_form_parts)
      return std::nullopt;
    form_part part;
    for (auto head = body.substr(0, head_end); !head.empty();) {
      auto end = std::min(head.find("\r\n"), head.size());
      read_header(part, head.substr(0, end));
      head.remove_prefix(std::min(head.size(), end + 2));
    }
    body.remove_prefix(head_end + 4);
    auto end = body.find(line);
    if (part.name.empty() || end == std::string_view::npos) return std::nullopt;
    part.content = body.substr(0, end);
    body.remove_prefix(end + line.size());
    f.parts.push_back(std::move(part));
  }
  if (!body.starts_with("--")) return std::nullopt;
  return f;
}

} // namespace weixin::simulator
