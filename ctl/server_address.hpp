#pragma once

#include "ctl/command_line.hpp"
#include "ctl/outcome.hpp"
#include "httpd/http_call.hpp"
#include "protocol/secret.hpp"

#include <string>
#include <vector>

namespace weixin::ctl {

/// Where weixind is, and what it is shown.
struct server_address {
  std::vector<httpd::call_target> targets; ///< one after the other until somebody listens; at least one
  std::string host = "weixind";            ///< the field Host
  std::string name;                        ///< for messages: the socket's path or the URL
  bool is_socket = true;
  secret token; ///< empty: none

  static server_address of_socket(const std::string& path);
};

/// What the options say. Looks names up, and reads the files of token and certificates: it may block.
/// Failures: usage (a URL that is none, a file that cannot be read, plain HTTP to another machine),
/// unreachable (the name leads nowhere).
outcome<server_address> find_server(const invocation& options);

} // namespace weixin::ctl
