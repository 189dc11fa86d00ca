// The engine's part for media: contents that are shared, and what makes room for them.
#include "store/engine.hpp"

#include <algorithm>
#include <utility>

namespace weixin::store {

namespace {

constexpr const char* too_old = "too_old";
constexpr const char* made_room = "quota";
/// What one call, and one step of an upkeep, drops at most.
constexpr std::size_t drops_at_once = 200;
constexpr std::size_t most_waiting = 1'000;

} // namespace

engine::known_account* engine::known_by_id(std::int64_t account) noexcept {
  auto found = std::find_if(known_.begin(), known_.end(),
                            [&](const auto& known) { return known.second.ref.id == account; });
  return found == known_.end() ? nullptr : &found->second;
}

std::uint64_t engine::media_bytes() {
  if (!media_bytes_) media_bytes_ = all_media_bytes(rows());
  return *media_bytes_;
}

std::uint64_t engine::media_bytes_of_account(std::int64_t account) {
  auto* known = known_by_id(account);
  if (!known) return media_bytes_of(rows(), account);
  if (!known->media) known->media = media_bytes_of(rows(), account);
  return *known->media;
}

result<media_record> engine::want_media(const std::string& account, const media_record& wanted) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  if (wanted.owner.empty()) return fail(errc::invalid_argument, "media of nobody");
  if (!insert_link(rows(), known->ref, wanted)) revive_link(rows(), known->ref, wanted);
  for (auto& record : read_links(rows(), known->ref, wanted.owner, unreadable_))
    if (record.part == wanted.part) return std::move(record);
  return fail(errc::store_corrupt, "a medium that cannot be unsealed");
}

result<std::vector<media_record>> engine::waiting_media(const std::string& account, std::size_t limit) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  return read_waiting_links(rows(), known->ref, std::min(limit, most_waiting), unreadable_);
}

result<void> engine::note_media(const std::string& account, const media_record& record) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  if (record.state == media_state::available)
    return fail(errc::invalid_argument, "content comes by keep_media");
  note_link(rows(), known->ref.id, record);
  return {};
}

result<std::vector<media_record>> engine::find_media(const std::string& account, const std::string& owner) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  return read_links(rows(), known->ref, owner, unreadable_);
}

std::vector<std::string> engine::unknown_media_files(const std::vector<std::string>& files) {
  std::vector<std::string> unknown;
  for (const auto& file : files)
    if (!is_known_file(rows(), file)) unknown.push_back(file);
  return unknown;
}

result<kept_media> engine::keep_media(const std::string& account, const media_record& record,
                                      media_quota quota) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  if (!record.content || record.content->sha256.empty() || record.content->file.empty() ||
      record.owner.empty())
    return fail(errc::invalid_argument, "a medium without content");
  if (record.content->bytes > std::min(quota.bytes, quota.bytes_per_account))
    return fail(errc::body_too_large, "above the quota for media");
  // Counted before anything changes, kept up from then on.
  auto all = media_bytes();
  auto of_account = media_bytes_of_account(known->ref.id);

  kept_media kept{record, 0, {}};
  kept.record.state = media_state::available;
  kept.record.error.clear();
  auto before = find_held(rows(), known->ref.id, record.owner, record.part);
  auto content = find_content(rows(), record.content->sha256);
  if (!content) {
    content = insert_content(rows(), *record.content);
    all += record.content->bytes;
  }
  if (!holds_content(rows(), known->ref.id, *content)) of_account += record.content->bytes;
  write_link(rows(), known->ref, record, *content);
  media_bytes_ = all;
  known->media = of_account;

  media_drops drops;
  if (before && before->content != *content) {
    if (!holds_content(rows(), known->ref.id, before->content))
      *known->media -= std::min(*known->media, before->bytes);
    let_go(before->content, drops.files);
  }
  make_room(known->ref.id, quota.bytes_per_account, drops_at_once, *content, record.changed_at, drops);
  make_room(0, quota.bytes, drops_at_once, *content, record.changed_at, drops);
  kept.dropped = drops.links;
  kept.unneeded_files = std::move(drops.files);
  for (auto& stored : read_links(rows(), known->ref, record.owner, unreadable_))
    if (stored.part == record.part) kept.record = std::move(stored);
  if (kept.record.content && kept.record.content->file != record.content->file)
    kept.unneeded_files.push_back(record.content->file);
  return kept;
}

void engine::let_go(std::int64_t content, std::vector<std::string>& files) {
  auto gone = drop_unlinked(rows(), content);
  if (!gone) return;
  if (media_bytes_) *media_bytes_ -= std::min(*media_bytes_, gone->bytes);
  files.push_back(std::move(gone->file));
}

void engine::release(const held_link& link, const char* why, wall_time now, media_drops& drops) {
  release_link(rows(), link, why, now);
  ++drops.links;
  auto* known = known_by_id(link.account);
  if (known && known->media && !holds_content(rows(), link.account, link.content))
    *known->media -= std::min(*known->media, link.bytes);
  let_go(link.content, drops.files);
}

bool engine::make_room(std::int64_t account, std::uint64_t bytes, std::size_t most, std::int64_t spared,
                       wall_time now, media_drops& drops) {
  auto used = [&] { return account == 0 ? media_bytes() : media_bytes_of_account(account); };
  if (used() <= bytes) return false;
  for (const auto& link : oldest_held(rows(), account, std::nullopt, most)) {
    if (used() <= bytes) return false;
    if (link.content != spared) release(link, made_room, now, drops);
  }
  return used() > bytes;
}

bool engine::upkeep_of_media(upkeep_progress& progress) {
  using stage = upkeep_progress::stage;
  auto& report = progress.report;
  media_drops drops;
  auto next_stage = [&](stage s) {
    progress.at = s;
    progress.position = 0;
  };
  auto too_old_before = before(progress.now, progress.keep.media_age);
  switch (progress.at) {
  case stage::media_age: {
    auto old = oldest_held(rows(), 0, too_old_before, drops_at_once);
    for (const auto& link : old)
      release(link, too_old, progress.now, drops);
    if (old.size() < drops_at_once) next_stage(stage::media_links);
    break;
  }
  case stage::media_links:
    if (drop_old_links(rows(), too_old_before) == 0) next_stage(stage::media_of_accounts);
    break;
  case stage::media_of_accounts: {
    auto previous = progress.position;
    if (!for_next_account(progress))
      next_stage(stage::media_of_all);
    else if (make_room(progress.position, progress.keep.media.bytes_per_account, drops_at_once, 0,
                       progress.now, drops) &&
             drops.links > 0)
      progress.position = previous; // the same account again
    break;
  }
  default:
    if (!make_room(0, progress.keep.media.bytes, drops_at_once, 0, progress.now, drops) || drops.links == 0)
      next_stage(stage::removed);
    break;
  }
  report.media += drops.links;
  report.media_files.insert(report.media_files.end(), std::make_move_iterator(drops.files.begin()),
                            std::make_move_iterator(drops.files.end()));
  return true;
}

} // namespace weixin::store
