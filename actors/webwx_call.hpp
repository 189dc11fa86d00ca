#pragma once

#include "actors/account_context.hpp"
#include "protocol/webwx/cookies.hpp"
#include "protocol/webwx/endpoint.hpp"

#include <memory>
#include <utility>

namespace weixin {

/// Bodies above this are parsed by the worker pool: a large address book takes some 10 ms.
inline constexpr std::size_t parse_in_place_limit = 256 * 1024;

/// One call to Weixin on behalf of `session`: sends its cookies, stores the answer's, parses the body, and
/// hands the value (or the reason why there is none) to `done` inside the calling actor, exactly once unless
/// the actor ends before. `parse` is a pure function of protocol/ and may run on a worker thread. `inside` is
/// the actor's `inside` member. The bytes of `source`, when there is one, follow the request's body. The
/// session must be the one the actor works for; when it was replaced meanwhile, the answer's cookies are not
/// stored.
template <class Inside, class Parse, class Done>
void call(const std::shared_ptr<account_context>& context, const std::shared_ptr<webwx::session>& session,
          webwx::endpoint endpoint, http_request request, Inside inside, Parse parse, Done done,
          std::shared_ptr<transport::body_source> source = nullptr) {
  auto limits = webwx::limits_of(endpoint);
  transport::http_call c;
  bool foreign_push_host =
      endpoint == webwx::endpoint::synccheck && !request.host.ends_with("." + session->host.entry);
  auto cookie_host = foreign_push_host ? session->host.entry : request.host;
  c.request = webwx::with_cookies_of(cookie_host, std::move(request), session->cookies);
  c.limits.deadline = limits.deadline;
  c.limits.max_body_bytes = limits.max_body_bytes;
  c.label = webwx::to_string(endpoint);
  c.source = std::move(source);
  auto host = c.request.host;
  using value = decltype(parse(std::declval<const http_response&>()));
  auto answered = inside([context, session, host, inside, parse, done](result<http_response> answer) mutable {
    if (!answer) return done(value{answer.error()});
    session->cookies.store(host, answer->headers);
    if (answer->body.size() > parse_in_place_limit && context->service->workers) {
      auto parsed = inside(std::move(done));
      auto held = std::make_shared<http_response>(std::move(*answer));
      // The answer is handed over whether a worker takes it or not, so both hold it.
      auto deliver = std::make_shared<decltype(parsed)>(std::move(parsed));
      if (context->service->workers->submit([held, parse, deliver] { (*deliver)(parse(*held)); })) return;
      return (*deliver)(value{fail(errc::queue_full, "parser")});
    }
    done(parse(*answer));
  });
  context->http->start(std::move(c), std::move(answered));
}

} // namespace weixin
