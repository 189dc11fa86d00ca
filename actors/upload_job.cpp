#include "actors/upload_job.hpp"

#include "protocol/webwx/appmsg.hpp"

#include <algorithm>
#include <utility>

namespace weixin {

namespace {

constexpr std::size_t piece_bytes = std::size_t{64} * 1024;

/// What stands before a chunk, the chunk piece by piece from the spool, and what stands behind it. No more
/// than one piece is in memory at a time.
class chunk_body final : public transport::body_source, public std::enable_shared_from_this<chunk_body> {
public:
  chunk_body(std::shared_ptr<store::spool> spool, const store::upload_content& file, webwx::upload_request r)
      : spool_(std::move(spool)), id_(file.spool_id), file_bytes_(file.bytes), head_(std::move(r.frame.head)),
        tail_(std::move(r.frame.tail)), at_(r.range.offset), left_(r.range.length),
        size_(head_.size() + tail_.size() + r.range.length) {}

  std::uint64_t size() const override { return size_; }

  void read(std::function<void(result<std::string>)> done) override {
    if (!head_.empty()) return done(std::exchange(head_, {}));
    if (left_ == 0) return done(std::exchange(tail_, {}));
    auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_bytes));
    auto from = std::exchange(at_, at_ + length);
    left_ -= length;
    spool_->read(id_, file_bytes_, from, length, std::move(done));
  }

private:
  std::shared_ptr<store::spool> spool_;
  std::string id_;
  std::uint64_t file_bytes_;
  std::string head_;
  std::string tail_;
  std::uint64_t at_;
  std::uint64_t left_;
  std::uint64_t size_;
};

/// As a browser makes it; that nobody can know it before is what keeps it out of the file, which is not
/// searched for it.
std::string random_boundary(random_generator& random) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::string text;
  for (int i = 0; i < 16; ++i)
    text += letters[static_cast<std::size_t>(random() % letters.size())];
  return webwx::make_boundary(text);
}

} // namespace

webwx::upload_type upload_type_of(store::send_kind kind) noexcept {
  switch (kind) {
  case store::send_kind::image:
    return webwx::upload_type::picture;
  case store::send_kind::video:
    return webwx::upload_type::video;
  default:
    return webwx::upload_type::document;
  }
}

result<webwx::upload_plan> plan_of(const store::upload_content& file, const webwx::upload_limits& limits) {
  return webwx::plan_upload(upload_type_of(file.kind), file.file_name, file.bytes, limits);
}

upload_job::upload_job(std::string send_id, std::shared_ptr<webwx::session> session,
                       store::upload_content file, webwx::upload_plan plan, std::string to_user_name,
                       std::uint64_t number)
    : send_id_(std::move(send_id)), session_(std::move(session)), file_(std::move(file)) {
  upload_.plan = std::move(plan);
  upload_.md5 = file_.md5;
  upload_.to_user_name = std::move(to_user_name);
  upload_.modified_ms = file_.modified_ms;
  upload_.number = number;
}

bool upload_job::begin(std::int64_t client_media_id) {
  if (++beginnings_ > max_beginnings) return false;
  upload_.client_media_id = client_media_id;
  next_ = 0;
  repeated_ = false;
  return true;
}

void upload_job::permitted(webwx::upload_permit permit) {
  failures_ = 0;
  media_id_ = permit.media_id; // not empty: Weixin has these bytes already
  upload_.permit = std::move(permit);
}

result<upload_job::chunk> upload_job::next_chunk(const std::shared_ptr<store::spool>& spool,
                                                 random_generator& random) const {
  auto made = webwx::make_upload_chunk(*session_, upload_, next_, random_boundary(random));
  if (!made) return made.error();
  chunk c;
  c.request = made->request;
  c.is_last = next_ + 1 == upload_.plan.chunk_count();
  c.body = std::make_shared<chunk_body>(spool, file_, std::move(*made));
  return c;
}

void upload_job::chunk_taken(const webwx::upload_answer& answer) {
  failures_ = 0;
  repeated_ = false;
  if (next_ + 1 == upload_.plan.chunk_count()) media_id_ = answer.media_id;
  ++next_;
}

result<webwx::outgoing> upload_job::message() const {
  switch (file_.kind) {
  case store::send_kind::image:
    return webwx::image_message(media_id_);
  case store::send_kind::video:
    return webwx::video_message(media_id_);
  case store::send_kind::emoticon:
    return webwx::emoticon_message(media_id_);
  default:
    break;
  }
  webwx::uploaded_file file{upload_.plan.file_name, upload_.plan.bytes, media_id_, {}};
  if (upload_.permit) file.signature = upload_.permit->signature;
  return webwx::file_message(file, session_->mode);
}

} // namespace weixin
