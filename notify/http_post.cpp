#include "notify/http_post.hpp"

#include "notify/url_policy.hpp"

#include <curl/curl.h>

#include <sys/socket.h>

#include <memory>

namespace weixin::notify {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using verdict = attempt::verdict;

/// What the callbacks of one call work with.
struct call {
  const http_post_options& options;
  std::size_t head_bytes = 0;
  std::size_t body_bytes = 0;
  bool refused_address = false;
};

extern "C" {
using writer = std::size_t (*)(char*, std::size_t, std::size_t, void*);
using opener = curl_socket_t (*)(void*, curlsocktype, curl_sockaddr*);
}

std::size_t take_body(char*, std::size_t size, std::size_t count, void* context) {
  auto& c = *static_cast<call*>(context);
  c.body_bytes += size * count;
  // Anything but the number of bytes ends the transfer.
  return c.body_bytes > c.options.longest_answer ? 0 : size * count;
}

std::size_t take_head(char*, std::size_t size, std::size_t count, void* context) {
  auto& c = *static_cast<call*>(context);
  c.head_bytes += size * count;
  return c.head_bytes > c.options.longest_answer ? 0 : size * count;
}

curl_socket_t open_socket(void* context, curlsocktype, curl_sockaddr* address) {
  auto& c = *static_cast<call*>(context);
  if (c.options.loopback_only && !is_loopback(address->addr)) {
    c.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

struct easy_end {
  void operator()(CURL* easy) const { ::curl_easy_cleanup(easy); }
};
struct multi_end {
  void operator()(CURLM* multi) const { ::curl_multi_cleanup(multi); }
};
struct list_end {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using easy_handle = std::unique_ptr<CURL, easy_end>;
using multi_handle = std::unique_ptr<CURLM, multi_end>;
using header_list = std::unique_ptr<curl_slist, list_end>;

void append(header_list& list, const std::string& line) {
  if (auto* longer = ::curl_slist_append(list.get(), line.c_str()); longer != nullptr) {
    static_cast<void>(list.release());
    list.reset(longer);
  }
}

template <class Value>
bool set(const easy_handle& easy, CURLoption option, Value value) {
  return ::curl_easy_setopt(easy.get(), option, value) == CURLE_OK;
}

/// False when this libcurl lacks something: then nothing is sent, because a check could be missing.
bool configure(const easy_handle& easy, call& c, const std::string& url, const header_list& headers,
               const std::string& body) {
  const auto& o = c.options;
  bool ok = set(easy, CURLOPT_URL, url.c_str()) && set(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
            set(easy, CURLOPT_SSL_VERIFYPEER, 1L) && set(easy, CURLOPT_SSL_VERIFYHOST, 2L) &&
            set(easy, CURLOPT_PROXY, "") && set(easy, CURLOPT_NOSIGNAL, 1L) &&
            set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(o.connect_timeout.count())) &&
            set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(o.total_timeout.count())) &&
            set(easy, CURLOPT_HTTPHEADER, headers.get()) && set(easy, CURLOPT_POSTFIELDS, body.c_str()) &&
            set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size())) &&
            set(easy, CURLOPT_USERAGENT, "weixind") && set(easy, CURLOPT_NETRC, CURL_NETRC_IGNORED) &&
            set(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) &&
            set(easy, CURLOPT_WRITEFUNCTION, writer{take_body}) && set(easy, CURLOPT_WRITEDATA, &c) &&
            set(easy, CURLOPT_HEADERFUNCTION, writer{take_head}) && set(easy, CURLOPT_HEADERDATA, &c) &&
            set(easy, CURLOPT_OPENSOCKETFUNCTION, opener{open_socket}) &&
            set(easy, CURLOPT_OPENSOCKETDATA, &c);
  if (!o.ca_file.empty())
    ok = ok && set(easy, CURLOPT_CAINFO, o.ca_file.c_str()) && set(easy, CURLOPT_CAPATH, nullptr);
#if LIBCURL_VERSION_NUM >= 0x075500
  ok = ok && set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  ok = ok && set(easy, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
  // A lookup that hangs in the system is left behind instead of waited for.
  ok = ok && set(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  return ok;
}

/// Turns the wheel until the transfer ends, somebody says stop, or the deadline is over that libcurl keeps
/// too.
CURLcode perform(const multi_handle& multi, const http_post_options& options, const stop_signal& stop) {
  auto deadline = steady_clock::now() + options.total_timeout + milliseconds{1'000};
  for (;;) {
    int running = 0;
    if (::curl_multi_perform(multi.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
    int left = 0;
    while (const auto* message = ::curl_multi_info_read(multi.get(), &left))
      if (message->msg == CURLMSG_DONE) return message->data.result;
    if (running == 0) return CURLE_FAILED_INIT;
    if (stop.is_set()) return CURLE_ABORTED_BY_CALLBACK;
    if (steady_clock::now() > deadline) return CURLE_OPERATION_TIMEDOUT;
    curl_waitfd also{stop.descriptor(), CURL_WAIT_POLLIN, 0};
    ::curl_multi_poll(multi.get(), &also, stop.descriptor() >= 0 ? 1 : 0, 1'000, nullptr);
  }
}

/// A fixed text for the code: libcurl's own messages name hosts.
std::string words_for(CURLcode code) {
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return "name not resolved";
  case CURLE_COULDNT_CONNECT:
    return "not connected";
  case CURLE_OPERATION_TIMEDOUT:
    return "timed out";
  case CURLE_ABORTED_BY_CALLBACK:
    return "stopped";
  default:
    return ::curl_easy_strerror(code);
  }
}

attempt judge(CURL* easy, const call& c, CURLcode code) {
  if (c.refused_address && code != CURLE_OK) return {verdict::refused, "address is not loopback"};
  long status = 0;
  ::curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  // Once there is a final status, a body that is too long or breaks off says no more.
  if (code == CURLE_OK || (status >= 200 && c.body_bytes > c.options.longest_answer)) {
    attempt a{verdict_of(static_cast<int>(status)), "HTTP " + std::to_string(status)};
    curl_off_t seconds = 0;
    if (::curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0)
      a.retry_after = std::chrono::seconds{std::min<curl_off_t>(seconds, longest_retry_after.count())};
    return a;
  }
  auto heals = code != CURLE_URL_MALFORMAT && code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_FAILED_INIT;
  return {heals ? verdict::try_again : verdict::refused, words_for(code)};
}

} // namespace

void prepare_http() { ::curl_global_init(CURL_GLOBAL_DEFAULT); }

attempt post(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
             const std::string& body, const http_post_options& options, const stop_signal& stop) {
  header_list list;
  append(list, "Content-Type: application/json");
  append(list, "Expect:"); // no 100-continue: the body is small
  for (const auto& [name, value] : headers)
    append(list, name + ": " + value);
  call c{options};
  easy_handle easy{::curl_easy_init()};
  multi_handle multi{::curl_multi_init()};
  if (!easy || !multi || !configure(easy, c, url, list, body))
    return {verdict::refused, "libcurl does not work"};
  if (::curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK)
    return {verdict::refused, "libcurl does not work"};
  auto code = perform(multi, options, stop);
  auto a = judge(easy.get(), c, code);
  ::curl_multi_remove_handle(multi.get(), easy.get());
  return a;
}

} // namespace weixin::notify
