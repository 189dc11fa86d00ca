#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>

using BIO = struct bio_st;

namespace weixin::transport {

/// A socket as OpenSSL sees it, and how much went out through it. Both must outlive the BIO.
struct bio_socket {
  explicit bio_socket(const boost::asio::any_io_executor& executor) : socket(executor) {}

  boost::asio::ip::tcp::socket socket;
  std::size_t bytes_sent = 0;
};

/// Whether a read would have to wait: nothing has come, and the peer has not closed.
bool would_wait(bio_socket& from);

/// A non-blocking BIO on the socket. Unlike OpenSSL's own it raises no SIGPIPE, and after the socket was
/// closed it fails instead of writing to whatever got the descriptor's number next. nullptr when memory ran
/// out.
BIO* new_socket_bio(bio_socket& target);

} // namespace weixin::transport
