#include "httpd/exchange.hpp"

#include "httpd/http_session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace weixin::httpd {

void server_thread::run(std::function<void()> task) {
  {
    std::lock_guard lock{mutex_};
    if (context_ == nullptr) return;
    if (!context_->get_executor().running_in_this_thread()) {
      boost::asio::post(*context_, std::move(task));
      return;
    }
  }
  task();
}

void server_thread::close() {
  std::lock_guard lock{mutex_};
  context_ = nullptr;
}

responder::connection::~connection() {
  if (phase_ == phase::done) return;
  try {
    thread_->run([session = session_, id = id_] {
      if (auto s = session.lock()) s->carry_out(id, order::abandon{});
    });
  } catch (const std::exception&) {
    // Out of memory: the peer gets no answer and its own deadline ends the wait.
  }
}

bool responder::connection::enqueue(any_order o) {
  orders_.push_back(std::move(o));
  return !std::exchange(carrying_out_, true);
}

void responder::connection::carry_out() {
  thread_->run([self = shared_from_this()] { self->drain(); });
}

void responder::connection::drain() {
  for (;;) {
    std::vector<any_order> taken;
    {
      std::lock_guard lock{mutex_};
      taken.swap(orders_);
      if (taken.empty()) {
        carrying_out_ = false;
        return;
      }
    }
    for (auto& o : taken)
      carry_out_one(std::move(o));
  }
}

void responder::connection::carry_out_one(any_order o) {
  bool peer_is_gone = false;
  {
    std::lock_guard lock{mutex_};
    peer_is_gone = peer_is_gone_;
  }
  if (auto* watch = std::get_if<order::watch>(&o); watch != nullptr && peer_is_gone)
    call_back(watch->on_gone);
  else if (auto session = session_.lock())
    session->carry_out(id_, std::move(o));
}

void responder::connection::answer(any_order how) {
  {
    std::lock_guard lock{mutex_};
    if (phase_ != phase::unanswered) return;
    phase_ = phase::done;
    if (!enqueue(std::move(how))) return;
  }
  carry_out();
}

void responder::connection::begin_stream(response head) {
  {
    std::lock_guard lock{mutex_};
    if (phase_ != phase::unanswered) return;
    phase_ = phase::streaming;
    if (!enqueue(order::begin_stream{std::move(head)})) return;
  }
  carry_out();
}

bool responder::connection::write(std::string piece) {
  bool accepted = false;
  {
    std::lock_guard lock{mutex_};
    if (phase_ != phase::streaming) return false;
    if (piece.empty()) return true; // an empty chunk would end the body
    accepted = piece.size() <= max_backlog_bytes_ - std::min(backlog_bytes_, max_backlog_bytes_);
    bool wake = false;
    if (accepted) {
      backlog_bytes_ += piece.size();
      wake = enqueue(order::piece{std::move(piece)});
    } else {
      phase_ = phase::done;
      wake = enqueue(order::abandon{});
    }
    if (!wake) return accepted;
  }
  carry_out();
  return accepted;
}

void responder::connection::finish() {
  {
    std::lock_guard lock{mutex_};
    if (phase_ != phase::streaming) return;
    phase_ = phase::done;
    if (!enqueue(order::end_stream{})) return;
  }
  carry_out();
}

void responder::connection::watch(std::function<void()> callback) {
  {
    std::lock_guard lock{mutex_};
    if (!enqueue(order::watch{std::move(callback)})) return;
  }
  carry_out();
}

void responder::connection::spoil(sabotage how) {
  {
    std::lock_guard lock{mutex_};
    if (phase_ == phase::done) return;
    phase_ = phase::done;
    if (!enqueue(order::spoil{how})) return;
  }
  carry_out();
}

void responder::connection::sent(std::size_t bytes) noexcept {
  std::lock_guard lock{mutex_};
  backlog_bytes_ -= std::min(bytes, backlog_bytes_);
}

void responder::connection::close(bool peer_is_gone) noexcept {
  std::lock_guard lock{mutex_};
  phase_ = phase::done;
  peer_is_gone_ = peer_is_gone_ || peer_is_gone;
}

responder::responder(std::shared_ptr<connection> c) : connection_(std::move(c)) {}

void responder::send(response r) const { connection_->answer(order::answer{std::move(r)}); }
void responder::send_from(response head, std::uint64_t length, std::shared_ptr<body_source> body) const {
  connection_->answer(order::answer_from{std::move(head), length, std::move(body)});
}
void responder::start_stream(response head) const { connection_->begin_stream(std::move(head)); }
bool responder::write(std::string piece) const { return connection_->write(std::move(piece)); }
void responder::finish() const { connection_->finish(); }
void responder::on_gone(std::function<void()> callback) const { connection_->watch(std::move(callback)); }
void responder::send_raw(std::string bytes) const { connection_->answer(order::raw{std::move(bytes)}); }
void responder::spoil(sabotage how) const { connection_->spoil(how); }

} // namespace weixin::httpd
