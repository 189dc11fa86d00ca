#include "actors/account_context.hpp"

#include "protocol/webwx/client_ids.hpp"
#include "runtime/log.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace weixin {

namespace {
constexpr std::size_t remembered_own_messages = 200;
constexpr std::size_t remembered_uploads = 100;
} // namespace

account_context::account_context(std::string account_name, std::shared_ptr<const services> s,
                                 std::shared_ptr<account_status> st, unsigned shard)
    : name(std::move(account_name)), service(std::move(s)), status(std::move(st)),
      metrics(service->metrics->account(name)), http(service->make_client(name, shard)),
      contacts(service->contact_ids, service->clock), pacing(service->pacing->get()),
      operations(std::make_shared<store::id_source>('o', service->entropy),
                 [this](const contact_operation& op) { operation_ended(op); }) {}

void account_context::operation_ended(const contact_operation& op) const {
  using outcome = metrics::contact_operation_outcome;
  auto nth = static_cast<std::size_t>(op.state) - static_cast<std::size_t>(operation_state::confirmed);
  service->metrics->contact_operation_ended(op.kind, static_cast<outcome>(nth));
  log_info("operation.ended", {{"account", name},
                               {"id", op.id},
                               {"operation", to_string(op.kind)},
                               {"state", to_string(op.state)},
                               {"errc", op.error},
                               {"ret", op.ret}});
  boost::json::object data{{"account", name},
                           {"at", to_rfc3339(op.updated_at)},
                           {"id", op.id},
                           {"operation", to_string(op.kind)},
                           {"state", to_string(op.state)}};
  if (!op.error.empty()) data["error"] = op.error;
  service->events->publish("operation", name, op.updated_at,
                           [text = boost::json::serialize(data)] { return text; });
}

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

void account_context::remember_upload(std::string send_id, std::string media_id) {
  uploads_.push_front({std::move(send_id), std::move(media_id), session_number});
  if (uploads_.size() > remembered_uploads) uploads_.pop_back();
}

std::string account_context::upload_of(std::string_view send_id) const {
  for (const auto& u : uploads_)
    if (u.send_id == send_id && u.session_number == session_number) return u.media_id;
  return {};
}

} // namespace weixin
