#include "ctl/event_parser.hpp"

#include <algorithm>

namespace weixin::ctl {

void event_parser::restart() {
  auto id = std::move(last_id_);
  auto skipped = skipped_;
  *this = event_parser{};
  last_id_ = std::move(id);
  skipped_ = skipped;
}

bool event_parser::feed(std::string_view bytes, const std::function<bool(const server_event&)>& on_event) {
  for (char c : bytes) {
    // CRLF is one line break: its second half ends nothing.
    bool second_half = after_cr_ && c == '\n';
    after_cr_ = c == '\r';
    if (second_half) continue;
    if (c == '\n' || c == '\r') {
      if (!end_line(on_event)) return false;
    } else if (line_.size() < max_event_bytes) {
      line_ += c;
    } else {
      too_large_ = true;
    }
  }
  return true;
}

bool event_parser::end_line(const std::function<bool(const server_event&)>& on_event) {
  auto line = std::move(line_);
  line_.clear();
  if (line.empty()) {
    server_event e{last_id_, type_.empty() ? "message" : std::move(type_), std::move(data_)};
    bool complete = has_data_ && !too_large_;
    if (too_large_) ++skipped_;
    type_.clear();
    data_.clear();
    has_data_ = too_large_ = false;
    return !complete || on_event(e);
  }
  auto colon = line.find(':');
  if (colon == 0) return true; // a comment
  auto value = colon == std::string::npos ? std::string_view{} : std::string_view{line}.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(std::string_view{line}.substr(0, colon), value);
  return true;
}

void event_parser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (data_.size() + value.size() >= max_event_bytes) {
      too_large_ = true;
      return;
    }
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (name == "event") {
    type_ = value.substr(0, 64);
  } else if (name == "id") {
    // It goes back to the server in a header, which takes no control characters.
    bool is_plain = std::all_of(value.begin(), value.end(), [](char c) {
      auto byte = static_cast<unsigned char>(c);
      return byte >= 0x20 && byte != 0x7f;
    });
    if (is_plain && value.size() <= 128) last_id_ = value;
  }
}

} // namespace weixin::ctl
