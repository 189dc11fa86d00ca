#pragma once

#include "httpd/server.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

namespace weixin::httpd {

class http_session;

/// The way from any thread onto the server's thread; closed for good when the server stops, after which the
/// io_context may be gone.
class server_thread {
public:
  explicit server_thread(boost::asio::io_context& context) : context_(&context) {}
  /// Runs `task` at once when called on the server's thread, else soon. After `close` it is dropped.
  void run(std::function<void()> task);
  void close();

private:
  std::mutex mutex_;
  boost::asio::io_context* context_;
};

/// What a handler may do with its connection, as values. They are carried out in the order they were called.
namespace order {
struct answer {
  response r;
};
struct answer_from {
  response head;
  std::uint64_t length;
  std::shared_ptr<body_source> body;
};
struct begin_stream {
  response head;
};
struct piece {
  std::string bytes;
};
struct end_stream {};
struct raw {
  std::string bytes;
};
struct spoil {
  sabotage how;
};
struct watch {
  std::function<void()> on_gone;
};
struct abandon {}; ///< nobody is left to answer, or the backlog is full
} // namespace order

using any_order = std::variant<order::answer, order::answer_from, order::begin_stream, order::piece,
                               order::end_stream, order::raw, order::spoil, order::watch, order::abandon>;

/// One request waiting for its answer, as the handler's side sees it. Decides under its own lock, on the
/// caller's thread, whether a call still counts, and carries what counts to the session on the server's
/// thread.
class responder::connection : public std::enable_shared_from_this<responder::connection> {
public:
  connection(std::shared_ptr<server_thread> thread, std::weak_ptr<http_session> session, std::uint64_t id,
             std::size_t max_backlog_bytes)
      : thread_(std::move(thread)), session_(std::move(session)), id_(id),
        max_backlog_bytes_(max_backlog_bytes) {}
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Ignored unless the request is unanswered.
  void answer(any_order how);
  void begin_stream(response head);
  bool write(std::string piece);
  void finish();
  void watch(std::function<void()> callback);
  /// Counts while unanswered and during a stream.
  void spoil(sabotage how);

  /// From the session: so many bytes of the stream's pieces have left.
  void sent(std::size_t bytes) noexcept;
  /// From the session: nothing that is called from now on has an effect, except that a `watch` calls back at
  /// once when the reason is that the peer is gone.
  void close(bool peer_is_gone) noexcept;

private:
  enum class phase { unanswered, streaming, done };

  /// With the lock held; true when the caller has to call `carry_out` after letting go of it.
  [[nodiscard]] bool enqueue(any_order o);
  void carry_out();
  void drain();
  void carry_out_one(any_order o);

  const std::shared_ptr<server_thread> thread_;
  const std::weak_ptr<http_session> session_;
  const std::uint64_t id_;
  const std::size_t max_backlog_bytes_;

  std::mutex mutex_;
  phase phase_ = phase::unanswered;
  std::size_t backlog_bytes_ = 0;
  bool carrying_out_ = false;
  bool peer_is_gone_ = false;
  std::vector<any_order> orders_;
};

} // namespace weixin::httpd
