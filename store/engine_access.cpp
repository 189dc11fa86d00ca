#include "store/audit_rows.hpp"
#include "store/engine.hpp"
#include "store/token_rows.hpp"

namespace weixin::store {

namespace {

error no_such_token() { return fail(errc::token_not_found, "there is no token of this id"); }

} // namespace

std::vector<token_record> engine::list_tokens() { return read_tokens(rows()); }

result<void> engine::add_token(const token_record& token) {
  if (insert_token(rows(), token)) return {};
  return fail(errc::queue_full, std::to_string(max_tokens) + " tokens exist: revoke those that nobody needs");
}

result<void> engine::remove_token(const std::string& id) {
  if (!erase_token(rows(), id)) return no_such_token();
  return {};
}

result<void> engine::note_token_use(const std::string& id, wall_time at) {
  if (!note_use(rows(), id, at)) return no_such_token();
  return {};
}

void engine::append_audit(const audit_record& row) { append_audit_row(rows(), row); }

std::vector<audit_record> engine::read_audit(std::int64_t after, std::size_t limit) {
  return read_audit_rows(rows(), after, limit);
}

bool engine::upkeep_of_audit(upkeep_progress& progress) {
  using stage = upkeep_progress::stage;
  auto& dropped = progress.report.audit_rows;
  if (progress.at == stage::audit_age) {
    if (!drop_old_audit_rows(rows(), before(progress.now, progress.keep.history_age), dropped))
      progress.at = stage::audit_count;
    return true;
  }
  drop_audit_rows_beyond(rows(), false, progress.keep.audit_rows, dropped);
  drop_audit_rows_beyond(rows(), true, progress.keep.refused_audit_rows, dropped);
  progress.at = stage::media_age;
  progress.position = 0;
  return true;
}

} // namespace weixin::store
