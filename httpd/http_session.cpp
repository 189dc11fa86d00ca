#include "httpd/http_session.hpp"

#include "runtime/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/core/demangle.hpp>

#include <poll.h>
#include <typeinfo>
#include <utility>

namespace weixin::httpd {
namespace {

using state = request_reader::state;

constexpr refusal too_slow{408, "request_timeout", "The request did not arrive in time."};
/// How much a peer may still send after the last answer until it has seen it.
constexpr std::size_t max_lingered_bytes = std::size_t{64} * 1024 * 1024;

std::string type_name(const std::exception& e) { return boost::core::demangle(typeid(e).name()); }

} // namespace

void call_back(const std::function<void()>& callback) noexcept {
  try {
    if (callback) callback();
  } catch (const std::exception& e) {
    log_error("httpd.callback_failed", {{"exception", type_name(e)}});
  } catch (...) {
    log_error("httpd.callback_failed");
  }
}

http_session::http_session(std::shared_ptr<session_context> context, socket_type socket,
                           std::unique_ptr<byte_stream> stream, std::optional<peer_credentials> peer,
                           std::string peer_name)
    : context_(std::move(context)), socket_(std::move(socket)), stream_(std::move(stream)), peer_(peer),
      peer_name_(std::move(peer_name)), timer_(context_->io),
      reader_(context_->options.max_header_bytes, context_->options.max_body_bytes) {
  begin_reader();
}

void http_session::begin_reader() {
  if (context_->options.receive) reader_.stop_behind_head();
}

void http_session::start() {
  phase_ = phase::handshake;
  waits_since_ = std::chrono::steady_clock::now();
  arm(context_->options.header_deadline);
  pump();
}

void http_session::start_refusal(response answer) {
  refusal_ = std::move(answer);
  start();
}

void http_session::stop() {
  on_gone_ = nullptr;
  close();
}

std::optional<std::chrono::steady_clock::time_point> http_session::waits_since() const noexcept {
  bool waits = phase_ == phase::handshake ||
               (phase_ == phase::reading && (seen_ == state::waiting || seen_ == state::head));
  return waits ? std::optional{waits_since_} : std::nullopt;
}

void http_session::carry_out(std::uint64_t exchange_id, any_order o) noexcept {
  if (exchange_id != exchange_id_ || !has_exchange()) return;
  auto self = shared_from_this();
  try {
    std::visit([this](auto& one) { obey(one); }, o);
  } catch (const std::exception&) {
    peer_gone();
  }
  pump();
}

void http_session::pump() noexcept {
  pump_again_ = true;
  if (pumping_) return;
  auto self = shared_from_this();
  pumping_ = true;
  try {
    while (std::exchange(pump_again_, false) && phase_ != phase::closed) {
      if (phase_ == phase::handshake) step_handshake();
      if (readable_) read_more();
      if (phase_ == phase::reading) step_reading();
      flush();
      if (out_.empty()) after_writing();
    }
    if (phase_ != phase::closed) request_waits();
  } catch (const std::exception&) {
    peer_gone();
  }
  pumping_ = false;
}

void http_session::step_handshake() {
  read_needs_writable_ = false;
  auto done = stream_->handshake();
  if (done.status == io_status::want_read) return;
  if (done.status == io_status::want_write) {
    read_needs_writable_ = true;
    return;
  }
  if (done.status != io_status::ok) return close();
  phase_ = phase::reading;
  readable_ = true; // a client may speak at once
  if (!refusal_) return;
  close_after_answer_ = true;
  queue_answer(std::move(*refusal_));
}

bool http_session::wants_input() const {
  if (peer_stopped_sending_) return false;
  switch (phase_) {
  case phase::reading:
    return !receiving_ || unread().size() < context_->options.max_header_bytes;
  case phase::lingering:
  case phase::stalled:
    return true;
  case phase::handling:
  case phase::streaming:
    return unread().size() < context_->options.max_header_bytes;
  case phase::handshake:
  case phase::answering:
  case phase::closed:
    break;
  }
  return false;
}

void http_session::read_more() {
  if (!wants_input()) return;
  readable_ = false;
  read_needs_writable_ = false;
  auto& scratch = context_->scratch;
  auto got = stream_->read(scratch);
  switch (got.status) {
  case io_status::ok:
    if (phase_ == phase::lingering || phase_ == phase::stalled) {
      lingered_bytes_ += got.bytes;
      if (lingered_bytes_ > max_lingered_bytes) return close();
    } else {
      input_.erase(0, std::exchange(input_offset_, 0));
      input_.append(scratch.data(), got.bytes);
    }
    break;
  case io_status::want_read:
    break;
  case io_status::want_write:
    read_needs_writable_ = true;
    break;
  case io_status::eof:
    on_end_of_input();
    break;
  case io_status::failed:
    peer_gone();
    break;
  }
}

void http_session::on_end_of_input() {
  peer_stopped_sending_ = true;
  if (phase_ == phase::lingering || phase_ == phase::stalled)
    close();
  else if (has_exchange() && (!stream_->knows_half_close() || is_hung_up()))
    peer_gone();
}

void http_session::step_reading() {
  if (receiving_) return;
  input_offset_ += reader_.feed(unread());
  auto before = std::exchange(seen_, reader_.where());
  if (seen_ == state::body && before != state::body) {
    if (!begin_body()) return;
    arm(receiver_ ? context_->options.piece_deadline : context_->options.body_deadline);
  }
  if (seen_ == state::refused) return refuse(reader_.why());
  if (receiver_)
    if (auto piece = reader_.take_piece(); !piece.empty()) return give_piece(std::move(piece));
  if (seen_ == state::complete) return hand_over();
  if (peer_stopped_sending_) return close();
  if (seen_ == state::head && before == state::waiting && !first_request_)
    arm(context_->options.header_deadline);
}

bool http_session::begin_body() {
  if (context_->options.receive) {
    auto head = reader_.head();
    introduce(head);
    admitted_ = reader_.has_body();
    if (admitted_)
      if (auto instead = refusal_of(head)) {
        disarm();
        close_after_answer_ = true; // behind a body that nobody reads there is no next request
        answer_to_head_ = false;
        asked_method_ = head.method;
        asked_path_ = head.path;
        asked_at_ = std::chrono::steady_clock::now();
        queue_answer(std::move(*instead));
        return false;
      }
    receiver_ = context_->options.receive(head);
    reader_.go_on(receiver_ ? context_->options.max_received_body_bytes : context_->options.max_body_bytes,
                  receiver_ != nullptr);
    seen_ = reader_.where();
  }
  if (seen_ == state::body && reader_.expects_continue()) put_out("HTTP/1.1 100 Continue\r\n\r\n");
  if (context_->options.receive && seen_ == state::body) {
    input_offset_ += reader_.feed(unread());
    seen_ = reader_.where();
  }
  return true;
}

void http_session::give_piece(std::string piece) {
  disarm(); // while it is taken, it is not the peer that is slow
  receiving_ = true;
  auto taken = [thread = context_->thread, weak = weak_from_this(),
                number = ++piece_number_](result<void> r) {
    thread->run([weak, number, r = std::move(r)] {
      if (auto self = weak.lock()) self->piece_taken(number, r);
    });
  };
  receiver_->take(std::move(piece), std::move(taken));
}

void http_session::piece_taken(std::uint64_t number, const result<void>& taken) noexcept {
  if (!receiving_ || number != piece_number_ || phase_ != phase::reading) return;
  auto self = shared_from_this();
  receiving_ = false;
  try {
    arm(context_->options.piece_deadline);
    if (!taken) hand_over();
  } catch (const std::exception&) {
    peer_gone();
  }
  pump();
}

void http_session::hand_over() {
  disarm();
  phase_ = phase::handling;
  // After the rest of a body that nobody wants there is no next request.
  close_after_answer_ = !reader_.keep_alive() || seen_ != state::complete;
  answer_to_head_ = reader_.is_head();
  answer_http_1_1_ = reader_.is_http_1_1();
  auto r = reader_.take();
  introduce(r);
  r.receiver = std::exchange(receiver_, nullptr);
  asked_method_ = r.method;
  asked_path_ = r.path;
  asked_at_ = std::chrono::steady_clock::now();
  auto exchange = std::make_shared<responder::connection>(context_->thread, weak_from_this(), ++exchange_id_,
                                                          context_->options.max_stream_backlog_bytes);
  exchange_ = exchange;
  responder respond{std::move(exchange)};
  try {
    if (!std::exchange(admitted_, false))
      if (auto instead = refusal_of(r)) return respond.send(std::move(*instead));
    context_->handle(std::move(r), respond);
    return;
  } catch (const std::exception& e) {
    log_error("httpd.handler_failed", {{"exception", type_name(e)}});
  } catch (...) {
    log_error("httpd.handler_failed");
  }
  respond.send(problem(500, "internal_error", "The request could not be processed."));
}

void http_session::introduce(request& r) const {
  r.peer = peer_;
  if (!peer_) r.peer_address = peer_name_;
}

std::optional<response> http_session::refusal_of(const request& r) {
  if (auto wait = context_->rates.refuse(peer_name_, std::chrono::steady_clock::now())) {
    auto answer = problem(429, "too_many_requests", "You ask more often than you may; wait a little.");
    auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
    answer.headers.push_back({"Retry-After", std::to_string(seconds)});
    return answer;
  }
  if (context_->options.refuse) return context_->options.refuse(r);
  return std::nullopt;
}

void http_session::refuse(const refusal& r) {
  disarm();
  close_after_answer_ = true;
  answer_to_head_ = false;
  asked_method_.clear();
  asked_path_.clear();
  asked_at_ = std::chrono::steady_clock::now();
  queue_answer(problem(r.status, r.code, r.detail));
}

void http_session::next_request() {
  phase_ = phase::reading;
  reader_ = request_reader{context_->options.max_header_bytes, context_->options.max_body_bytes};
  begin_reader();
  seen_ = state::waiting;
  first_request_ = false;
  waits_since_ = std::chrono::steady_clock::now();
  arm(context_->options.idle_deadline);
  if (!unread().empty() || peer_stopped_sending_) {
    pump_again_ = true;
  } else {
    std::string{}.swap(input_);
    input_offset_ = 0;
  }
}

void http_session::request_waits() {
  bool reads = phase_ == phase::handshake || wants_input();
  if (reads && read_needs_writable_)
    wait_writable();
  else if (reads || write_needs_readable_)
    wait_readable();
  else if (has_exchange())
    wait_error();
  if (!out_.empty() && !write_needs_readable_) wait_writable();
}

void http_session::wait_readable() {
  if (waiting_readable_) return;
  waiting_readable_ = true;
  socket_.async_wait(socket_type::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& ec) {
                       self->waiting_readable_ = false;
                       if (ec) return;
                       self->readable_ = true;
                       self->write_needs_readable_ = false;
                       self->pump();
                     });
}

void http_session::wait_writable() {
  if (waiting_writable_) return;
  waiting_writable_ = true;
  socket_.async_wait(socket_type::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& ec) {
                       self->waiting_writable_ = false;
                       if (ec) return;
                       if (self->read_needs_writable_) self->readable_ = true;
                       self->pump();
                     });
}

void http_session::wait_error() {
  if (waiting_error_ || error_watch_useless_) return;
  waiting_error_ = true;
  socket_.async_wait(socket_type::wait_error,
                     [self = shared_from_this()](const boost::system::error_code& ec) {
                       self->waiting_error_ = false;
                       if (!ec) self->on_error_event();
                     });
}

void http_session::on_error_event() {
  if (!has_exchange()) return;
  if (is_hung_up()) return peer_gone();
  // Urgent data wakes this wait, too. Unless it can be taken away, waiting again would spin.
  char urgent = 0;
  error_watch_useless_ = ::recv(socket_.native_handle(), &urgent, 1, MSG_OOB | MSG_DONTWAIT) <= 0;
  pump();
}

bool http_session::is_hung_up() {
  pollfd p{socket_.native_handle(), 0, 0};
  return ::poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

void http_session::on_deadline() {
  switch (phase_) {
  case phase::reading:
    if (seen_ == state::waiting) return close();
    refuse(too_slow);
    return pump();
  case phase::answering:
  case phase::streaming:
    return reset();
  default:
    return close();
  }
}

void http_session::arm(std::chrono::milliseconds d) {
  timer_.expires_after(d);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    // A wait that was already on its way when the deadline was moved does not count.
    if (!ec && self->timer_.expiry() <= std::chrono::steady_clock::now()) self->on_deadline();
  });
}

void http_session::disarm() { timer_.expires_at(boost::asio::steady_timer::time_point::max()); }

} // namespace weixin::httpd
