#include "transport/tls_stream.hpp"

#include "transport/proxy_tunnel.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <limits>
#include <utility>

namespace weixin::transport {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t record_size = 16 * 1024;
// A peer that sends faster than it is read must not keep the shard from its other accounts.
constexpr unsigned max_reads_in_a_row = 16;

/// OpenSSL wants its queue of errors empty before every call, where it nearly always is already.
void clear_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

std::string handshake_error(SSL* ssl) {
  auto verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK) {
    ERR_clear_error();
    return std::string{"certificate: "} + X509_verify_cert_error_string(verified);
  }
  const auto* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return reason != nullptr ? reason : "connection closed";
}

int read_record(SSL* ssl, std::string& into) {
  // All connections of the thread share one buffer: it is filled and emptied within this function.
  thread_local std::array<char, record_size> buffer;
  clear_errors();
  auto n = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
  if (n > 0) into.append(buffer.data(), static_cast<std::size_t>(n));
  return n;
}

} // namespace

void tls_stream::free_ssl::operator()(SSL* ssl) const noexcept { SSL_free(ssl); }

tls_stream::tls_stream(const asio::any_io_executor& executor) : wire_(executor), stage_(executor) {}

tls_stream::~tls_stream() {
  if (!sound_) return;
  clear_errors();
  SSL_shutdown(ssl_.get());
  clear_errors();
}

asio::awaitable<result<void>> tls_stream::connect(tcp::endpoint to, std::chrono::milliseconds limit) {
  limit_stage(limit);
  auto [ec] = co_await wire_.socket.async_connect(to, asio::as_tuple(asio::use_awaitable));
  if (!end_stage()) co_return fail(errc::connect_failed, "no answer in time");
  // Connecting registered the socket for being writable too, and each wait for an answer would then end at
  // once for that.
  if (!ec) {
    auto connected = wire_.socket.release(ec);
    if (!ec) wire_.socket.assign(to.protocol(), connected, ec);
  }
  if (!ec) wire_.socket.native_non_blocking(true, ec);
  if (!ec) wire_.socket.set_option(tcp::no_delay(true), ec);
  if (ec) co_return fail(errc::connect_failed, ec.message());
  // A long poll's peer may vanish without a word; the deadline is the judge, this only frees dead idle ones
  // early.
  wire_.socket.set_option(asio::socket_base::keep_alive(true), ec);
  co_return result<void>{};
}

asio::awaitable<result<void>> tls_stream::pass(const proxy& through, std::string host, std::uint16_t port,
                                               std::chrono::milliseconds limit) {
  limit_stage(limit);
  auto passed = co_await open_tunnel(wire_.socket, through, std::move(host), port);
  if (!end_stage()) co_return fail(errc::proxy_failed, "the proxy does not answer in time");
  co_return passed;
}

asio::awaitable<result<void>> tls_stream::handshake(const tls_context& context, std::string host,
                                                    std::shared_ptr<tls_sessions> sessions,
                                                    std::chrono::milliseconds limit) {
  host_ = std::move(host);
  sessions_ = std::move(sessions);
  ssl_.reset(context.new_connection(host_, *sessions_));
  auto* bio = ssl_ ? new_socket_bio(wire_) : nullptr;
  if (bio == nullptr) co_return fail(errc::tls_failed, "out of memory");
  SSL_set_bio(ssl_.get(), bio, bio);

  limit_stage(limit);
  while (true) {
    clear_errors();
    auto returned = SSL_do_handshake(ssl_.get());
    if (returned == 1) break;
    if (co_await wait_for(SSL_get_error(ssl_.get(), returned))) continue;
    if (!end_stage()) co_return fail(errc::tls_failed, "no handshake in time");
    co_return fail(errc::tls_failed, handshake_error(ssl_.get()));
  }
  if (!end_stage()) co_return fail(errc::tls_failed, "no handshake in time");
  sound_ = true;
  handshake_bytes_ = wire_.bytes_sent;
  // A TLS 1.2 session may be resumed again and again, and a resumption brings no new one.
  if (is_resumed() && SSL_version(ssl_.get()) < TLS1_3_VERSION)
    sessions_->put(host_, tls_session{SSL_get1_session(ssl_.get())});
  co_return result<void>{};
}

bool tls_stream::is_resumed() const noexcept { return ssl_ && SSL_session_reused(ssl_.get()) == 1; }

asio::awaitable<tls_stream::io> tls_stream::read(std::string& into) {
  // Nothing comes sooner than a round trip after a request: asking the socket before is in vain.
  if (std::exchange(asked_, false) && SSL_has_pending(ssl_.get()) == 0 &&
      !co_await wait_for(SSL_ERROR_WANT_READ))
    co_return io::lost;
  while (true) {
    if (++reads_in_a_row_ > max_reads_in_a_row) {
      reads_in_a_row_ = 0;
      co_await asio::post(asio::use_awaitable);
    }
    auto n = read_record(ssl_.get(), into);
    if (n > 0) co_return io::ok;
    auto why = SSL_get_error(ssl_.get(), n);
    if (why == SSL_ERROR_ZERO_RETURN) co_return io::end;
    if (!co_await wait_for(why)) co_return io::lost;
  }
}

asio::awaitable<tls_stream::io> tls_stream::write(std::string_view from) {
  while (!from.empty()) {
    clear_errors();
    auto size = std::min<std::size_t>(from.size(), std::numeric_limits<int>::max());
    auto n = SSL_write(ssl_.get(), from.data(), static_cast<int>(size));
    if (n > 0)
      from.remove_prefix(static_cast<std::size_t>(n));
    else if (!co_await wait_for(SSL_get_error(ssl_.get(), n)))
      co_return io::lost;
  }
  asked_ = true;
  co_return io::ok;
}

asio::awaitable<tls_stream::io> tls_stream::write_until_answered(std::string_view from) {
  while (!from.empty()) {
    if (has_input()) co_return io::answered;
    ERR_clear_error();
    auto n = SSL_write(ssl_.get(), from.data(), static_cast<int>(std::min(from.size(), record_size)));
    if (n > 0) {
      from.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    auto why = SSL_get_error(ssl_.get(), n);
    if (why == SSL_ERROR_WANT_WRITE)
      co_await wait_for_either();
    else if (!co_await wait_for(why))
      co_return io::lost;
  }
  co_return io::ok;
}

/// The peer said something, or left.
bool tls_stream::has_input() {
  char byte = 0;
  ERR_clear_error();
  auto n = SSL_peek(ssl_.get(), &byte, 1);
  auto has = n > 0 || SSL_get_error(ssl_.get(), n) != SSL_ERROR_WANT_READ;
  ERR_clear_error();
  return has;
}

/// Until the socket takes more, or has something to read. What is wrong with it shows at the next use.
asio::awaitable<void> tls_stream::wait_for_either() {
  auto woken = std::make_shared<asio::steady_timer>(wire_.socket.get_executor(),
                                                    asio::steady_timer::time_point::max());
  for (auto direction : {tcp::socket::wait_write, tcp::socket::wait_read})
    wire_.socket.async_wait(direction, [woken](boost::system::error_code) { woken->cancel(); });
  co_await woken->async_wait(asio::as_tuple(asio::use_awaitable));
  boost::system::error_code ignored;
  wire_.socket.cancel(ignored); // the wait that is left
}

bool tls_stream::is_quiet() {
  if (SSL_has_pending(ssl_.get()) == 0 && would_wait(wire_)) return true;
  char byte = 0;
  clear_errors();
  auto n = SSL_peek(ssl_.get(), &byte, 1);
  if (n <= 0 && SSL_get_error(ssl_.get(), n) == SSL_ERROR_WANT_READ) return true;
  clear_errors();
  sound_ = n > 0;
  return false;
}

/// True when the socket is ready for what OpenSSL wants; false when the connection is broken.
asio::awaitable<bool> tls_stream::wait_for(int ssl_error) {
  if (ssl_error != SSL_ERROR_WANT_READ && ssl_error != SSL_ERROR_WANT_WRITE) {
    sound_ = false;
    co_return false;
  }
  reads_in_a_row_ = 0;
  auto direction = ssl_error == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write;
  auto [ec] = co_await wire_.socket.async_wait(direction, asio::as_tuple(asio::use_awaitable));
  if (ec) sound_ = false;
  co_return !ec;
}

void tls_stream::limit_stage(std::chrono::milliseconds limit) {
  stage_over_ = false;
  stage_.expires_after(limit);
  stage_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
    auto self = weak.lock();
    if (ec || !self) return;
    self->stage_over_ = true;
    self->wire_.socket.close(ec);
  });
}

/// False when the stage took too long.
bool tls_stream::end_stage() {
  stage_.cancel();
  return !stage_over_;
}

} // namespace weixin::transport
