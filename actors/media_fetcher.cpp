#include "actors/media_fetcher.hpp"

#include "actors/backoff.hpp"
#include "actors/group_view.hpp"
#include "actors/media_source.hpp"
#include "protocol/webwx/media.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace weixin {

namespace {

using namespace std::chrono_literals;
using store::media_kind;
using store::media_part;
using store::media_record;
using store::media_state;

constexpr unsigned max_tries = 3;
/// With up to a minute between two of them: the better part of an hour without network.
constexpr unsigned max_unreached = 60;
constexpr std::size_t load_at_once = 16;
constexpr std::size_t max_avatars = 50;
constexpr auto avatar_lasts = 24h;
constexpr auto shortest_pause = 10s;
constexpr auto longest_pause = 60s;
constexpr unsigned least_repeats = 3;
/// The slowest line that a large file is still waited for, in bytes a second.
constexpr std::uint64_t slowest_line = 64 * 1024;
constexpr std::chrono::milliseconds longest_call = 1h;

/// Failures of the way to Weixin, which say nothing about the medium.
bool is_unreached(const error& e) noexcept {
  switch (e.code) {
  case errc::dns_failed:
  case errc::connect_failed:
  case errc::tls_failed:
  case errc::breaker_open:
  case errc::queue_full:
  case errc::cancelled:
    return true;
  case errc::timed_out:
    return !e.request_left;
  default:
    return false;
  }
}

/// Failures of our own disk or store: nothing can be kept at present.
bool is_ours(const error& e) noexcept {
  switch (e.code) {
  case errc::disk_full:
  case errc::io_failed:
  case errc::store_failed:
  case errc::store_busy:
  case errc::store_corrupt:
    return true;
  default:
    return false;
  }
}

metrics::media_kind label_of(const media_record& record) noexcept {
  if (record.part == media_part::thumbnail) return metrics::media_kind::thumbnail;
  switch (record.kind) {
  case media_kind::image:
    return metrics::media_kind::image;
  case media_kind::emoticon:
    return metrics::media_kind::emoticon;
  case media_kind::voice:
    return metrics::media_kind::voice;
  case media_kind::video:
    return metrics::media_kind::video;
  case media_kind::file:
    return metrics::media_kind::file;
  case media_kind::map:
    return metrics::media_kind::map;
  case media_kind::avatar:
    break;
  }
  return metrics::media_kind::avatar;
}

bool same(const media_record& a, const media_record& b) noexcept {
  return a.owner == b.owner && a.part == b.part;
}

} // namespace

media_fetcher::media_fetcher(caf::actor_config& cfg, std::shared_ptr<account_context> context,
                             account_actor supervisor, std::uint64_t seed)
    : child_actor(cfg, std::move(context), std::move(supervisor), seed), session_(context_->session) {}

media_fetcher::behavior_type media_fetcher::make_behavior() {
  load();
  return {[this](media_wanted) {
            more_stored_ = true;
            load();
          },
          [this](const fetch_avatar& f) { add_avatar(f); }, answer_heartbeats(),
          [this](timer t) {
            if (is_current(t)) fetch_next();
          },
          run_continuations()};
}

void media_fetcher::on_exit() {
  auto forsake = [](const job& j) {
    for (const auto& reply : j.replies)
      if (j.older)
        reply(*j.older);
      else
        reply(fail(errc::cancelled, "the account's session ended"));
  };
  if (current_) forsake(*current_);
  for (const auto& j : jobs_)
    forsake(*j);
  jobs_.clear();
  current_.reset();
}

// -- what waits
// -----------------------------------------------------------------------------------------------------

bool media_fetcher::knows(const media_record& record) const {
  return (current_ && same(current_->record, record)) ||
         std::any_of(jobs_.begin(), jobs_.end(), [&](const auto& j) { return same(j->record, record); });
}

void media_fetcher::load() {
  if (loading_ || !more_stored_ || !context_->service->make_media_writer) return;
  if (jobs_.size() >= load_at_once) return; // again when they are fewer
  loading_ = true;
  more_stored_ = false;
  auto limit = load_at_once + jobs_.size() + 1;
  context_->service->store->waiting_media(context_->name, limit,
                                          inside([this, limit](result<std::vector<media_record>> waiting) {
                                            loading_ = false;
                                            if (!waiting) {
                                              more_stored_ = true;
                                              return pause(waiting.error());
                                            }
                                            more_stored_ = more_stored_ || waiting->size() == limit;
                                            loaded(std::move(*waiting));
                                          }));
}

void media_fetcher::loaded(std::vector<media_record> waiting) {
  for (auto& record : waiting) {
    if (knows(record)) continue;
    auto j = std::make_unique<job>();
    j->record = std::move(record);
    jobs_.push_back(std::move(j));
  }
  fetch_next();
}

result<media_fetcher::portrayed> media_fetcher::whose_avatar(const fetch_avatar& wanted) const {
  const auto& book = context_->contacts;
  if (wanted.member.empty()) {
    auto user_name = book.resolve(wanted.ref);
    return portrayed{wanted.ref, user_name ? *user_name : "", ""};
  }
  auto group = resolve_group(book, wanted.ref);
  if (!group) return group.error();
  auto member = resolve_member(book, *group, wanted.member);
  if (!member) return member.error();
  if (auto ref = book.known_ref(*member)) return portrayed{*ref, *member, ""};
  return portrayed{member_id(*member), *member, *group};
}

http_request media_fetcher::make_avatar_request(const portrayed& who, bool is_group) const {
  if (is_group) return webwx::make_get_head_img(*session_, who.user_name);
  webwx::icon_of whose;
  whose.user_name = who.user_name;
  whose.big = true;
  if (!who.group.empty()) {
    auto group = context_->contacts.snapshot(who.group);
    bool has_id = group && !group->encry_chat_room_id.empty();
    whose.chat_room_id = has_id ? group->encry_chat_room_id : who.group;
  }
  return webwx::make_get_icon(*session_, whose);
}

void media_fetcher::add_avatar(const fetch_avatar& wanted) {
  if (!context_->service->make_media_writer)
    return wanted.reply(fail(errc::media_not_allowed, "no media store"));
  auto who = whose_avatar(wanted);
  if (!who) return wanted.reply(who.error());
  auto is_it = [&](const job& j) { return j.is_avatar() && j.record.owner == who->owner; };
  if (current_ && is_it(*current_)) return current_->replies.push_back(wanted.reply);
  for (auto& j : jobs_)
    if (is_it(*j)) return j->replies.push_back(wanted.reply);
  context_->service->store->find_media(
      context_->name, who->owner,
      inside([this, who = *who, reply = wanted.reply](result<std::vector<media_record>> known) {
        if (!known) return reply(known.error());
        look_for_avatar(who, reply, *known);
      }));
}

void media_fetcher::look_for_avatar(const portrayed& who, media_reply reply,
                                    const std::vector<media_record>& known) {
  std::optional<media_record> older;
  for (const auto& record : known)
    if (record.state == media_state::available) older = record;
  if (older && wall_now() - older->changed_at < avatar_lasts) return reply(*older);
  if (who.user_name.empty())
    return older ? reply(*older) : reply(fail(errc::contact_not_found, "nobody of this session"));
  auto avatars = std::count_if(jobs_.begin(), jobs_.end(), [](const auto& j) { return j->is_avatar(); });
  if (static_cast<std::size_t>(avatars) >= max_avatars)
    return reply(fail(errc::queue_full, "too many pictures of contacts wait"));
  auto j = std::make_unique<job>();
  j->record.owner = who.owner;
  j->record.kind = media_kind::avatar;
  j->older = std::move(older);
  auto contact = context_->contacts.find(who.user_name);
  j->is_group = contact && contact->kind == webwx::contact_kind::group;
  j->request = make_avatar_request(who, j->is_group);
  j->replies.push_back(std::move(reply));
  jobs_.push_front(std::move(j)); // somebody waits for it
  fetch_next();
}

// -- one of them
// ----------------------------------------------------------------------------------------------------

void media_fetcher::fetch_next() {
  if (current_) return;
  if (jobs_.empty()) return load();
  auto at = now();
  auto earliest = paused_until_;
  if (at >= paused_until_) {
    auto due = std::find_if(jobs_.begin(), jobs_.end(), [&](const auto& j) { return j->not_before <= at; });
    if (due != jobs_.end()) {
      if (!context_->service->store->health().accepting) return pause(fail(errc::disk_full, "store"));
      auto j = std::move(*due);
      jobs_.erase(due);
      return start(std::move(j));
    }
    earliest = (*std::min_element(jobs_.begin(), jobs_.end(), [](const auto& a, const auto& b) {
                 return a->not_before < b->not_before;
               }))->not_before;
    if (more_stored_) load();
  }
  set_timer(std::max<std::chrono::nanoseconds>(earliest - at, 1ms));
}

webwx::endpoint media_fetcher::call_of(const job& j) noexcept {
  return j.is_group ? webwx::endpoint::webwxgetheadimg : endpoint_of(j.record);
}

media_expectation media_fetcher::expectation_for(const job& j) const {
  const auto& record = j.record;
  media_expectation expected;
  expected.call = call_of(j);
  expected.file_name = record.name;
  // Only of files the message says exactly how long they are; pictures and videos come in several sizes.
  if (record.kind == media_kind::file) expected.announced_bytes = record.announced_bytes;
  const auto settings = context_->service->media->get();
  expected.max_bytes =
      std::min({settings.max_file_bytes, settings.quota.bytes, settings.quota.bytes_per_account});
  bool is_large =
      expected.call == webwx::endpoint::webwxgetmedia || expected.call == webwx::endpoint::webwxgetvideo;
  if (!is_large)
    expected.max_bytes =
        std::min<std::uint64_t>(expected.max_bytes, webwx::limits_of(expected.call).max_body_bytes);
  return expected;
}

void media_fetcher::start(std::unique_ptr<job> j) {
  current_ = std::move(j);
  auto& record = current_->record;
  auto expected = expectation_for(*current_);
  if (expected.announced_bytes > expected.max_bytes)
    return give_up(fail(errc::answer_too_large, "the message says so"));
  // A UserName of an earlier session may be anybody's now, or nobody's.
  if (record.kind == media_kind::file && !record.sender.empty() && !context_->contacts.find(record.sender))
    return give_up(fail(errc::target_lost, "the sender is not known in this session"));
  if (!current_->download)
    current_->download = std::make_shared<media_download>(expected, context_->service->make_media_writer);
  auto request = current_->request ? result<http_request>{*current_->request}
                                   : request_for(record, *session_, current_->download->offset());
  if (!request) return failed(request.error());
  begin_minute();
  ++starts_;
  transport::http_call c;
  c.request = webwx::with_cookies(std::move(*request), session_->cookies);
  auto limits = webwx::limits_of(expected.call);
  auto for_size = std::chrono::seconds{std::min<std::uint64_t>(record.announced_bytes / slowest_line, 3'600)};
  c.limits.deadline = std::min(std::max<std::chrono::milliseconds>(limits.deadline, for_size), longest_call);
  c.limits.max_body_bytes = static_cast<std::size_t>(expected.max_bytes);
  c.label = webwx::to_string(expected.call);
  c.sink = current_->download;
  watch(c.limits.deadline);
  auto host = c.request.host;
  context_->http->start(std::move(c), inside([this, host](result<http_response> answer) {
                          end_watch();
                          if (answer) session_->cookies.store(host, answer->headers);
                          answered(std::move(answer));
                        }));
}

void media_fetcher::answered(result<http_response> answer) {
  auto call = call_of(*current_);
  if (answer) {
    if (auto good = webwx::check_media_answer(*answer, call, current_->record.name); !good)
      answer = good.error();
  }
  if (!answer) {
    current_->download->call_failed(answer.error());
    return failed(answer.error());
  }
  current_->download->finish(
      inside([this](result<store::media_file_info> file) { stored(std::move(file)); }));
}

void media_fetcher::stored(result<store::media_file_info> file) {
  if (!file) {
    if (is_ours(file.error())) current_->download->call_failed(file.error());
    return failed(file.error());
  }
  auto record = current_->record;
  record.state = media_state::available;
  record.error.clear();
  ++record.attempts;
  record.changed_at = wall_now();
  record.content = store::media_content{file->id, file->sha256, file->bytes, current_->download->mime()};
  current_->download.reset();
  context_->service->store->keep_media(context_->name, record, context_->service->media->get().quota,
                                       inside([this, file = file->id](result<store::kept_media> done) {
                                         // A file that nobody knows of would outlive its account.
                                         if (!done && context_->service->remove_media)
                                           context_->service->remove_media({file});
                                         kept(std::move(done));
                                       }));
}

void media_fetcher::kept(result<store::kept_media> what) {
  if (!what) return failed(what.error());
  if (context_->service->remove_media && !what->unneeded_files.empty())
    context_->service->remove_media(std::move(what->unneeded_files));
  context_->service->metrics->media_dropped(what->dropped);
  pauses_ = 0;
  count(*current_, metrics::media_result::ok);
  context_->service->metrics->media_finished(metrics::media_direction::download, metrics::media_result::ok,
                                             what->record.content ? what->record.content->bytes : 0);
  for (const auto& reply : current_->replies)
    reply(what->record);
  current_->replies.clear();
  if (!current_->is_avatar()) tell(what->record);
  done();
}

void media_fetcher::failed(const error& why) {
  if (is_ours(why)) {
    // Nothing is wrong with the medium: it waits until there is room again.
    context_->service->metrics->media_finished(metrics::media_direction::download,
                                               metrics::media_result::disk_full, 0);
    if (current_->is_avatar()) return give_up(why);
    jobs_.push_front(std::move(current_));
    return pause(why);
  }
  if (is_unreached(why)) {
    if (++current_->unreached >= max_unreached || current_->is_avatar()) return give_up(why);
    return try_again(retry_delay(current_->unreached, random_));
  }
  current_->unreached = 0;
  ++current_->record.attempts;
  bool may_heal = is_transient(why.code) && why.code != errc::answer_too_large;
  if (!may_heal || current_->record.attempts >= max_tries) return give_up(why);
  auto delay = std::chrono::nanoseconds{retry_delay(current_->record.attempts, random_)};
  if (may_repeat())
    ++repeats_;
  else
    delay = std::max<std::chrono::nanoseconds>(delay, minute_begin_ + 1min - now());
  if (!current_->is_avatar()) {
    auto noted = current_->record;
    noted.changed_at = wall_now();
    context_->service->store->note_media(context_->name, noted, [](result<void>) {});
  }
  try_again(delay);
}

void media_fetcher::try_again(std::chrono::nanoseconds delay) {
  current_->not_before = now() + delay;
  jobs_.push_back(std::move(current_));
  fetch_next();
}

void media_fetcher::give_up(const error& why) {
  using metrics::media_result;
  auto& record = current_->record;
  auto result = media_result::failed;
  if (why.code == errc::answer_too_large || why.code == errc::body_too_large)
    result = media_result::too_large;
  else if (why.code == errc::disk_full)
    result = media_result::disk_full;
  log_warn("media.failed", {{"account", context_->name},
                            {"owner", record.owner},
                            {"kind", to_string(record.kind)},
                            {"errc", to_string(why.code)}});
  count(*current_, result);
  context_->service->metrics->media_finished(metrics::media_direction::download, result, 0);
  if (current_->is_avatar()) {
    for (const auto& reply : current_->replies)
      if (current_->older)
        reply(*current_->older);
      else
        reply(fail(errc::media_failed, std::string{to_string(why.code)}));
    current_->replies.clear();
  } else if (why.code != errc::account_not_found) {
    record.state = media_state::failed;
    record.error = to_string(why.code);
    record.changed_at = wall_now();
    context_->service->store->note_media(context_->name, record, [](weixin::result<void>) {});
    tell(record);
  }
  done();
}

void media_fetcher::pause(const error& why) {
  auto wait =
      std::min<std::chrono::nanoseconds>(shortest_pause * (1 << std::min(pauses_, 3U)), longest_pause);
  if (pauses_++ == 0) log_warn("media.paused", {{"account", context_->name}, {"errc", to_string(why.code)}});
  paused_until_ = now() + wait;
  set_timer(wait);
}

void media_fetcher::done() {
  current_.reset();
  fetch_next();
}

void media_fetcher::begin_minute() {
  if (now() - minute_begin_ < 1min) return;
  minute_begin_ = now();
  starts_ = repeats_ = 0;
}

bool media_fetcher::may_repeat() {
  begin_minute();
  return repeats_ < std::max(least_repeats, starts_ / 10);
}

void media_fetcher::count(const job& j, metrics::media_result result) const {
  context_->service->metrics->media_fetched(label_of(j.record), result);
}

void media_fetcher::tell(const media_record& record) const {
  auto at = wall_now();
  context_->service->events->publish("media", context_->name, at, [record, at, name = context_->name] {
    boost::json::object data{{"account", name},
                             {"at", to_rfc3339(at)},
                             {"id", record.owner},
                             {"thumbnail", record.part == media_part::thumbnail},
                             {"kind", to_string(record.kind)},
                             {"state", to_string(record.state)}};
    if (record.content) {
      data["bytes"] = record.content->bytes;
      data["mime"] = record.content->mime;
      data["sha256"] = record.content->sha256;
    }
    if (!record.error.empty()) data["error"] = record.error;
    return boost::json::serialize(data);
  });
}

} // namespace weixin
