#pragma once

#include "protocol/webwx/outgoing.hpp"
#include "protocol/webwx/upload.hpp"
#include "runtime/random.hpp"
#include "store/send_content.hpp"
#include "store/spool.hpp"
#include "transport/http_client.hpp"

#include <memory>
#include <string>

namespace weixin {

/// What an upload is called for a kind of message (weixin-protocol.md 6.1): emoticons go as documents.
webwx::upload_type upload_type_of(store::send_kind kind) noexcept;
/// What a file that is to be uploaded becomes. Errors: invalid_argument, body_too_large.
result<webwx::upload_plan> plan_of(const store::upload_content& file, const webwx::upload_limits& limits);

/// One file on its way to Weixin, in one session: which chunk is next, and what is known so far
/// (weixin-protocol.md 6.1). A value without clock and network; the sender makes the calls and tells what
/// came of them.
class upload_job {
public:
  /// So often in a row a call may fail that Weixin should have taken.
  static constexpr unsigned max_failures = 6;
  /// So often the whole upload is begun, when Weixin refuses to go on with it.
  static constexpr unsigned max_beginnings = 3;

  upload_job(std::string send_id, std::shared_ptr<webwx::session> session, store::upload_content file,
             webwx::upload_plan plan, std::string to_user_name, std::uint64_t number);

  bool is_of(const std::string& send_id, const std::shared_ptr<webwx::session>& session) const noexcept {
    return send_id == send_id_ && session == session_;
  }
  /// The chunks count anew, under another number of the client. False when that was done too often.
  bool begin(std::int64_t client_media_id);

  bool is_complete() const noexcept { return !media_id_.empty(); }
  /// Under which Weixin has it; empty unless it is complete.
  const std::string& media_id() const noexcept { return media_id_; }
  bool needs_permit() const noexcept { return upload_.plan.needs_check() && !upload_.permit; }
  std::uint64_t bytes_taken() const noexcept { return upload_.plan.chunk(next_).offset; }
  const webwx::upload& what() const noexcept { return upload_; }
  const std::shared_ptr<webwx::session>& session() const noexcept { return session_; }

  void permitted(webwx::upload_permit permit);
  /// A chunk without its bytes, and where they come from.
  struct chunk {
    http_request request;
    std::shared_ptr<transport::body_source> body;
    bool is_last = false;
  };
  /// Errors: as `webwx::make_upload_chunk`.
  result<chunk> next_chunk(const std::shared_ptr<store::spool>& spool, random_generator& random) const;
  void chunk_taken(const webwx::upload_answer& answer);
  /// A call failed; false when it failed too often.
  bool failed() noexcept { return ++failures_ < max_failures; }
  unsigned failures() const noexcept { return failures_; }
  /// Some chunk may have arrived twice: a refusal may be about that.
  bool has_repeated() const noexcept { return repeated_; }
  void repeats() noexcept { repeated_ = true; }

  /// The message that sends it. Only when complete. Errors: invalid_argument.
  result<webwx::outgoing> message() const;

private:
  std::string send_id_;
  std::shared_ptr<webwx::session> session_;
  store::upload_content file_;
  webwx::upload upload_;
  std::uint64_t next_ = 0;
  std::string media_id_;
  unsigned beginnings_ = 0;
  unsigned failures_ = 0;
  bool repeated_ = false;
};

} // namespace weixin
