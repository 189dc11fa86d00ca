#include "httpd/server.hpp"

#include "httpd/http_session.hpp"
#include "httpd/listening_socket.hpp"
#include "httpd/peer_check.hpp"
#include "runtime/log.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <utility>

namespace weixin::httpd {
namespace {

using namespace std::chrono_literals;
using stream_protocol = boost::asio::generic::stream_protocol;

/// How many refused connections get their answer at the same time; further ones are closed without a word.
constexpr std::size_t max_refusals = 1024;
/// How long a listener rests that cannot accept for want of descriptors or memory.
constexpr std::chrono::milliseconds accept_pause = 100ms;

response too_many_connections() {
  auto r = problem(503, "too_many_connections", "The server has as many connections as it takes; try again.");
  r.headers.push_back({"Retry-After", "1"});
  return r;
}

response forbidden() {
  return problem(403, "forbidden",
                 "Only root, the server's user and members of the socket's group are served.");
}

} // namespace

struct server::impl : std::enable_shared_from_this<server::impl> {
  impl(boost::asio::io_context& io, listen_options options, handler handle)
      : context(
            std::make_shared<session_context>(session_context{.io = io,
                                                              .options = std::move(options),
                                                              .handle = std::move(handle),
                                                              .thread = std::make_shared<server_thread>(io),
                                                              .on_closed = {}})),
        acceptor(io), pause(io) {}

  result<void> start();
  void stop();
  void accept();
  void pause_accepting(const std::string& why);
  void take(stream_protocol::socket socket);
  bool make_room();

  struct entry {
    std::shared_ptr<http_session> session;
    bool refused = false;
  };

  std::shared_ptr<session_context> context;
  boost::asio::basic_socket_acceptor<stream_protocol> acceptor;
  boost::asio::steady_timer pause;
  std::shared_ptr<tls_identity> identity;
  listening_socket listening;
  std::unordered_map<http_session*, entry> sessions;
  std::size_t refused = 0;
  bool stopped = false;
  bool pausing = false;
};

result<void> server::impl::start() {
  const auto& options = context->options;
  if (options.unix_path.empty() == options.address.empty())
    return fail(errc::invalid_argument, "a listener needs either a unix socket or an address");
  if (!options.tls_certificate.empty() || !options.tls_key.empty()) {
    auto loaded = tls_identity::load(options.tls_certificate, options.tls_key);
    if (!loaded) return loaded.error();
    identity = std::move(*loaded);
  }
  auto made = options.unix_descriptor >= 0 ? take_unix_listener(options.unix_descriptor, options.unix_path)
              : options.address.empty()    ? listen_on_unix(options.unix_path, options.unix_mode)
                                           : listen_on_tcp(options.address);
  if (!made) return made.error();
  listening = std::move(*made);
  boost::system::error_code ec;
  acceptor.assign(stream_protocol{listening.family, 0}, listening.descriptor, ec);
  if (ec) {
    remove_socket_file(listening);
    ::close(listening.descriptor);
    return fail(errc::io_failed, listening.endpoint + ": " + ec.message());
  }
  context->on_closed = [weak = weak_from_this()](http_session& s) {
    auto self = weak.lock();
    if (!self) return;
    auto found = self->sessions.find(&s);
    if (found == self->sessions.end()) return;
    if (found->second.refused) --self->refused;
    self->sessions.erase(found);
  };
  accept();
  return {};
}

void server::impl::accept() {
  const auto& may = context->options.takes_connections;
  if (may && !may()) return pause_accepting("the process has no room for more connections");
  acceptor.async_accept(
      [self = shared_from_this()](const boost::system::error_code& ec, stream_protocol::socket socket) {
        if (self->stopped || ec == boost::asio::error::operation_aborted) return;
        // A peer that left the queue by itself is no reason to rest; want of descriptors or memory is.
        if (ec && ec != boost::asio::error::connection_aborted) return self->pause_accepting(ec.message());
        if (!ec) {
          self->pausing = false;
          try {
            self->take(std::move(socket));
          } catch (const std::exception&) {
            // Out of memory: this connection is dropped, the listener goes on.
          }
        }
        self->accept();
      });
}

void server::impl::pause_accepting(const std::string& why) {
  if (!std::exchange(pausing, true))
    log_warn("httpd.accept_paused", {{"endpoint", listening.endpoint}, {"reason", why}});
  pause.expires_after(accept_pause);
  pause.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    if (!ec && !self->stopped) self->accept();
  });
}

void server::impl::take(stream_protocol::socket socket) {
  int descriptor = socket.native_handle();
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  std::optional<peer_credentials> peer;
  std::string peer_name;
  bool served = true;
  if (listening.family == AF_UNIX) {
    peer = credentials_of(descriptor);
    if (peer) peer_name = std::to_string(peer->uid);
    served = !context->options.check_peer || may_connect(descriptor, listening.endpoint);
  } else {
    peer_name = address_of_peer(descriptor);
    int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  bool full = sessions.size() - refused >= context->options.max_connections && !make_room();
  bool refuse = full || !served;
  if (refuse && refused >= max_refusals) return;
  auto stream = identity ? identity->accept(descriptor) : make_plain_stream(descriptor);
  if (!stream) return;
  auto session = std::make_shared<http_session>(context, std::move(socket), std::move(stream), peer,
                                                std::move(peer_name));
  sessions.emplace(session.get(), entry{session, refuse});
  if (!refuse) return session->start();
  ++refused;
  session->start_refusal(served ? too_many_connections() : forbidden());
}

/// Closes a connection without a request: the oldest of the peer that has most of them. False when there is
/// none.
bool server::impl::make_room() {
  if (!context->options.makes_room) return false;
  struct waiting {
    std::size_t count = 0;
    std::chrono::steady_clock::time_point since;
    std::shared_ptr<http_session> oldest;
  };
  std::unordered_map<std::string, waiting> peers;
  for (const auto& [key, e] : sessions) {
    auto since = e.refused ? std::nullopt : e.session->waits_since();
    if (!since) continue;
    auto& peer = peers[e.session->peer_name()];
    if (++peer.count > 1 && *since >= peer.since) continue;
    peer.since = *since;
    peer.oldest = e.session;
  }
  const waiting* most = nullptr;
  for (const auto& [name, peer] : peers)
    if (most == nullptr || peer.count > most->count ||
        (peer.count == most->count && peer.since < most->since))
      most = &peer;
  if (most == nullptr) return false;
  most->oldest->stop();
  return true;
}

void server::impl::stop() {
  if (std::exchange(stopped, true)) return;
  context->thread->close();
  boost::system::error_code ignored;
  if (acceptor.is_open()) remove_socket_file(listening);
  acceptor.close(ignored);
  pause.cancel();
  for (auto& [key, e] : std::exchange(sessions, {}))
    e.session->stop();
}

server::server(boost::asio::io_context& context, listen_options options, handler handle)
    : impl_(std::make_shared<impl>(context, std::move(options), std::move(handle))) {}

server::~server() { stop(); }

result<void> server::start() { return impl_->start(); }
void server::use_identity(std::shared_ptr<tls_identity> identity) {
  boost::asio::post(impl_->acceptor.get_executor(), [impl = impl_, identity = std::move(identity)]() mutable {
    impl->identity = std::move(identity);
  });
}
std::string server::endpoint() const { return impl_->listening.endpoint; }
void server::stop() { impl_->stop(); }

} // namespace weixin::httpd
