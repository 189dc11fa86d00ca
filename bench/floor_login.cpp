#include "bench/floor_login.hpp"

#include "protocol/webwx/client_ids.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/login.hpp"

#include <stdexcept>
#include <string>

namespace weixin::bench {

namespace {

/// A cache buster: the simulator, like the service, does not look at it.
constexpr std::int64_t some_time_ms = 1'790'000'000'000;
constexpr const char* user_agent =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
constexpr int most_polls = 20;

template <class T>
T must(result<T> r) {
  if (!r) throw std::runtime_error("login: " + to_string(r.error()));
  return std::move(*r);
}

webwx::redirect wait_for_phone(floor_connection& login, const std::string& uuid) {
  bool scanned = false;
  for (int i = 0; i < most_polls; ++i) {
    auto answer = must(webwx::parse_login_poll(
        login.call(webwx::make_login_poll(login.host(), uuid, scanned, user_agent, some_time_ms))));
    if (answer.status == webwx::login_status::confirmed)
      return must(webwx::parse_redirect_uri(answer.redirect_uri));
    scanned = scanned || answer.status == webwx::login_status::scanned;
  }
  throw std::runtime_error("login: nobody scanned; does weixinsim run with --auto and enough users?");
}

} // namespace

webwx::session log_in(const floor_service& service, std::size_t number) {
  webwx::session s;
  auto digits = std::to_string(number);
  s.device_id = webwx::make_device_id(std::string(15 - digits.size(), '7') + digits);
  s.user_agent = user_agent;

  floor_connection login{service.context, service.tls, s.host.login, service.address};
  auto uuid = must(webwx::parse_jslogin(
      login.call(webwx::make_jslogin(s.host.login, s.host.entry, user_agent, some_time_ms))));
  auto redirect = wait_for_phone(login, uuid);
  s.host = webwx::hosts_for_entry(redirect.host);

  floor_connection entry{service.context, service.tls, s.host.entry, service.address};
  auto call = [&](const http_request& r) {
    auto answer = entry.call(webwx::with_cookies(r, s.cookies));
    s.cookies.store(s.host.entry, answer.headers);
    return answer;
  };
  auto page = call(webwx::make_new_login_page(s, redirect));
  auto tickets = must(webwx::parse_new_login_page(page));
  if (auto begun = webwx::begin_session(s, tickets); !begun)
    throw std::runtime_error("login: " + to_string(begun.error()));
  webwx::apply(s, must(webwx::parse_init(call(webwx::make_init(s, some_time_ms)))));
  return s;
}

} // namespace weixin::bench
