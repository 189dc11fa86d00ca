#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace weixin::ctl {

/// One event of a text/event-stream.
struct server_event {
  std::string id;   ///< the last id seen, which an event without one inherits
  std::string type; ///< "message" when the server named none
  std::string data;
};

/// Takes a text/event-stream apart (WHATWG HTML, "Interpreting an event stream"), in pieces of any size.
/// Holds one unfinished event of at most `max_event_bytes`; a larger one is skipped and counted.
class event_parser {
public:
  static constexpr std::size_t max_event_bytes = std::size_t{1024} * 1024;

  /// Calls `on_event` for every complete event in the bytes so far, until it returns false; gives that
  /// answer.
  bool feed(std::string_view bytes, const std::function<bool(const server_event&)>& on_event);
  /// For a new connection: drops what was unfinished, keeps the last id.
  void restart();
  const std::string& last_id() const noexcept { return last_id_; }
  std::size_t skipped() const noexcept { return skipped_; }

private:
  bool end_line(const std::function<bool(const server_event&)>& on_event);
  void take_field(std::string_view name, std::string_view value);

  std::string line_;
  std::string type_;
  std::string data_;
  std::string last_id_;
  std::size_t skipped_ = 0;
  bool has_data_ = false;
  bool too_large_ = false;
  bool after_cr_ = false;
};

} // namespace weixin::ctl
