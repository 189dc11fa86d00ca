#include "transport/socket_bio.hpp"

#include <openssl/bio.h>

#include <cerrno>
#include <sys/socket.h>

namespace weixin::transport {
namespace {

bio_socket& target_of(BIO* bio) { return *static_cast<bio_socket*>(BIO_get_data(bio)); }

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int read_socket(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  auto n = ::recv(target_of(bio).socket.native_handle(), into, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (n < 0 && would_block()) BIO_set_retry_read(bio);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(n);
}

int write_socket(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  auto& target = target_of(bio);
  auto n = ::send(target.socket.native_handle(), from, static_cast<std::size_t>(size),
                  MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0 && would_block()) BIO_set_retry_write(bio);
  if (n > 0) target.bytes_sent += static_cast<std::size_t>(n);
  return static_cast<int>(n);
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return 0;
}

const BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    auto* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weixin socket");
    BIO_meth_set_read(m, read_socket);
    BIO_meth_set_write(m, write_socket);
    BIO_meth_set_ctrl(m, control);
    return m;
  }();
  return method;
}

} // namespace

bool would_wait(bio_socket& from) {
  char byte = 0;
  return ::recv(from.socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && would_block();
}

BIO* new_socket_bio(bio_socket& target) {
  auto* bio = BIO_new(socket_method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &target);
  BIO_set_init(bio, 1);
  return bio;
}

} // namespace weixin::transport
