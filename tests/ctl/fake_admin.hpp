#pragma once

#include "httpd/server.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace weixin::ctl::test {

/// How the scripted server answers one request.
using reply = httpd::handler;

reply json(int status, std::string body);
reply problem(int status, std::string code, std::string detail);
reply no_content();
/// An event stream with these bytes, which then ends or stays open.
reply event_stream(std::string bytes, bool ends);
/// Any bytes of any type.
reply bytes(int status, std::string content_type, std::string body);
/// Takes the request and never says a word.
reply silence();
/// Closes the connection without an answer.
reply hang_up();

/// An account of the admin API in that state; `more` are further members, with a leading comma.
std::string account_json(const std::string& name, const std::string& state, const std::string& more = {});

/// The admin API on a unix socket in a directory of its own, answering from a script. A request that the
/// script does not know is answered with 404 `not_found`.
class fake_admin {
public:
  fake_admin();
  ~fake_admin();
  fake_admin(const fake_admin&) = delete;
  fake_admin& operator=(const fake_admin&) = delete;

  /// The answers to "METHOD /target", one after the other; the last one is repeated.
  void on(const std::string& what, std::vector<reply> answers);
  /// Every request so far, as "METHOD /target BODY".
  std::vector<std::string> asked() const;
  /// That header of the requests for "METHOD /target", in order; empty where it was missing.
  std::vector<std::string> header_of(const std::string& what, const std::string& name) const;
  /// Ends every connection and listens no more.
  void stop();

  std::string socket() const { return (directory_ / "admin.sock").string(); }
  std::string file(const std::string& name) const { return (directory_ / name).string(); }

private:
  struct impl;
  std::filesystem::path directory_;
  std::unique_ptr<impl> impl_;
};

} // namespace weixin::ctl::test
