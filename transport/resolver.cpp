#include "transport/resolver.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <netdb.h>
#include <sys/socket.h>
#include <thread>

namespace weixin::transport {
namespace {

constexpr std::size_t max_addresses = 16;

result<resolver::addresses> ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  if (auto code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); code != 0)
    return fail(errc::dns_failed, ::gai_strerror(code));
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{list, &::freeaddrinfo};
  resolver::addresses found;
  for (const auto* entry = list; entry != nullptr && found.size() < max_addresses; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET) {
      const auto* four = reinterpret_cast<const sockaddr_in*>(entry->ai_addr);
      found.emplace_back(boost::asio::ip::address_v4{ntohl(four->sin_addr.s_addr)});
    } else if (entry->ai_family == AF_INET6) {
      const auto* six = reinterpret_cast<const sockaddr_in6*>(entry->ai_addr);
      boost::asio::ip::address_v6::bytes_type bytes;
      std::copy(std::begin(six->sin6_addr.s6_addr), std::end(six->sin6_addr.s6_addr), bytes.begin());
      found.emplace_back(boost::asio::ip::address_v6{bytes, six->sin6_scope_id});
    }
  }
  return found;
}

} // namespace

class resolver::state : public std::enable_shared_from_this<state> {
public:
  state(look_up how, clock now, observer told)
      : how_(how ? std::move(how) : look_up{ask_system}), now_(std::move(now)),
        told_(told ? std::move(told) : [](lookup_end, std::chrono::duration<double>) {}) {}

  void start(std::size_t threads) {
    std::lock_guard lock{mutex_};
    workers_.resize(threads);
    for (auto& w : workers_)
      w.thread = std::thread{[self = shared_from_this(), &w] { self->work(w); }};
  }

  void resolve(const std::string& host, handler done) {
    std::lock_guard lock{mutex_};
    if (stopped_) return done(fail(errc::cancelled, "resolver stopped"));
    if (auto known = cache_.find(host); known != cache_.end()) {
      if (now_() < known->second.until) {
        told_(lookup_end::cached, {});
        return done(known->second.found);
      }
      cache_.erase(known);
    }
    if (auto asked = waiting_.find(host); asked != waiting_.end()) {
      asked->second.push_back(std::move(done));
      return;
    }
    if (waiting_.size() >= max_pending_names) return done(fail(errc::dns_failed, "too many lookups pending"));
    waiting_[host].push_back(std::move(done));
    queue_.push_back(host);
    wake_.notify_one();
  }

  void stop() {
    std::vector<std::thread> idle;
    {
      std::lock_guard lock{mutex_};
      if (stopped_) return;
      stopped_ = true;
      for (auto& [host, handlers] : waiting_)
        for (auto& done : handlers)
          done(fail(errc::cancelled, "resolver stopped"));
      waiting_.clear();
      queue_.clear();
      for (auto& w : workers_) {
        // A thread inside getaddrinfo may hang there for a minute; it owns this state and touches nothing
        // else.
        if (w.busy)
          w.thread.detach();
        else
          idle.push_back(std::move(w.thread));
      }
      wake_.notify_all();
    }
    for (auto& t : idle)
      t.join();
  }

private:
  struct worker {
    std::thread thread;
    bool busy = false;
  };
  struct cached {
    addresses found;
    std::chrono::steady_clock::time_point until;
  };

  void work(worker& me) {
    std::unique_lock lock{mutex_};
    while (true) {
      wake_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
      if (stopped_) return;
      auto host = std::move(queue_.front());
      queue_.pop_front();
      me.busy = true;
      lock.unlock();
      auto asked = now_();
      auto answer = ask(host);
      auto took = now_() - asked;
      lock.lock();
      if (stopped_) return;
      told_(answer ? lookup_end::found : lookup_end::failed, took);
      me.busy = false;
      answer_waiting(host, answer);
    }
  }

  result<addresses> ask(const std::string& host) const {
    try {
      auto answer = how_(host);
      if (answer && answer->empty()) return fail(errc::dns_failed, "no address");
      return answer;
    } catch (const std::exception&) {
      return fail(errc::dns_failed, "the lookup threw");
    }
  }

  void answer_waiting(const std::string& host, const result<addresses>& answer) {
    if (answer) {
      if (cache_.size() >= max_cached_names) cache_.clear();
      cache_.insert_or_assign(host, cached{*answer, now_() + cache_time});
    }
    auto node = waiting_.extract(host);
    if (node.empty()) return;
    for (auto& done : node.mapped())
      done(answer);
  }

  const look_up how_;
  const clock now_;
  const observer told_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::deque<std::string> queue_;
  std::map<std::string, std::vector<handler>> waiting_;
  std::map<std::string, cached> cache_;
  std::vector<worker> workers_;
};

resolver::resolver(std::size_t threads, look_up how, clock now, observer told)
    : state_(std::make_shared<state>(std::move(how), std::move(now), std::move(told))) {
  state_->start(threads);
}

resolver::~resolver() { stop(); }

void resolver::resolve(const std::string& host, handler done) { state_->resolve(host, std::move(done)); }

void resolver::stop() { state_->stop(); }

} // namespace weixin::transport
