#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/login_progress.hpp"
#include "ctl/login_wait.hpp"
#include "ctl/terminal_text.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <ostream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace weixin::ctl {
namespace {

outcome<exit_code> no_code(const session& s, const std::string& target) {
  auto shown = s.server.get(target);
  if (!shown) return shown.error();
  auto a = read_account(object_of(shown->body));
  return failure{exit_code::failure, "no QR code waits to be scanned: " + a.name + " is " + a.state,
                 advice_for(a)};
}

/// Readable by its owner only: whoever scans the code first owns the session.
outcome<exit_code> save(session& s, const std::string& file, const std::string& bytes) {
  if (file == "-") {
    s.terminal.out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return exit_code::ok;
  }
  auto refused = [&] {
    return failure{exit_code::failure, file + ": " + std::generic_category().message(errno)};
  };
  int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return refused();
  auto* stream = ::fdopen(descriptor, "wb");
  if (stream == nullptr) {
    ::close(descriptor);
    return refused();
  }
  bool written =
      ::fchmod(descriptor, 0600) == 0 && std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size();
  int reason = written ? 0 : errno;
  if (std::fclose(stream) != 0 || !written) {
    if (reason != 0) errno = reason;
    return refused();
  }
  say(s.terminal, "written to " + file);
  return exit_code::ok;
}

} // namespace

outcome<exit_code> execute(session& s, const account_qr& c) {
  const auto& file = c.picture_file.empty() ? c.png_file : c.picture_file;
  if (c.wait && file.empty()) return wait_for_login(s, c.name);
  auto target = account_target(c.name);
  if (!target) return target.error();
  if (!file.empty()) {
    auto a = s.server.get_file(*target + (c.picture_file.empty() ? "/qr?format=png" : "/qr?format=weixin"));
    if (!a) return a.error();
    if (a->status == 204) return no_code(s, *target);
    return save(s, file, a->raw);
  }
  auto a = s.server.get(*target + "/qr");
  if (!a) return a.error();
  if (!a->body.is_object()) return no_code(s, *target);
  if (s.wants_json())
    s.terminal.out << to_json_text(a->body) << '\n';
  else
    draw_code(s, read_code(a->body.get_object()).url);
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const account_share& c) {
  auto target = account_target(c.name, "/share");
  if (!target) return target.error();
  boost::json::object body;
  if (c.expires_in != 0) body["expires_in"] = c.expires_in;
  auto a = s.server.post(*target, body);
  if (!a) return a.error();
  if (s.wants_json()) {
    s.terminal.out << to_json_text(a->body) << '\n';
    return exit_code::ok;
  }
  const auto& link = object_of(a->body);
  s.terminal.out << printable(text_of(link, "url")) << '\n';
  say(s.terminal, "whoever has this link sees the QR code of " + c.name + " until " +
                      printable(text_of(link, "expires_at")));
  return exit_code::ok;
}

} // namespace weixin::ctl
