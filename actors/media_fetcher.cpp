#include "actors/media_fetcher.hpp"

#include "actors/backoff.hpp"
#include "protocol/webwx/media.hpp"

namespace weixin {

namespace {
constexpr std::size_t max_waiting = 100;
constexpr unsigned max_tries = 3;
} // namespace

media_fetcher::media_fetcher(caf::actor_config& cfg, std::shared_ptr<account_context> context,
                             account_actor supervisor, std::uint64_t seed)
    : child_actor(cfg, std::move(context), std::move(supervisor), seed), session_(context_->session) {}

media_fetcher::behavior_type media_fetcher::make_behavior() {
  return {[this](fetch_image& f) {
            if (waiting_jobs_.size() >= max_waiting)
              return context_->service->metrics->media_finished(metrics::media_direction::download,
                                                                metrics::media_result::failed, 0);
            waiting_jobs_.push_back({std::move(f.msg_id)});
            fetch_next();
          },
          answer_heartbeats(),
          [this](timer t) {
            if (is_current(t)) fetch_next();
          },
          run_continuations()};
}

void media_fetcher::fetch_next() {
  if (current_ || waiting_jobs_.empty() || !context_->service->make_image_sink) return;
  current_ = std::move(waiting_jobs_.front());
  waiting_jobs_.pop_front();
  ++current_->tries;

  // The transport fills the sink, the sink's file is complete only when the call was: the file's end is
  // reported by the sink, a failed call by the transport.
  auto sink = context_->service->make_image_sink(
      context_->name, current_->msg_id,
      inside([this](result<std::string> path) { fetched(std::move(path)); }));
  auto request = webwx::make_get_msg_img(*session_, current_->msg_id, webwx::image_size::original);
  auto limits = webwx::limits_of(webwx::endpoint::webwxgetmsgimg);
  transport::http_call c;
  c.request = webwx::with_cookies(std::move(request), session_->cookies);
  c.limits.deadline = limits.deadline;
  c.limits.max_body_bytes = limits.max_body_bytes;
  c.label = webwx::to_string(webwx::endpoint::webwxgetmsgimg);
  c.sink = sink;
  context_->http->start(std::move(c), inside([this, sink](result<http_response> answer) {
                          if (!answer) return sink->abandon(answer.error());
                          if (auto ok = webwx::check_image_answer(*answer); !ok)
                            return sink->abandon(ok.error());
                          sink->finish();
                        }));
}

void media_fetcher::fetched(result<std::string> path) {
  using metrics::media_direction;
  using metrics::media_result;
  auto& metrics = *context_->service->metrics;
  if (path) {
    metrics.media_finished(media_direction::download, media_result::ok, 0);
  } else if (current_->tries < max_tries && is_transient(path.error().code)) {
    auto wait = retry_delay(current_->tries, random_);
    waiting_jobs_.push_front(std::move(*current_));
    current_.reset();
    return set_timer(wait);
  } else {
    auto code = path.error().code;
    log_warn("media.failed",
             {{"account", context_->name}, {"msg_id", current_->msg_id}, {"errc", to_string(code)}});
    metrics.media_finished(media_direction::download,
                           code == errc::disk_full          ? media_result::disk_full
                           : code == errc::answer_too_large ? media_result::too_large
                                                            : media_result::failed,
                           0);
  }
  current_.reset();
  fetch_next();
}

} // namespace weixin
