#include "runtime/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdlib>

namespace weixin::runtime::service_manager {

namespace {

/// Each line of a notification is an assignment of its own.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void tell(const std::string& state) { ::sd_notify(0, state.c_str()); }

} // namespace

std::vector<int> passed_sockets() {
  std::vector<int> passed;
  int count = ::sd_listen_fds(1);
  for (int i = 0; i < count; ++i)
    passed.push_back(SD_LISTEN_FDS_START + i);
  return passed;
}

bool is_there() {
  const char* socket = std::getenv("NOTIFY_SOCKET");
  return socket != nullptr && *socket != '\0';
}

std::optional<std::chrono::microseconds> watchdog_period() {
  std::uint64_t period = 0;
  if (::sd_watchdog_enabled(0, &period) <= 0) return std::nullopt;
  return std::chrono::microseconds{period};
}

void ready(const std::string& text) { tell("READY=1\nSTATUS=" + one_line(text)); }

void status(const std::string& text) { tell("STATUS=" + one_line(text)); }

void reloading() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  tell("RELOADING=1\nMONOTONIC_USEC=" +
       std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void stopping() { tell("STOPPING=1"); }

void alive() { tell("WATCHDOG=1"); }

} // namespace weixin::runtime::service_manager
