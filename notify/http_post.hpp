#pragma once

#include "notify/retry.hpp"
#include "notify/stop_signal.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace weixin::notify {

struct http_post_options {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{10'000};
  std::size_t longest_answer = 64 * 1024; ///< of the head, and of the body; the rest is not read
  std::string ca_file;                    ///< PEM instead of the system's roots; empty: those
  bool loopback_only = false;             ///< every other address is refused before a connection is made
};

/// Must be called before the first `post`, while there is one thread.
void prepare_http();

/// POSTs JSON to an http or https URL. Certificates are checked, redirects not followed, proxies of the
/// environment not used. `headers` hold no line ends. Blocks until the status is there, for at most
/// `total_timeout` or until `stop` is set.
attempt post(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
             const std::string& body, const http_post_options& options, const stop_signal& stop);

} // namespace weixin::notify
