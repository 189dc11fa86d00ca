#pragma once

#include "actors/child_actor.hpp"
#include "actors/media_download.hpp"
#include "metrics/labels.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weixin {

/// The MEDIA FETCHER: what the store has waiting, and pictures of contacts somebody asks for, into the media
/// store (weixin-protocol.md 8): one at a time, streamed, so that a large file costs no memory and takes one
/// connection.
///
/// What waits is in the store: a crash, a restart or the session's end loses nothing. What fails is tried
/// three times with growing distance; what never reached Weixin (no network) is tried for longer, and counts
/// no attempt. While the disk is full nothing is fetched. Repeats are at most a tenth of an account's
/// downloads in a minute, three of them at least. At most 50 pictures of contacts wait; further ones are
/// refused with queue_full.
class media_fetcher final : public child_actor<media_fetcher_actor> {
public:
  media_fetcher(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
                std::uint64_t seed);
  const char* name() const override { return "media_fetcher"; }

protected:
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using time_point = std::chrono::steady_clock::time_point;

  struct job {
    store::media_record record;
    std::shared_ptr<media_download> download; ///< over all tries
    time_point not_before{};
    unsigned unreached = 0; ///< tries in a row that did not reach Weixin
    // Of a contact's picture only.
    std::optional<http_request> request;
    bool is_group = false;
    std::optional<store::media_record> older;
    std::vector<media_reply> replies;

    bool is_avatar() const noexcept { return record.kind == store::media_kind::avatar; }
  };

  // What waits.
  void load();
  void loaded(std::vector<store::media_record> waiting);
  bool knows(const store::media_record& record) const;
  /// Whose picture is wanted.
  struct portrayed {
    std::string owner;     ///< in the store: the contact's reference, or the member's id
    std::string user_name; ///< empty: nobody of this session
    std::string group;     ///< UserName, of a member who is no contact
  };
  result<portrayed> whose_avatar(const fetch_avatar& wanted) const;
  http_request make_avatar_request(const portrayed& who, bool is_group) const;
  void add_avatar(const fetch_avatar& wanted);
  void look_for_avatar(const portrayed& who, media_reply reply,
                       const std::vector<store::media_record>& known);

  // One of them.
  void fetch_next();
  void start(std::unique_ptr<job> j);
  void answered(result<http_response> answer);
  void stored(result<store::media_file_info> file);
  void kept(result<store::kept_media> what);
  void failed(const error& why);
  void give_up(const error& why);
  void try_again(std::chrono::nanoseconds delay);
  void pause(const error& why);
  void done();
  void begin_minute();
  bool may_repeat();
  static webwx::endpoint call_of(const job& j) noexcept;
  media_expectation expectation_for(const job& j) const;
  void tell(const store::media_record& record) const;
  void count(const job& j, metrics::media_result result) const;

  std::shared_ptr<webwx::session> session_;
  std::deque<std::unique_ptr<job>> jobs_; ///< that wait
  std::unique_ptr<job> current_;
  bool loading_ = false;
  bool more_stored_ = true; ///< the store may have more than what is in `jobs_`
  time_point paused_until_{};
  unsigned pauses_ = 0; ///< in a row
  time_point minute_begin_{};
  unsigned starts_ = 0; ///< of this minute
  unsigned repeats_ = 0;
};

} // namespace weixin
