#include "bench/floor_connection.hpp"

#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <openssl/ssl.h>
#include <zlib.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace weixin::bench {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::chrono::seconds time_limit{40}; // above the longest poll
constexpr std::size_t body_limit = std::size_t{8} * 1024 * 1024;

void check(const beast::error_code& ec, const char* what) {
  if (ec) throw boost::system::system_error(ec, what);
}

/// One for the thread: making an inflater costs more than using it.
class inflater {
public:
  inflater() {
    if (inflateInit2(&z_, 16 + MAX_WBITS) != Z_OK) throw std::runtime_error("inflateInit2");
  }
  ~inflater() { inflateEnd(&z_); }
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;

  std::string operator()(std::string& packed) {
    inflateReset(&z_);
    z_.next_in = reinterpret_cast<Bytef*>(packed.data());
    z_.avail_in = static_cast<uInt>(packed.size());
    std::string plain;
    std::array<char, 16 * 1024> piece;
    int state = Z_OK;
    while (state == Z_OK) {
      z_.next_out = reinterpret_cast<Bytef*>(piece.data());
      z_.avail_out = static_cast<uInt>(piece.size());
      state = inflate(&z_, Z_NO_FLUSH);
      plain.append(piece.data(), piece.size() - z_.avail_out);
    }
    if (state != Z_STREAM_END) throw std::runtime_error("inflate");
    return plain;
  }

private:
  z_stream z_{};
};

void undo_gzip(http::response<http::string_body>& answer) {
  thread_local inflater inflate_body;
  if (answer[http::field::content_encoding] == "gzip") answer.body() = inflate_body(answer.body());
}

} // namespace

floor_connection::request to_beast(const http_request& r) {
  floor_connection::request q{http::string_to_verb(r.method), r.target, 11};
  for (const auto& [name, value] : r.headers)
    q.insert(name, value);
  q.set(http::field::accept_encoding, "gzip");
  q.body() = r.body;
  return q;
}

floor_connection::floor_connection(boost::asio::io_context& context, boost::asio::ssl::context& tls,
                                   std::string host, const boost::asio::ip::tcp::endpoint& to)
    : host_(std::move(host)), stream_(context, tls) {
  stream_.set_verify_callback(boost::asio::ssl::host_name_verification(host_));
  SSL_set_tlsext_host_name(stream_.native_handle(), host_.c_str());
  beast::get_lowest_layer(stream_).connect(to);
  beast::get_lowest_layer(stream_).socket().set_option(boost::asio::ip::tcp::no_delay(true));
  stream_.handshake(boost::asio::ssl::stream_base::client);
}

void floor_connection::start(request r, completion done) {
  request_ = std::move(r);
  done_ = std::move(done);
  request_.set(http::field::host, host_);
  request_.prepare_payload();
  beast::get_lowest_layer(stream_).expires_after(time_limit);
  http::async_write(stream_, request_, [this](beast::error_code ec, std::size_t) {
    check(ec, "write");
    read();
  });
}

void floor_connection::read() {
  answer_.emplace();
  answer_->body_limit(body_limit);
  http::async_read(stream_, buffer_, *answer_, [this](beast::error_code ec, std::size_t) {
    check(ec, "read");
    answered();
  });
}

void floor_connection::answered() {
  auto& answer = answer_->get();
  if (answer.result() != http::status::ok || !answer_->keep_alive())
    throw std::runtime_error("an answer that the simulator does not give");
  undo_gzip(answer);
  // The next call may start inside the completion.
  auto body = std::move(answer.body());
  auto done = std::move(done_);
  done(body);
}

http_response floor_connection::call(const http_request& r) {
  auto q = to_beast(r);
  q.set(http::field::host, host_);
  q.prepare_payload();
  http::write(stream_, q);
  http::response_parser<http::string_body> parser;
  parser.body_limit(body_limit);
  http::read(stream_, buffer_, parser);
  auto& answer = parser.get();
  undo_gzip(answer);
  http_response a;
  a.status = answer.result_int();
  for (const auto& field : answer)
    a.headers.push_back({std::string{field.name_string()}, std::string{field.value()}});
  a.body = std::move(answer.body());
  return a;
}

} // namespace weixin::bench
