#include "admin/reply.hpp"

#include "admin/json.hpp"
#include "supervisor/fleet.hpp"

#include <atomic>
#include <mutex>

namespace weixin::admin {

/// Is told once: with the answer, or when the last copy is dropped without one.
struct reply::call {
  std::shared_ptr<const caller> who;
  std::shared_ptr<audit_trail> trail;
  std::string what;
  std::atomic<bool> told{false};
  std::mutex mutex;
  std::string account;
  std::string object;

  ~call() { tell(500, to_string(errc::internal)); }

  void tell(int status, std::string_view code) {
    if (told.exchange(true)) return;
    std::lock_guard lock(mutex);
    store::audit_record row;
    row.call = what;
    row.account = account;
    row.object = object;
    row.status = status;
    row.code = code;
    trail->done(*who, std::move(row));
  }
};

reply::reply(httpd::responder respond, const httpd::request& r, std::string_view route, caller who,
             std::shared_ptr<audit_trail> trail)
    : respond_(std::move(respond)), who_(std::make_shared<const caller>(std::move(who))) {
  if (r.method == "GET" || r.method == "HEAD") return;
  call_ = std::make_shared<call>();
  call_->who = who_;
  call_->trail = std::move(trail);
  call_->what = r.method + " " + std::string{route};
  if (auto name = r.params.find("name"); name != r.params.end()) concerns_account(name->second);
}

void reply::send(httpd::response r) const {
  if (call_) call_->tell(r.status, "");
  respond_.send(std::move(r));
}

void reply::send_from(httpd::response head, std::uint64_t length,
                      std::shared_ptr<httpd::body_source> body) const {
  if (call_) call_->tell(head.status, "");
  respond_.send_from(std::move(head), length, std::move(body));
}

void reply::refuse(const error& e) const { refuse_with(problem_of(e), e.code); }

void reply::refuse(const error& e, std::string_view key, boost::json::value value) const {
  auto problem = problem_of(e);
  problem.body = with_member(problem.body, key, std::move(value));
  refuse_with(std::move(problem), e.code);
}

void reply::refuse_with(httpd::response problem, errc code) const {
  if (call_) call_->tell(problem.status, to_string(code));
  respond_.send(std::move(problem));
}

void reply::concerns_account(std::string_view name) const {
  if (!call_ || !supervisor::is_valid_account_name(name)) return;
  std::lock_guard lock(call_->mutex);
  call_->account = name;
}

void reply::concerns(std::string_view object) const {
  if (!call_) return;
  std::lock_guard lock(call_->mutex);
  call_->object = object;
}

} // namespace weixin::admin
