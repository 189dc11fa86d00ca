#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace weixin::runtime::service_manager {

// Tells the service manager (systemd) how the process does, by sd_notify(3). Every call does nothing where
// nobody listens, which is where NOTIFY_SOCKET is not in the environment. A call may wait for the service
// manager: never from a shard.

/// The listening sockets that the service manager opened for this process (socket activation), by LISTEN_FDS
/// and LISTEN_PID. Tells them once: they belong to the caller, and children hear nothing of them.
std::vector<int> passed_sockets();

/// Whether anybody listens.
bool is_there();
/// How often it wants to hear `alive`, from WATCHDOG_USEC and WATCHDOG_PID; nothing when it does not.
std::optional<std::chrono::microseconds> watchdog_period();

void ready(const std::string& status);
/// A line for `systemctl status`.
void status(const std::string& text);
/// The configuration or a log file is taken up again; `ready` tells the end.
void reloading();
void stopping();
/// The process is healthy: the watchdog starts anew.
void alive();

} // namespace weixin::runtime::service_manager
