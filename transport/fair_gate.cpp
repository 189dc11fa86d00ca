#include "transport/fair_gate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace weixin::transport {

namespace asio = boost::asio;

/// One who waits. Whoever was admitted but is gone before noticing passes the admission on.
struct fair_gate::place {
  enum class stage { waiting, admitted, inside };

  explicit place(fair_gate& g) : gate(g), wake(g.executor_, asio::steady_timer::time_point::max()) {
    where = gate.waiting_.insert(gate.waiting_.end(), this);
  }
  ~place() {
    if (now == stage::waiting) gate.waiting_.erase(where);
    if (now == stage::admitted) gate.leave();
  }
  place(const place&) = delete;
  place& operator=(const place&) = delete;

  fair_gate& gate;
  asio::steady_timer wake;
  std::list<place*>::iterator where;
  stage now = stage::waiting;
};

asio::awaitable<fair_gate::pass> fair_gate::enter() {
  auto self = shared_from_this();
  if (inside_ < limit_ && waiting_.empty()) {
    ++inside_;
    co_return pass{self};
  }
  place here{*this};
  co_await here.wake.async_wait(asio::as_tuple(asio::use_awaitable));
  if (here.now != place::stage::admitted) co_return pass{};
  here.now = place::stage::inside;
  co_return pass{self};
}

void fair_gate::leave() {
  if (waiting_.empty()) {
    --inside_;
    return;
  }
  auto* next = waiting_.front();
  waiting_.pop_front();
  next->now = place::stage::admitted;
  next->wake.cancel();
}

} // namespace weixin::transport
