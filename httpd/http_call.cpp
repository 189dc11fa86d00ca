#include "httpd/http_call.hpp"

#include "httpd/listening_socket.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace weixin::httpd {
namespace {

namespace http = boost::beast::http;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using parser_type = http::response_parser<http::string_body>;

constexpr std::uint32_t max_header_bytes = 64 * 1024;
constexpr std::size_t max_refusal_body = std::size_t{1024} * 1024;
constexpr int max_interim_answers = 8;
constexpr std::chrono::milliseconds connect_deadline = 10s;

std::string reason(int code) { return std::generic_category().message(code); }
std::string name_of(const call_target& t) { return t.unix_path.empty() ? t.address : t.unix_path; }
std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool is_one_line(std::string_view text, bool spaces_allowed) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7f && (spaces_allowed || byte != ' ');
  });
}

result<std::string> format(const http_request& r, std::uint64_t more_bytes) {
  if (r.method.empty() || !is_one_line(r.method, false) || r.target.empty() ||
      !is_one_line(r.target, false) || !is_one_line(r.host, false))
    return fail(errc::invalid_argument, "method, target or host cannot be sent as they are");
  std::string text = r.method + " " + r.target +
                     " HTTP/1.1\r\nHost: " + (r.host.empty() ? "localhost" : r.host) +
                     "\r\nConnection: close\r\n";
  for (const auto& h : r.headers) {
    if (h.name.empty() || !is_one_line(h.name, false) || !is_one_line(h.value, true))
      return fail(errc::invalid_argument, "a header field cannot be sent as it is");
    text += h.name + ": " + h.value + "\r\n";
  }
  if (!r.body.empty() || more_bytes > 0 || r.method == "POST" || r.method == "PUT" || r.method == "PATCH")
    text += "Content-Length: " + std::to_string(r.body.size() + more_bytes) + "\r\n";
  return text + "\r\n" + r.body;
}

/// A blocking connection in which every wait has an end.
class line {
public:
  explicit line(std::string name) : name_(std::move(name)) {}
  ~line() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  line(const line&) = delete;
  line& operator=(const line&) = delete;

  /// Nothing: no limit.
  void set_deadline(std::optional<clock::time_point> deadline) { deadline_ = deadline; }

  result<void> connect(const socket_address& address) {
    descriptor_ = ::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor_ < 0) return refused(errno);
    stream_ = make_plain_stream(descriptor_);
    if (::connect(descriptor_, address.get(), address.length) == 0) return {};
    if (errno != EINPROGRESS) return refused(errno);
    if (!wait(POLLOUT)) return fail(errc::connect_failed, name_ + ": no answer in time");
    int code = 0;
    socklen_t size = sizeof code;
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &code, &size);
    if (code != 0) return refused(code);
    return {};
  }

  /// From here on TLS, with the server that this name or address belongs to.
  result<void> encrypt(tls_trust& trust, const std::string& name) {
    stream_ = trust.connect(descriptor_, name);
    if (!stream_) return fail(errc::tls_failed, name_ + ": no TLS for the name " + name);
    for (;;) {
      auto done = stream_->handshake();
      if (done.status == io_status::ok) return {};
      if (done.status != io_status::want_read && done.status != io_status::want_write)
        return fail(errc::tls_failed, name_ + ": " + stream_->failure());
      if (!wait_for(done.status)) return fail(errc::connect_failed, name_ + ": no answer in time");
    }
  }

  /// Stops early without an error when the server closes its ear: its answer may be waiting.
  result<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto done = stream_->write(bytes);
      if (done.status == io_status::ok) {
        bytes.remove_prefix(done.bytes);
        request_left_ = true;
      } else if (done.status == io_status::failed || done.status == io_status::eof) {
        return {};
      } else if (!wait_for(done.status)) {
        return lost(errc::timed_out, "the request was not taken in time");
      }
    }
    return {};
  }

  /// 0 bytes: the server ended the connection.
  result<std::size_t> read(std::array<char, 64 * 1024>& into) {
    for (;;) {
      errno = 0;
      auto done = stream_->read(into);
      if (done.status == io_status::ok) return done.bytes;
      if (done.status == io_status::eof) return std::size_t{0};
      if (done.status == io_status::failed)
        return lost(errc::connection_lost, errno != 0 ? reason(errno) : "the connection was cut off");
      if (!wait_for(done.status)) return lost(errc::timed_out, "no answer in time");
    }
  }

  error lost(errc code, const std::string& why) const {
    auto e = fail(code, name_ + ": " + why);
    e.request_left = request_left_;
    return e;
  }

private:
  error refused(int code) const { return fail(errc::connect_failed, name_ + ": " + reason(code)); }

  bool wait_for(io_status wanted) { return wait(wanted == io_status::want_read ? POLLIN : POLLOUT); }

  /// False once the deadline has passed.
  bool wait(short events) {
    for (;;) {
      int timeout = -1;
      if (deadline_) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - clock::now());
        timeout = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000));
      }
      pollfd p{descriptor_, events, 0};
      int ready = ::poll(&p, 1, timeout);
      if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
      if (deadline_ && clock::now() >= *deadline_) return false;
    }
  }

  std::string name_;
  int descriptor_ = -1;
  std::unique_ptr<byte_stream> stream_;
  bool request_left_ = false;
  std::optional<clock::time_point> deadline_;
};

/// What differs between a call and a stream.
struct reading {
  std::optional<std::size_t> max_body;              ///< none: endless
  body_callback on_data;                            ///< may be empty
  std::optional<std::chrono::milliseconds> silence; ///< renews the line's deadline at each sign of life
};

class answer_reader {
public:
  answer_reader(line& l, const reading& how, bool to_head) : line_(l), how_(how), to_head_(to_head) {}

  result<http_response> run() {
    renew_parser();
    for (;;) {
      if (how_.silence) line_.set_deadline(clock::now() + *how_.silence);
      auto n = line_.read(buffer_);
      if (!n) return n.error();
      if (*n == 0) return end_of_connection();
      input_.append(buffer_.data(), *n);
      auto complete = feed();
      if (!complete) return complete.error();
      if (*complete) return std::move(answer_);
    }
  }

private:
  void renew_parser() {
    parser_.emplace();
    parser_->header_limit(max_header_bytes);
    // Which body it will be, and so its limit, is known after the head.
    if (how_.max_body)
      parser_->body_limit(*how_.max_body);
    else
      parser_->body_limit(boost::none);
    parser_->skip(to_head_);
  }

  bool goes_to_callback() const { return how_.on_data && answer_.status / 100 == 2; }

  /// True when the answer is complete or the callback has had enough.
  result<bool> feed() {
    while (!input_.empty()) {
      boost::system::error_code ec;
      bool had_head = parser_->is_header_done();
      parser_->eager(had_head);
      input_.erase(0, parser_->put(boost::asio::buffer(input_), ec));
      if (ec == http::error::body_limit || ec == http::error::header_limit ||
          ec == http::error::buffer_overflow)
        return line_.lost(errc::answer_too_large, "the answer is too large");
      if (ec && ec != http::error::need_more) return line_.lost(errc::malformed_answer, ec.message());
      if (!had_head && parser_->is_header_done()) take_head();
      if (auto wanted = take_body(); !wanted || !*wanted) return wanted ? result<bool>{true} : wanted;
      if (parser_->is_done()) {
        if (answer_.status / 100 != 1) return true;
        if (++interim_ > max_interim_answers)
          return line_.lost(errc::malformed_answer, "too many interim answers");
        renew_parser();
      } else if (ec == http::error::need_more) {
        if (input_.size() > max_header_bytes)
          return line_.lost(errc::malformed_answer, "endless chunk header");
        return false;
      }
    }
    return false;
  }

  void take_head() {
    answer_ = {};
    answer_.status = static_cast<int>(parser_->get().result_int());
    for (const auto& field : parser_->get())
      answer_.headers.push_back({std::string{view(field.name_string())}, std::string{view(field.value())}});
  }

  /// False when the callback wants no more.
  result<bool> take_body() {
    auto& body = parser_->get().body();
    if (body.empty()) return true;
    bool wanted = true;
    if (goes_to_callback()) {
      wanted = how_.on_data(body);
    } else {
      if (how_.on_data && answer_.body.size() + body.size() > max_refusal_body)
        return line_.lost(errc::answer_too_large, "the answer is too large");
      answer_.body += body;
    }
    body.clear();
    return wanted;
  }

  result<http_response> end_of_connection() {
    boost::system::error_code ec;
    if (parser_->got_some())
      parser_->put_eof(ec);
    else
      ec = http::error::partial_message;
    if (ec || !parser_->is_done())
      return line_.lost(errc::connection_lost, "the connection ended before the answer did");
    return std::move(answer_);
  }

  line& line_;
  const reading& how_;
  const bool to_head_;
  std::array<char, 64 * 1024> buffer_{};
  std::string input_;
  std::optional<parser_type> parser_;
  http_response answer_;
  int interim_ = 0;
};

result<http_response> run(const call_target& target, const http_request& request,
                          std::chrono::milliseconds first_deadline, bool deadline_ends_with_connect,
                          const reading& how, const call_body* rest = nullptr) {
  if (target.unix_path.empty() == target.address.empty())
    return fail(errc::invalid_argument, "a call needs either a unix socket or an address");
  auto address = target.address.empty() ? unix_address(target.unix_path) : tcp_address(target.address);
  if (!address) return address.error();
  auto text = format(request, rest != nullptr ? rest->bytes : 0);
  if (!text) return text.error();
  line l{name_of(target)};
  l.set_deadline(clock::now() + first_deadline);
  if (auto connected = l.connect(*address); !connected) return connected.error();
  if (target.trust)
    if (auto encrypted = l.encrypt(*target.trust, target.tls_name); !encrypted) return encrypted.error();
  if (deadline_ends_with_connect) l.set_deadline(std::nullopt);
  if (how.silence) l.set_deadline(clock::now() + *how.silence);
  if (auto written = l.write(*text); !written) return written.error();
  for (std::uint64_t left = rest != nullptr ? rest->bytes : 0; left > 0;) {
    auto piece = rest->next();
    if (!piece) return piece.error();
    if (piece->empty() || piece->size() > left)
      return fail(errc::file_changed, "the body has another length");
    left -= piece->size();
    if (auto written = l.write(*piece); !written) return written.error();
  }
  try {
    auto reader = std::make_unique<answer_reader>(l, how, request.method == "HEAD");
    return reader->run();
  } catch (const std::exception&) { // bad_alloc, length_error: a length nobody can hold
    return l.lost(errc::answer_too_large, "the answer does not fit into memory");
  }
}

} // namespace

result<http_response> call(const call_target& target, const http_request& request,
                           std::chrono::milliseconds deadline, std::size_t max_body_bytes) {
  return run(target, request, deadline, false, {.max_body = max_body_bytes, .on_data = {}, .silence = {}});
}

result<http_response> call(const call_target& target, const http_request& request, const call_body& rest,
                           std::chrono::milliseconds deadline, std::size_t max_body_bytes) {
  return run(target, request, deadline, false, {.max_body = max_body_bytes, .on_data = {}, .silence = {}},
             &rest);
}

result<http_response> stream(const call_target& target, const http_request& request, body_callback on_data,
                             std::optional<std::chrono::milliseconds> idle_deadline) {
  return run(target, request, connect_deadline, true,
             {.max_body = {}, .on_data = std::move(on_data), .silence = idle_deadline});
}

} // namespace weixin::httpd
