#pragma once

#include "httpd/byte_stream.hpp"
#include "httpd/exchange.hpp"
#include "httpd/request_rates.hpp"
#include "httpd/request_reader.hpp"
#include "httpd/server.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::httpd {

class http_session;

/// What the sessions of one listener share. Lives as long as the last of them.
struct session_context {
  boost::asio::io_context& io;
  listen_options options;
  handler handle;
  std::shared_ptr<server_thread> thread;
  std::function<void(http_session&)> on_closed; ///< the owner forgets the session
  std::array<char, 64 * 1024> scratch{};        ///< one thread: one buffer to read into
  request_rates rates{options.requests_per_second_per_peer};
};

/// Calls a handler's callback; what it throws is logged and goes no further.
void call_back(const std::function<void()>& callback) noexcept;

/// One accepted connection: reads a request, hands it over, writes the answer, and so on. A state machine
/// that is driven by readiness, its one timer, and the orders of its exchange, all on the server's thread.
/// Owned by the server's list and by its own pending waits.
class http_session : public std::enable_shared_from_this<http_session> {
public:
  using socket_type = boost::asio::generic::stream_protocol::socket;

  /// `peer_name`: whose share of requests it takes.
  http_session(std::shared_ptr<session_context> context, socket_type socket,
               std::unique_ptr<byte_stream> stream, std::optional<peer_credentials> peer,
               std::string peer_name);

  void start();
  /// Instead of `start`: gives this one answer and closes, without waiting for a request.
  void start_refusal(response answer);
  /// Closes at once, without a word; no callback of a handler is called any more.
  void stop();
  /// Since when it waits for a request whose head is not there yet; nothing while it has one.
  std::optional<std::chrono::steady_clock::time_point> waits_since() const noexcept;
  const std::string& peer_name() const noexcept { return peer_name_; }
  /// Ignored when the exchange of that number is over.
  void carry_out(std::uint64_t exchange_id, any_order o) noexcept;

private:
  enum class phase {
    handshake,
    reading,   ///< waits for a request, or is inside one
    handling,  ///< the handler has the request
    answering, ///< a whole answer is on its way out
    streaming, ///< the head went out, pieces follow
    lingering, ///< all is said; reads on so that the peer gets to see it
    stalled,   ///< sabotage
    closed,
  };
  struct outgoing {
    std::string bytes;
    std::size_t credit = 0; ///< what the exchange gets back once this has left
  };

  // Events
  void on_error_event();
  void on_deadline();
  void pump() noexcept;

  // Steps of `pump`
  void step_handshake();
  void step_reading();
  void read_more();
  void on_end_of_input();
  void after_writing();
  void request_waits();
  void wait_readable();
  void wait_writable();
  void wait_error();

  bool wants_input() const;
  bool has_exchange() const { return phase_ == phase::handling || phase_ == phase::streaming; }
  bool is_hung_up();
  std::string_view unread() const { return std::string_view{input_}.substr(input_offset_); }

  // Requests
  void begin_reader();
  /// The head is there: decides who takes the body. False when the request was refused.
  bool begin_body();
  void give_piece(std::string piece);
  void piece_taken(std::uint64_t number, const result<void>& taken) noexcept;
  void hand_over();
  /// Adds what the connection knows of its peer.
  void introduce(request& r) const;
  std::optional<response> refusal_of(const request& r);
  void refuse(const refusal& r);
  void next_request();

  // Answers; each leaves the session in the phase that carries it on
  void count_answer(int status);
  void obey(order::answer& o);
  void obey(order::answer_from& o);
  void obey(order::begin_stream& o);
  void obey(order::piece& o);
  void obey(order::end_stream& o);
  void obey(order::raw& o);
  void obey(order::spoil& o);
  void obey(order::watch& o);
  void obey(order::abandon& o);
  void queue_answer(response r);
  void read_source();
  /// What the source gave.
  void take_from_source(std::uint64_t exchange_id, result<std::string> piece) noexcept;
  void put_out(std::string bytes, std::size_t credit = 0);
  void flush();
  void spoil_now();
  void end_exchange(bool peer_is_gone) noexcept;

  // Ends
  void linger();
  void peer_gone();
  void close() noexcept;
  void reset();

  void arm(std::chrono::milliseconds d);
  void disarm();

  const std::shared_ptr<session_context> context_;
  socket_type socket_;
  const std::unique_ptr<byte_stream> stream_;
  const std::optional<peer_credentials> peer_;
  const std::string peer_name_;
  boost::asio::steady_timer timer_;

  phase phase_ = phase::reading;
  bool pumping_ = false;
  bool pump_again_ = false;
  bool readable_ = false; ///< a read may bring something
  bool waiting_readable_ = false;
  bool waiting_writable_ = false;
  bool waiting_error_ = false;
  bool error_watch_useless_ = false;
  bool peer_stopped_sending_ = false;
  bool read_needs_writable_ = false;  ///< TLS
  bool write_needs_readable_ = false; ///< TLS
  bool write_deadline_set_ = false;

  std::string input_;
  std::size_t input_offset_ = 0; ///< what the reader has taken of it
  request_reader reader_;
  request_reader::state seen_ = request_reader::state::waiting;
  std::shared_ptr<body_receiver> receiver_; ///< of the request that is read
  bool admitted_ = false;                   ///< its refusal was asked, before its body
  bool receiving_ = false;                  ///< it has a piece and has not said that it took it
  std::uint64_t piece_number_ = 0;
  bool first_request_ = true;
  std::chrono::steady_clock::time_point waits_since_{};
  bool close_after_answer_ = false;

  std::uint64_t exchange_id_ = 0;
  std::weak_ptr<responder::connection> exchange_;
  std::function<void()> on_gone_;
  bool answer_to_head_ = false;
  std::string asked_method_; ///< for on_answer
  std::string asked_path_;
  std::chrono::steady_clock::time_point asked_at_ = std::chrono::steady_clock::now();
  bool answer_http_1_1_ = true;
  bool chunked_stream_ = false;
  std::optional<response> refusal_;
  std::optional<sabotage> spoil_when_written_;
  std::deque<outgoing> out_;
  std::size_t out_offset_ = 0; ///< what has left of the first of them
  std::size_t lingered_bytes_ = 0;
  std::shared_ptr<body_source> source_; ///< of the answer that is on its way out
  std::uint64_t source_left_ = 0;
  bool reading_source_ = false;
};

} // namespace weixin::httpd
