#include "admin/multipart_reader.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <utility>

namespace weixin::admin {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

error wrong(const char* sentence) { return fail(errc::invalid_argument, sentence); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// The parameter of that name behind the first ';' of a field's value; quotes and what they escape undone.
std::optional<std::string> parameter(std::string_view value, std::string_view name) {
  auto at = value.find(';');
  while (at < value.size()) {
    value.remove_prefix(at + 1);
    auto equals = value.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    auto key = trimmed(value.substr(0, equals));
    value.remove_prefix(equals + 1);
    value = trimmed(value);
    std::string text;
    if (value.starts_with('"')) {
      std::size_t i = 1;
      for (; i < value.size() && value[i] != '"'; ++i) {
        // Browsers escape quotes alone, so a backslash before anything else is part of a name.
        if (value[i] == '\\' && i + 1 < value.size() && (value[i + 1] == '"' || value[i + 1] == '\\')) ++i;
        text += value[i];
      }
      if (i >= value.size()) return std::nullopt;
      value.remove_prefix(i + 1);
    } else {
      text = std::string{trimmed(value.substr(0, value.find(';')))};
    }
    if (boost::beast::iequals({key.data(), key.size()}, {name.data(), name.size()})) return text;
    at = value.find(';');
  }
  return std::nullopt;
}

bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= 70 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '"'; });
}

bool is_field_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// filename* of RFC 5987, which some programs send for names that are not ASCII.
std::optional<std::string> extended(std::string_view value) {
  constexpr std::string_view charset = "utf-8'";
  if (value.size() < charset.size() ||
      !boost::beast::iequals({value.data(), charset.size()}, {charset.data(), charset.size()}))
    return std::nullopt;
  auto begin = value.find('\'', charset.size());
  if (begin == std::string_view::npos) return std::nullopt;
  std::string text;
  for (auto i = begin + 1; i < value.size(); ++i) {
    if (value[i] == '%' && i + 2 < value.size() && digit(value[i + 1]) >= 0 && digit(value[i + 2]) >= 0) {
      text += static_cast<char>(digit(value[i + 1]) * 16 + digit(value[i + 2]));
      i += 2;
    } else {
      text += value[i];
    }
  }
  return text;
}

/// True when what ends with a mark of so many bytes is longer than a head may be, however it came in pieces.
bool is_too_long(const std::string& buffer, std::size_t mark_at, std::size_t mark_bytes) {
  constexpr auto most = multipart_reader::max_part_head_bytes;
  return mark_at == std::string::npos ? buffer.size() >= most + mark_bytes : mark_at > most;
}

} // namespace

result<multipart_reader> multipart_reader::make(std::string_view content_type) {
  auto boundary = parameter(content_type, "boundary");
  if (!boundary || !is_boundary(*boundary))
    return wrong("multipart/form-data needs a boundary of 1 to 70 characters");
  return multipart_reader{std::move(*boundary)};
}

result<std::vector<multipart_reader::event>> multipart_reader::feed(std::string_view bytes) {
  std::vector<event> events;
  if (at_ == state::done) return events; // what follows the form is nobody's
  buffer_.append(bytes);
  for (;;) {
    auto went_on = step(events);
    if (!went_on) return went_on.error();
    if (!*went_on) return events;
  }
}

/// One step; false when more bytes are needed.
result<bool> multipart_reader::step(std::vector<event>& events) {
  switch (at_) {
  case state::preamble: {
    auto at = buffer_.find(delimiter_);
    if (is_too_long(buffer_, at, delimiter_.size()))
      return wrong("the body does not begin with its boundary");
    if (at == std::string::npos) return false;
    buffer_.erase(0, at + delimiter_.size());
    at_ = state::behind_boundary;
    return true;
  }
  case state::behind_boundary:
    if (buffer_.size() < 2) return false;
    if (buffer_.starts_with("--")) {
      at_ = state::done;
      buffer_.clear();
      return false;
    }
    if (!buffer_.starts_with("\r\n")) return wrong("a boundary is not at the end of its line");
    if (++parts_ > max_parts) return wrong("the form has more than 16 parts");
    at_ = state::head; // its line break stays: a head without a field ends at once
    return true;
  case state::head: {
    auto end = buffer_.find(head_end);
    if (is_too_long(buffer_, end, head_end.size())) return wrong("the head of a part is too long");
    if (end == std::string::npos) return false;
    auto begun = read_head(std::string_view{buffer_}.substr(0, end));
    if (!begun) return begun.error();
    events.push_back(std::move(*begun));
    buffer_.erase(0, end + head_end.size());
    at_ = state::data;
    return true;
  }
  case state::data: {
    auto at = buffer_.find(delimiter_);
    // A boundary may have begun at the very end.
    auto safe =
        at != std::string::npos ? at : buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1);
    if (safe > 0) events.push_back({event::kind::data, {}, {}, buffer_.substr(0, safe)});
    if (at == std::string::npos) {
      buffer_.erase(0, safe);
      return false;
    }
    events.push_back({event::kind::end, {}, {}, {}});
    buffer_.erase(0, at + delimiter_.size());
    at_ = state::behind_boundary;
    return true;
  }
  case state::done:
    break;
  }
  return false;
}

result<multipart_reader::event> multipart_reader::read_head(std::string_view head) {
  event begun;
  begun.what = event::kind::begin;
  bool has_name = false;
  while (!head.empty()) {
    if (head.starts_with("\r\n")) head.remove_prefix(2);
    auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size());
    auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      if (line.empty()) continue;
      return wrong("the head of a part is not a list of fields");
    }
    auto key = line.substr(0, colon);
    if (!boost::beast::iequals({key.data(), key.size()}, "Content-Disposition")) continue;
    auto value = line.substr(colon + 1);
    auto name = parameter(value, "name");
    if (!name || !is_field_name(*name)) return wrong("a part has no name");
    begun.name = std::move(*name);
    has_name = true;
    begun.file_name = parameter(value, "filename");
    if (auto coded = parameter(value, "filename*"))
      if (auto plain = extended(*coded)) begun.file_name = std::move(plain);
  }
  if (!has_name) return wrong("a part has no name");
  return begun;
}

} // namespace weixin::admin
