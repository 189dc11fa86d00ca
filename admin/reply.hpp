#pragma once

#include "admin/audit.hpp"
#include "admin/caller.hpp"
#include "httpd/server.hpp"
#include "protocol/result.hpp"

#include <boost/json/value.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace weixin::admin {

/// The one way to answer a call of the admin API. A call that is to change something (every method but GET
/// and HEAD) is told to the audit trail when it is answered: who asked, what, about which account and object,
/// and what came of it. Copies share the call. Any thread.
class reply {
public:
  reply(httpd::responder respond, const httpd::request& r, std::string_view route, caller who,
        std::shared_ptr<audit_trail> trail);

  const caller& who() const noexcept { return *who_; }
  /// For what is not one answer: a stream.
  const httpd::responder& responder() const noexcept { return respond_; }

  void send(httpd::response r) const;
  /// An answer with a body from a source; of calls that change nothing.
  void send_from(httpd::response head, std::uint64_t length, std::shared_ptr<httpd::body_source> body) const;
  /// Answers with the problem that the error is to a caller.
  void refuse(const error& e) const;
  /// The same with one more member in the problem.
  void refuse(const error& e, std::string_view key, boost::json::value value) const;

  /// Names the account for the log, where the path does not. What cannot be an account's name is not logged.
  void concerns_account(std::string_view name) const;
  /// Names what was changed for the log: an id of ours, a file, a verb; never text, never a person's name.
  void concerns(std::string_view object) const;

private:
  struct call;

  void refuse_with(httpd::response problem, errc code) const;

  httpd::responder respond_;
  std::shared_ptr<const caller> who_;
  std::shared_ptr<call> call_; ///< null for calls that change nothing
};

} // namespace weixin::admin
