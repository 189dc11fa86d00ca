#include "admin/audit.hpp"

#include "runtime/log.hpp"

#include <utility>

namespace weixin::admin {

namespace {

std::string number(const std::optional<std::int64_t>& n) { return n ? std::to_string(*n) : "-"; }

void sign(store::audit_record& row, const caller& who) {
  if (who.peer) {
    row.who = "local";
    row.uid = static_cast<std::int64_t>(who.peer->uid);
    row.pid = static_cast<std::int64_t>(who.peer->pid);
    return;
  }
  row.from = who.from;
  row.who = who.by ? (who.by->is_session() ? "session" : "token") : "nobody";
  if (!who.by) return;
  row.token = who.by->record().id;
  row.name = who.by->record().name;
}

} // namespace

void audit_trail::write(const caller& who, store::audit_record row) {
  row.at = clock_->now();
  sign(row, who);
  log_event(row.refused ? log_level::warn : log_level::info, row.refused ? "admin.refused" : "admin.call",
            {{"uid", number(row.uid)},
             {"pid", number(row.pid)},
             {"token", row.token},
             {"name", row.name},
             {"from", row.from},
             {"call", row.call},
             {"account", row.account},
             {"object", row.object},
             {"status", row.status},
             {"code", row.code}});
  auto call = row.call;
  store_->append_audit(std::move(row), [call = std::move(call)](const result<void>& written) {
    if (!written) log_error("audit.not_written", {{"call", call}, {"error", to_string(written.error())}});
  });
}

void audit_trail::done(const caller& who, store::audit_record row) { write(who, std::move(row)); }

void audit_trail::refused(const caller& who, std::string call, std::string_view account, int status,
                          std::string_view code) {
  std::uint64_t untold = 0;
  {
    std::lock_guard lock(mutex_);
    auto now = std::chrono::steady_clock::now();
    if (refusals_.wait_for_next(now).count() > 0) {
      ++untold_;
      return;
    }
    refusals_.take(now);
    untold = std::exchange(untold_, 0);
  }
  store::audit_record row;
  row.refused = true;
  row.call = std::move(call);
  row.account = account;
  row.status = status;
  row.code = code;
  if (untold > 0) row.object = "after " + std::to_string(untold) + " more";
  write(who, std::move(row));
}

} // namespace weixin::admin
