// The account supervisor's QR code, as Weixin draws it.
#include "actors/webwx_call.hpp"
#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/file_kind.hpp"
#include "protocol/webwx/login.hpp"
#include "protocol/webwx/media.hpp"
#include "supervisor/account_supervisor.hpp"

#include <utility>

namespace weixin::supervisor {

namespace {

using qr_picture = std::shared_ptr<const webwx::scan_picture>;

constexpr std::size_t max_qr_waiters = 16;

result<qr_picture> read_picture(const http_response& answer) {
  if (auto good = webwx::check_media_answer(answer, webwx::endpoint::qrcode); !good) return good.error();
  auto mime = webwx::mime_type_of(webwx::file_kind_of(answer.body));
  if (!mime.starts_with("image/"))
    return webwx::answer_error(errc::malformed_answer, to_string(webwx::endpoint::qrcode), "no picture");
  return std::make_shared<const webwx::scan_picture>(webwx::scan_picture{std::string{mime}, answer.body});
}

} // namespace

void account_supervisor::drawn_qr(qr_picture_reply reply) {
  auto pending = context_->status->qr();
  if (!pending) return reply(qr_picture{});
  if (drawn_qr_ && drawn_uuid_ == pending->uuid) return reply(drawn_qr_);
  if (qr_waiters_.size() >= max_qr_waiters) return reply(fail(errc::queue_full, "callers wait for the code"));
  qr_waiters_.push_back(std::move(reply));
  if (qr_waiters_.size() > 1) return;
  // Nobody is logged in yet: there are no cookies to send or to keep.
  auto nobody = std::make_shared<webwx::session>();
  auto request = webwx::make_qr_image(pending->uuid, service_->webwx.user_agent,
                                      to_milliseconds(service_->clock->now()));
  weixin::call(
      context_, nobody, webwx::endpoint::qrcode, std::move(request),
      [this](auto f) { return inside(std::move(f)); }, read_picture,
      [this, uuid = pending->uuid](result<qr_picture> picture) {
        if (picture) {
          drawn_uuid_ = uuid;
          drawn_qr_ = *picture;
        } else if (picture.error().request_left) {
          picture = fail(errc::media_failed, "qrcode");
        }
        for (auto& waiter : std::exchange(qr_waiters_, {}))
          waiter(picture);
      });
}

} // namespace weixin::supervisor
