#include "runtime/log.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <mutex>

namespace weixin {

namespace {

spdlog::level::level_enum to_spdlog(log_level level) {
  switch (level) {
  case log_level::debug:
    return spdlog::level::debug;
  case log_level::info:
    return spdlog::level::info;
  case log_level::warn:
    return spdlog::level::warn;
  case log_level::error:
    return spdlog::level::err;
  case log_level::off:
    break;
  }
  return spdlog::level::off;
}

std::string_view name_of(log_level level) {
  switch (level) {
  case log_level::debug:
    return "debug";
  case log_level::info:
    return "info";
  case log_level::warn:
    return "warn";
  default:
    return "error";
  }
}

/// Bare when it is one plain word, otherwise a JSON string: escapes quotes, newlines and control characters.
std::string quoted(std::string_view value) {
  bool plain = !value.empty();
  for (unsigned char c : value)
    plain = plain && c > 0x20 && c != 0x7f && c != '"' && c != '=' && c != '\\';
  return plain ? std::string(value) : boost::json::serialize(boost::json::string(value));
}

struct log_state {
  std::mutex mutex;
  log_options options;
  std::shared_ptr<spdlog::logger> logger;
  std::atomic<log_format> format{log_format::logfmt};
};

log_state& state() {
  static log_state s;
  return s;
}

std::shared_ptr<spdlog::logger> make_logger(const log_options& options) {
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (options.file.empty())
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  else
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
  auto logger = std::make_shared<spdlog::logger>("weixind", std::move(sink));
  logger->set_level(to_spdlog(options.level));
  logger->flush_on(spdlog::level::debug);
  // The time of a log line is the one place besides the wall clock that reads real time, by spdlog itself.
  auto pattern = options.format == log_format::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ",%v})"
                                                    : "time=%Y-%m-%dT%H:%M:%S.%fZ %v";
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
  return logger;
}

std::shared_ptr<spdlog::logger> current_logger() {
  auto& s = state();
  std::lock_guard lock(s.mutex);
  if (!s.logger) s.logger = make_logger(s.options);
  return s.logger;
}

} // namespace

bool open_log(const log_options& options) {
  auto& s = state();
  try {
    auto logger = make_logger(options);
    std::lock_guard lock(s.mutex);
    s.options = options;
    s.logger = std::move(logger);
    s.format = options.format;
    return true;
  } catch (const spdlog::spdlog_ex&) {
    return false;
  }
}

bool reopen_log() {
  log_options options;
  {
    std::lock_guard lock(state().mutex);
    options = state().options;
  }
  return open_log(options);
}

bool log_enabled(log_level level) noexcept { return current_logger()->should_log(to_spdlog(level)); }

void log_event(log_level level, std::string_view event, std::initializer_list<log_field> fields) {
  auto logger = current_logger();
  if (!logger->should_log(to_spdlog(level))) return;
  bool json = state().format == log_format::json;
  std::string line;
  auto add = [&](std::string_view key, std::string_view value) {
    if (!line.empty()) line += json ? "," : " ";
    if (json)
      line += boost::json::serialize(boost::json::string(key)) + ":" +
              boost::json::serialize(boost::json::string(value));
    else
      line.append(key).append("=").append(quoted(value));
  };
  add("level", name_of(level));
  add("event", event);
  for (const auto& f : fields)
    add(f.key, f.value);
  logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

} // namespace weixin
