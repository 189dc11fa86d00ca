#include "httpd/http_session.hpp"

#include "httpd/response_head.hpp"

#include <boost/asio/socket_base.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <sys/socket.h>

namespace weixin::httpd {
namespace {

using namespace std::chrono_literals;

/// A body up to this size leaves together with its head, in one packet where possible.
constexpr std::size_t joined_body_bytes = std::size_t{16} * 1024;
constexpr std::chrono::milliseconds linger_deadline = 2s;
/// What is read of a source at a time.
constexpr std::size_t source_piece_bytes = std::size_t{64} * 1024;

std::string as_chunk(std::string_view piece) {
  std::array<char, 2 * sizeof(std::size_t)> digits{};
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16).ptr;
  std::string chunk;
  chunk.reserve(piece.size() + digits.size() + 4);
  chunk.append(digits.data(), end).append("\r\n").append(piece).append("\r\n");
  return chunk;
}

wall_time now() { return system_wall_clock{}.now(); }

response broken_answer() { return problem(500, "internal_error", "The answer could not be written."); }

} // namespace

void http_session::count_answer(int status) {
  if (context_->options.on_answer)
    context_->options.on_answer(asked_method_, asked_path_, status,
                                std::chrono::steady_clock::now() - asked_at_);
}

void http_session::obey(order::answer& o) { queue_answer(std::move(o.r)); }

void http_session::obey(order::answer_from& o) {
  if (!is_sendable(o.head)) return queue_answer(broken_answer());
  count_answer(o.head.status);
  if (peer_stopped_sending_ && unread().empty()) close_after_answer_ = true;
  put_out(format_head(o.head, {.frame = framing::length,
                               .length = o.length,
                               .keep_alive = !close_after_answer_,
                               .http_1_1 = answer_http_1_1_,
                               .now = now()}));
  if (answer_to_head_ || has_no_body(o.head.status) || o.length == 0) {
    end_exchange(false);
    phase_ = phase::answering;
    return;
  }
  chunked_stream_ = false;
  source_ = std::move(o.body);
  source_left_ = o.length;
  reading_source_ = false;
  phase_ = phase::streaming;
}

/// Only when everything before is written: a slow reader holds up the source, not the memory.
void http_session::read_source() {
  if (reading_source_) return;
  reading_source_ = true;
  arm(context_->options.write_deadline); // a disk may hang, too
  write_deadline_set_ = true;
  source_->read(source_piece_bytes, [weak = weak_from_this(), thread = context_->thread,
                                     id = exchange_id_](result<std::string> piece) {
    auto held = std::make_shared<result<std::string>>(std::move(piece));
    thread->run([weak, id, held] {
      if (auto session = weak.lock()) session->take_from_source(id, std::move(*held));
    });
  });
}

void http_session::take_from_source(std::uint64_t exchange_id, result<std::string> piece) noexcept {
  if (exchange_id != exchange_id_ || phase_ != phase::streaming || !source_) return;
  auto self = shared_from_this();
  reading_source_ = false;
  if (!piece || piece->empty() || piece->size() > source_left_) return reset();
  source_left_ -= piece->size();
  try {
    put_out(std::move(*piece));
  } catch (const std::exception&) {
    return peer_gone();
  }
  if (source_left_ == 0) {
    source_.reset();
    end_exchange(false);
    phase_ = phase::answering;
  }
  pump();
}

void http_session::obey(order::begin_stream& o) {
  if (!is_sendable(o.head)) return queue_answer(broken_answer());
  count_answer(o.head.status);
  bool ends_with_head = answer_to_head_ || has_no_body(o.head.status);
  chunked_stream_ = answer_http_1_1_;
  close_after_answer_ = close_after_answer_ || !chunked_stream_;
  put_out(format_head(o.head, {.frame = chunked_stream_ ? framing::chunked : framing::until_close,
                               .length = 0,
                               .keep_alive = !close_after_answer_,
                               .http_1_1 = answer_http_1_1_,
                               .now = now()}));
  if (ends_with_head) end_exchange(false);
  phase_ = ends_with_head ? phase::answering : phase::streaming;
}

void http_session::obey(order::piece& o) {
  if (phase_ != phase::streaming) return;
  auto credit = o.bytes.size();
  put_out(chunked_stream_ ? as_chunk(o.bytes) : std::move(o.bytes), credit);
}

void http_session::obey(order::end_stream&) {
  if (phase_ != phase::streaming) return;
  if (chunked_stream_) put_out("0\r\n\r\n");
  end_exchange(false);
  phase_ = phase::answering;
}

void http_session::obey(order::raw& o) {
  put_out(std::move(o.bytes));
  close_after_answer_ = true;
  end_exchange(false);
  phase_ = phase::answering;
}

void http_session::obey(order::spoil& o) {
  spoil_when_written_ = o.how;
  end_exchange(false);
  phase_ = phase::answering;
}

void http_session::obey(order::watch& o) { on_gone_ = std::move(o.on_gone); }

void http_session::obey(order::abandon&) {
  if (phase_ == phase::handling)
    return queue_answer(problem(500, "internal_error", "The request was not answered."));
  // Without chunks an orderly end would look like the whole body.
  if (chunked_stream_)
    peer_gone();
  else
    reset();
}

void http_session::queue_answer(response r) {
  if (!is_sendable(r)) r = broken_answer();
  count_answer(r.status);
  if (peer_stopped_sending_ && unread().empty()) close_after_answer_ = true;
  bool with_body = !answer_to_head_ && !has_no_body(r.status) && !r.body.empty();
  auto head = format_head(r, {.frame = framing::length,
                              .length = r.body.size(),
                              .keep_alive = !close_after_answer_,
                              .http_1_1 = answer_http_1_1_,
                              .now = now()});
  if (with_body && r.body.size() <= joined_body_bytes) {
    head += r.body;
    with_body = false;
  }
  put_out(std::move(head));
  if (with_body) put_out(std::move(r.body));
  end_exchange(false);
  phase_ = phase::answering;
}

void http_session::put_out(std::string bytes, std::size_t credit) {
  if (!bytes.empty()) out_.push_back({std::move(bytes), credit});
}

void http_session::flush() {
  bool progress = false;
  bool blocked = false;
  while (!out_.empty() && !blocked) {
    auto& front = out_.front();
    auto wrote = stream_->write(std::string_view{front.bytes}.substr(out_offset_));
    if (wrote.status == io_status::want_read) write_needs_readable_ = true;
    blocked = wrote.status == io_status::want_read || wrote.status == io_status::want_write;
    if (blocked) break;
    if (wrote.status != io_status::ok) return peer_gone();
    progress = true;
    out_offset_ += wrote.bytes;
    if (out_offset_ < front.bytes.size()) continue;
    if (auto e = exchange_.lock()) e->sent(front.credit);
    out_.pop_front();
    out_offset_ = 0;
  }
  if (phase_ != phase::answering && phase_ != phase::streaming) return;
  if (source_ && reading_source_) return; // the source's deadline runs
  // A whole answer has one deadline; of a stream, which may be endless, the reader has to take something.
  if (blocked && (!write_deadline_set_ || (progress && phase_ == phase::streaming))) {
    arm(context_->options.write_deadline);
    write_deadline_set_ = true;
  } else if (!blocked && write_deadline_set_) {
    disarm();
    write_deadline_set_ = false;
  }
}

void http_session::after_writing() {
  if (phase_ == phase::streaming && source_) return read_source();
  if (phase_ != phase::answering) return;
  if (spoil_when_written_)
    spoil_now();
  else if (close_after_answer_)
    linger();
  else
    next_request();
}

void http_session::spoil_now() {
  switch (*spoil_when_written_) {
  case sabotage::reset:
    return reset();
  case sabotage::close:
    ::shutdown(socket_.native_handle(), SHUT_WR);
    return linger();
  case sabotage::stall:
    if (peer_stopped_sending_) return close();
    disarm();
    phase_ = phase::stalled;
  }
}

void http_session::linger() {
  // Closing while unread bytes wait would send a reset, which can overtake the answer.
  if (peer_stopped_sending_) {
    stream_->end_writing();
    return close();
  }
  stream_->end_writing();
  phase_ = phase::lingering;
  input_.clear();
  input_offset_ = 0;
  readable_ = true;
  pump_again_ = true;
  arm(std::min(linger_deadline, context_->options.write_deadline));
}

void http_session::end_exchange(bool peer_is_gone) noexcept {
  auto callback = std::exchange(on_gone_, nullptr);
  if (auto e = std::exchange(exchange_, {}).lock()) e->close(peer_is_gone);
}

void http_session::peer_gone() {
  if (phase_ == phase::closed) return;
  auto callback = std::exchange(on_gone_, nullptr);
  bool waited_for = has_exchange();
  end_exchange(waited_for);
  close();
  if (waited_for) call_back(callback);
}

void http_session::reset() {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::socket_base::linger{true, 0}, ignored);
  peer_gone();
}

void http_session::close() noexcept {
  if (phase_ == phase::closed) return;
  auto self = shared_from_this();
  end_exchange(false);
  phase_ = phase::closed;
  source_.reset();
  out_.clear();
  timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  context_->on_closed(*this);
}

} // namespace weixin::httpd
