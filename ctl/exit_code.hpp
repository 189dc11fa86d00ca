#pragma once

namespace weixin::ctl {

/// What weixinctl ends with. The numbers are a promise to scripts and never change.
enum class exit_code {
  ok = 0,
  failure = 1,     ///< the server refused, or what was waited for did not come about
  usage = 2,       ///< the command line is not understood, or needs an answer that nobody can give
  not_found = 3,   ///< no such account, contact or send
  unreachable = 4, ///< no server behind the socket
  timed_out = 5,
};

} // namespace weixin::ctl
