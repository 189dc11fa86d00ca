#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace weixin {

enum class log_level { debug, info, warn, error, off };

/// One pair of a log line. Values are escaped when written (control characters, ESC, newlines, quotes); a
/// `secret` does not convert to a value.
struct log_field {
  std::string_view key;
  std::string value;

  log_field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  log_field(std::string_view k, std::string_view v) : key(k), value(v) {}
  log_field(std::string_view k, const char* v) : key(k), value(v) {}
  log_field(std::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) log_field(std::string_view k, T v) : key(k), value(std::to_string(v)) {}
};

enum class log_format { logfmt, json };

struct log_options {
  log_level level = log_level::info;
  log_format format = log_format::logfmt;
  std::string file; ///< empty: standard error
};

/// Sets where lines go. Call once before threads start; again after SIGHUP through `reopen_log`.
/// Returns false, and leaves the log as it is, when the file cannot be opened for appending.
bool open_log(const log_options& options);
/// Closes and opens the log file again, after logrotate moved it away. Any thread.
bool reopen_log();
bool log_enabled(log_level level) noexcept;

/// Writes one line: time, level, event (a fixed name such as "account.online"), then the pairs. Any thread.
/// Never message text, names of people, keys, cookies, tickets or query strings.
void log_event(log_level level, std::string_view event, std::initializer_list<log_field> fields);

inline void log_debug(std::string_view event, std::initializer_list<log_field> fields = {}) {
  if (log_enabled(log_level::debug)) log_event(log_level::debug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<log_field> fields = {}) {
  log_event(log_level::info, event, fields);
}
inline void log_warn(std::string_view event, std::initializer_list<log_field> fields = {}) {
  log_event(log_level::warn, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<log_field> fields = {}) {
  log_event(log_level::error, event, fields);
}

} // namespace weixin
