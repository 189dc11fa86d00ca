#pragma once

#include "actors/child_actor.hpp"

#include <deque>

namespace weixin {

/// The MEDIA FETCHER: pictures (webwxgetmsgimg, weixin-protocol.md 8), one at a time, streamed to files under
/// data_dir. A picture that cannot be fetched is tried three times; an empty answer or a page of HTML is a
/// failure. At most 100 pictures wait; further ones are counted as failed.
class media_fetcher final : public child_actor<media_fetcher_actor> {
public:
  media_fetcher(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
                std::uint64_t seed);
  const char* name() const override { return "media_fetcher"; }

protected:
  behavior_type make_behavior() override;

private:
  struct job {
    std::string msg_id;
    unsigned tries = 0;
  };

  void fetch_next();
  void fetched(result<std::string> path);

  std::shared_ptr<webwx::session> session_;
  std::deque<job> waiting_jobs_;
  std::optional<job> current_;
};

} // namespace weixin
