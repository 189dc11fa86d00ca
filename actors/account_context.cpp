#include "actors/account_context.hpp"

#include "protocol/webwx/client_ids.hpp"

#include <algorithm>

namespace weixin {

namespace {
constexpr std::size_t remembered_own_messages = 200;
}

account_context::account_context(std::string account_name, std::shared_ptr<const services> s,
                                 std::shared_ptr<account_status> st, unsigned shard)
    : name(std::move(account_name)), service(std::move(s)), status(std::move(st)),
      metrics(service->metrics->account(name)), http(service->make_client(name, shard)),
      contacts(service->contact_ids, service->clock), pacing(service->pacing) {}

std::string account_context::next_client_msg_id() {
  last_client_msg_id_ =
      webwx::next_client_msg_id(to_milliseconds(service->clock->now()), last_client_msg_id_);
  return last_client_msg_id_;
}

void account_context::remember_own(std::string msg_id) {
  own_msg_ids_.push_back(std::move(msg_id));
  if (own_msg_ids_.size() > remembered_own_messages) own_msg_ids_.pop_front();
}

bool account_context::is_own(const std::string& msg_id) const {
  return std::find(own_msg_ids_.begin(), own_msg_ids_.end(), msg_id) != own_msg_ids_.end();
}

} // namespace weixin
