#include "protocol/webwx/multipart.hpp"

#include <algorithm>

namespace weixin::webwx {

namespace {

bool is_boundary(std::string_view text) noexcept {
  return text.size() >= 16 && text.size() <= 70 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                  c == '_';
         });
}

/// For between quotes of a header field.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) continue;
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return out;
}

/// A header's value without what could end it.
std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out += c;
  return out;
}

} // namespace

result<multipart_frame> make_multipart(std::string_view boundary, const std::vector<form_field>& fields,
                                       std::string_view file_field, std::string_view file_name,
                                       std::string_view file_type) {
  if (!is_boundary(boundary)) return fail(errc::invalid_argument, "multipart: no boundary");
  auto line = "--" + std::string{boundary};
  multipart_frame frame;
  for (const auto& f : fields) {
    if (contains_boundary(f.value, boundary))
      return fail(errc::invalid_argument, "multipart: the boundary occurs in a value");
    frame.head +=
        line + "\r\nContent-Disposition: form-data; name=" + quoted(f.name) + "\r\n\r\n" + f.value + "\r\n";
  }
  frame.head += line + "\r\nContent-Disposition: form-data; name=" + quoted(file_field) +
                "; filename=" + quoted(file_name) + "\r\nContent-Type: " + one_line(file_type) + "\r\n\r\n";
  frame.tail = "\r\n" + line + "--\r\n";
  frame.content_type = "multipart/form-data; boundary=" + std::string{boundary};
  return frame;
}

bool contains_boundary(std::string_view bytes, std::string_view boundary) {
  // Without the line break in front: a boundary at the very start of a part would count as well.
  auto line = "--" + std::string{boundary};
  return std::search(bytes.begin(), bytes.end(), line.begin(), line.end()) != bytes.end();
}

std::string make_boundary(std::string_view random_digits) {
  return "----WebKitFormBoundary" + std::string{random_digits.substr(0, 16)};
}

} // namespace weixin::webwx
