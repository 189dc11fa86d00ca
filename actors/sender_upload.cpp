// The sender's third part: brings the file of a send to Weixin before its message leaves.
#include "actors/backoff.hpp"
#include "actors/sender.hpp"

#include <algorithm>

namespace weixin {

namespace {

using namespace std::chrono_literals;
using metrics::media_direction;
using metrics::media_result;

/// So far apart progress is told.
constexpr auto progress_period = 1s;
constexpr int payment_required = 402; // what a file above 25 MB gets that Weixin was not asked about

/// The file itself is not what it was: trying again is of no use.
bool is_about_the_file(errc code) noexcept {
  return code == errc::file_gone || code == errc::file_changed || code == errc::io_failed ||
         code == errc::invalid_argument || code == errc::body_too_large;
}

std::string code_of_failure(const error& e) {
  return std::string{is_about_the_file(e.code) ? to_string(e.code) : "upload_failed"};
}

} // namespace

bool sender::is_uploaded(const store::send_record& r) const {
  if (!std::holds_alternative<store::upload_content>(r.content)) return true;
  return upload_ && upload_->is_of(r.id, context_->session) && upload_->is_complete();
}

void sender::upload(const std::string& user_name) {
  const auto& r = current_->record;
  uploading_ = true;
  if (!upload_ || !upload_->is_of(r.id, context_->session)) {
    const auto& file = std::get<store::upload_content>(r.content);
    auto plan = plan_of(file, context_->service->upload_limits);
    if (!plan || !context_->service->spool)
      return upload_failed(plan ? fail(errc::io_failed, "there is no spool") : plan.error());
    upload_ = std::make_unique<upload_job>(r.id, context_->session, file, std::move(*plan), user_name,
                                           context_->next_upload_number());
    upload_->begin(wall_ms());
  }
  upload_step();
}

void sender::upload_step() {
  const auto& r = current_->record;
  show_upload(false);
  if (!gate_.open || context_->session != upload_->session()) return wait_with_upload(0ms);
  if (r.expires_at && *r.expires_at <= wall_now()) {
    forget_upload();
    bool may_have_left = !r.error.empty();
    auto code = may_have_left ? r.error : std::string{"expired"};
    return settle(may_have_left ? store::send_state::unknown : store::send_state::expired, "",
                  std::move(code));
  }
  if (upload_->is_complete()) {
    uploading_ = false;
    context_->service->metrics->media_finished(media_direction::upload, media_result::ok,
                                               upload_->what().plan.bytes);
    context_->remember_upload(r.id, upload_->media_id());
    return attempt();
  }
  if (upload_->needs_permit()) return ask_for_permit();
  upload_chunk();
}

void sender::ask_for_permit() {
  auto request = webwx::make_check_upload(*upload_->session(), upload_->what());
  call_weixin(webwx::endpoint::webwxcheckupload, upload_->session(), std::move(request),
              webwx::parse_check_upload, [this, turn = ++upload_turn_](result<webwx::upload_permit> permit) {
                if (turn != upload_turn_) return;
                if (!permit) return upload_failed(permit.error());
                heard(true);
                upload_->permitted(std::move(*permit));
                upload_step();
              });
}

void sender::upload_chunk() {
  auto chunk = upload_->next_chunk(context_->service->spool, random_);
  if (!chunk) return upload_failed(chunk.error());
  call_weixin(
      webwx::endpoint::webwxuploadmedia, upload_->session(), std::move(chunk->request),
      [is_last = chunk->is_last](const http_response& r) { return webwx::parse_upload(r, is_last); },
      [this, turn = ++upload_turn_](result<webwx::upload_answer> answer) {
        if (turn != upload_turn_) return;
        if (!answer) return upload_failed(answer.error());
        failures_ = 0;
        heard(true);
        upload_->chunk_taken(*answer);
        upload_step();
      },
      std::move(chunk->body));
}

void sender::upload_failed(const error& e) {
  auto refuse = [&] {
    context_->service->metrics->media_finished(media_direction::upload, media_result::failed, 0);
    log_warn("upload.failed",
             {{"account", context_->name}, {"id", current_->record.id}, {"errc", to_string(e.code)}});
    forget_upload();
    settle(store::send_state::refused, "", code_of_failure(e));
  };
  if (is_about_the_file(e.code)) return refuse();
  switch (e.code) {
  case errc::session_ended:
  case errc::ticket_rejected:
  case errc::barred:
  case errc::too_frequent:
    heard(true);
    wait_with_upload(1s);
    send(supervisor_, send_hit{e});
    return;
  case errc::cancelled:
    return wait_with_upload(retry_delay(++failures_, random_));
  case errc::rejected_request:
  case errc::not_a_friend:
  case errc::server_error:
    heard(true);
    // It may be about a chunk that arrived twice: once more from the start.
    if (upload_->has_repeated() && upload_->begin(wall_ms())) return wait_with_upload(1s);
    if (e.code != errc::server_error || !upload_->failed()) return refuse();
    return wait_with_upload(retry_delay(upload_->failures(), random_));
  default:
    break;
  }
  bool answered = e.code == errc::http_status || e.code == errc::malformed_answer;
  // Without the cookie for uploads nothing was asked; it may come with the next webwxsync.
  bool could_not_ask = e.code == errc::not_online;
  if (!could_not_ask) heard(answered);
  if (e.code == errc::http_status && e.ret == payment_required) return refuse();
  // Before a byte left it is the network, as for a text: that passes, and is not counted.
  if (!e.request_left && !answered && !could_not_ask)
    return wait_with_upload(retry_delay(++failures_, random_));
  if (!upload_->failed()) return refuse();
  upload_->repeats();
  wait_with_upload(retry_delay(upload_->failures(), random_));
}

void sender::wait_with_upload(std::chrono::milliseconds pause) {
  uploading_ = false;
  ++upload_turn_;
  auto q = std::move(*current_);
  current_.reset();
  not_before_ = now() + pause;
  push_front(std::move(q));
  show_upload(true);
  pump();
}

/// Nothing of the message has left, so it certainly does not arrive.
void sender::cancel_upload(const send_record_reply& reply) {
  auto q = std::move(*current_);
  current_.reset();
  forget_upload();
  auto id = q.record.id;
  push_front(std::move(q));
  cancel(find(id), reply);
}

void sender::show_upload(bool at_once) {
  if (!upload_ || upload_->is_complete()) {
    context_->status->update([](account_view& v) { v.upload.reset(); });
    return;
  }
  std::string id = current_ ? current_->record.id : queue_.empty() ? std::string{} : queue_.front().record.id;
  if (!upload_->is_of(id, upload_->session())) return;
  upload_progress progress{id, upload_->bytes_taken(), upload_->what().plan.bytes};
  context_->status->update([&](account_view& v) { v.upload = progress; });
  if (!current_ || (!at_once && now() - upload_shown_ < progress_period)) return;
  upload_shown_ = now();
  publish(current_->record, std::move(progress));
}

void sender::forget_upload() {
  uploading_ = false;
  ++upload_turn_;
  upload_.reset();
  show_upload(true);
}

void sender::remove_file(const store::send_record& r) {
  const auto& id = spool_id_of(r.content);
  if (id.empty() || is_unfinished(r.state)) return;
  if (upload_ && upload_->is_of(r.id, upload_->session())) upload_.reset();
  if (context_->service->spool) context_->service->spool->remove(id);
}

} // namespace weixin
