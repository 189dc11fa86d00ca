#include "simulator/world.hpp"

#include "simulator/compress.hpp"

namespace weixin::simulator {
namespace {

constexpr std::size_t worth_compressing = 1024;
constexpr std::uint64_t first_message_id = 4'330'538'626'000'000'000ULL;

bool is_json(const httpd::response& r) { return r.content_type == "text/plain"; }

} // namespace

void world::hold(exchange_id id, std::chrono::milliseconds longest, agenda::action when_over) {
  auto found = open.find(id);
  if (found == open.end()) return;
  plan.cancel(found->second.timer);
  found->second.timer = plan.at(now.steady + longest, std::move(when_over));
}

void world::release(exchange_id id, answer a) {
  auto found = open.find(id);
  if (found == open.end()) return;
  plan.cancel(found->second.timer);
  const auto& fault = found->second.fault;
  if (fault && fault->kind == fault_kind::slow) {
    auto delay = std::chrono::milliseconds{fault->value};
    found->second.fault.reset();
    found->second.timer = plan.at(now.steady + delay, [this, id, late = std::move(a)] { release(id, late); });
    return;
  }
  released.emplace_back(id, finish(std::move(a), found->second));
  open.erase(found);
}

answer world::finish(answer a, const open_exchange& e) const {
  auto& r = a.response;
  if (e.fault) a = spoil(std::move(a), *e.fault);
  if (a.how != answer::way::respond || !e.gzip || !options.gzip) return a;
  if (r.body.size() <= worth_compressing || !is_json(r)) return a;
  if (auto packed = gzip(r.body)) {
    r.body = std::move(*packed);
    r.headers.push_back({"Content-Encoding", "gzip"});
  }
  return a;
}

std::string world::permit_upload(std::size_t user, std::string md5, std::uint64_t bytes) {
  auto signature = secrets.signature();
  permits[signature] = {user, std::move(md5), bytes};
  permit_order.push_back(signature);
  if (permit_order.size() > max_permits) {
    permits.erase(permit_order.front());
    permit_order.pop_front();
  }
  return signature;
}

std::uint64_t world::next_message_id() {
  // Ids grow, with gaps.
  last_message += 7'000 + secrets.number() % 1'000;
  return first_message_id + last_message;
}

} // namespace weixin::simulator
