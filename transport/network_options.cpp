#include "transport/network_options.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace weixin::transport {
namespace {

bool is_plausible_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::none_of(host.begin(), host.end(), [](char c) {
    return c <= ' ' || c == '/' || c == '@' || c == 0x7f;
  });
}

template <class T>
bool within(T value, T low, T high) {
  return value >= low && value <= high;
}

} // namespace

result<host_and_port> parse_host_and_port(const std::string& text) {
  auto invalid = fail(errc::config_invalid, "network.connect_to: want host:port or [v6]:port");
  auto colon = text.rfind(':');
  if (colon == std::string::npos) return invalid;
  host_and_port parsed;
  parsed.host = text.substr(0, colon);
  if (parsed.host.size() > 2 && parsed.host.front() == '[' && parsed.host.back() == ']')
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  else if (parsed.host.find_first_of(":[]") != std::string::npos)
    return invalid;
  const auto* end = text.data() + text.size();
  auto [stop, ec] = std::from_chars(text.data() + colon + 1, end, parsed.port);
  if (ec != std::errc{} || stop != end || parsed.port == 0 || !is_plausible_host(parsed.host)) return invalid;
  return parsed;
}

result<network_options> validate(network_options options) {
  using std::chrono::milliseconds;
  if (!options.connect_to.empty()) {
    if (auto parsed = parse_host_and_port(options.connect_to); !parsed) return parsed.error();
  }
  for (auto time :
       {options.resolve_timeout, options.connect_timeout, options.handshake_timeout, options.idle_timeout}) {
    if (!within(time, milliseconds{1}, milliseconds{600'000}))
      return fail(errc::config_invalid, "network: a time limit lies outside 1 ms to 10 min");
  }
  if (!within<std::size_t>(options.max_connections_per_account, 1, 64))
    return fail(errc::config_invalid, "network.max_connections_per_account: want 1 to 64");
  if (options.max_waiting_calls_per_account > 10'000)
    return fail(errc::config_invalid, "network.max_waiting_calls_per_account: want at most 10000");
  if (!within<std::size_t>(options.max_concurrent_handshakes, 1, 1'000))
    return fail(errc::config_invalid, "network.max_concurrent_handshakes: want 1 to 1000");
  if (!within(options.tls_handshakes_per_second, 0.0001, 1'000'000.0))
    return fail(errc::config_invalid, "limits.tls_handshakes_per_second: want more than 0");
  if (!within<std::size_t>(options.resolver_threads, 1, 64))
    return fail(errc::config_invalid, "network.resolver_threads: want 1 to 64");
  return options;
}

} // namespace weixin::transport
