#pragma once

#include "ctl/moment.hpp"
#include "ctl/outcome.hpp"
#include "ctl/server_address.hpp"
#include "protocol/http_message.hpp"
#include "protocol/result.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::ctl {

/// A success of the admin API.
struct answer {
  int status = 0;
  boost::json::value body;  ///< null when there is none
  std::string raw;          ///< the body's bytes
  std::optional<moment> at; ///< the server's time, from the Date header
};

/// One field of a form.
struct form_text {
  std::string name;
  std::string value;
};

/// Calls the admin API on its unix socket or by TCP, one connection a call, and blocks until the answer is
/// there. Failures are ready for the person at the terminal: what the server said, with a hint, or why there
/// is no server. A call that the server refuses because of its rate (429 `too_many_requests`) is made again
/// when it says, a few times.
class admin_client {
public:
  using sleeper = std::function<void(std::chrono::milliseconds)>;
  /// `deadline` is that of one call; `sleep` passes the time until a call may be made again.
  admin_client(server_address server, std::chrono::milliseconds deadline, sleeper sleep);

  outcome<answer> get(const std::string& target) const;
  outcome<answer> post(const std::string& target, const boost::json::value& body,
                       std::vector<http_header> headers = {}) const;
  /// A file of this machine with fields, as multipart/form-data; it is read as it is sent. `deadline` is the
  /// longest time for all of it.
  outcome<answer> post_file(const std::string& target, const std::vector<form_text>& fields,
                            const std::string& file, std::vector<http_header> headers,
                            std::chrono::milliseconds deadline) const;
  /// Without a body: the verbs of an account.
  outcome<answer> post(const std::string& target) const;
  outcome<answer> patch(const std::string& target, const boost::json::value& body) const;
  outcome<answer> remove(const std::string& target) const;
  outcome<answer> remove(const std::string& target, const boost::json::value& body) const;
  /// Bytes that are no JSON, such as a picture.
  outcome<answer> get_file(const std::string& target) const;

  /// Bytes of any length, handed over as they come; false from `on_data` ends it without a failure.
  outcome<void> download(const std::string& target, std::function<bool(std::string_view)> on_data,
                         std::chrono::milliseconds silence) const;

  /// Reads an event stream until the server ends it or `on_data` returns false. `silence` is the longest time
  /// without a byte.
  outcome<void> stream(const std::string& target, std::vector<http_header> headers,
                       std::function<bool(std::string_view)> on_data,
                       std::chrono::milliseconds silence) const;

private:
  enum class content { json, file };
  outcome<answer> call(http_request request, content expected) const;
  outcome<answer> read_answer(result<http_response> r, content expected) const;
  outcome<void> read_stream(http_request request, std::function<bool(std::string_view)> on_data,
                            std::chrono::milliseconds silence) const;
  http_request request_for(std::string method, const std::string& target) const;
  /// The first of the server's addresses at which somebody listens: nothing was sent to the others.
  template <class Call>
  result<http_response> at_first(Call call) const;

  server_address server_;
  std::chrono::milliseconds deadline_;
  sleeper sleep_;
};

/// "/v1/accounts/NAME" and `rest`. A name that no account can have is `not_found` without a call: in a path
/// it could mean another one.
outcome<std::string> account_target(std::string_view name, std::string_view rest = {});

/// "?key=value&..." of the pairs that have a value, percent-encoded.
std::string query(const std::vector<std::pair<std::string_view, std::string_view>>& pairs);

/// A path segment, percent-encoded.
std::string segment(std::string_view text);

} // namespace weixin::ctl
