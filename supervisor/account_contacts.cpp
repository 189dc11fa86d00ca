// The account supervisor's dealings with friends and groups.
#include "supervisor/account_supervisor.hpp"

namespace weixin::supervisor {

void account_supervisor::operate(submit_operation what) {
  if (!context_->contact_operator || !context_->session)
    return what.reply(fail(errc::not_online, "the account has no session at the moment"));
  send(context_->contact_operator, std::move(what));
}

void account_supervisor::friend_requests(
    std::function<void(result<std::vector<friend_request_view>>)> reply) {
  service_->store->load_friend_requests(
      context_->name,
      inside([this, reply = std::move(reply)](result<std::vector<store::friend_request_record>> found) {
        if (!found) return reply(found.error());
        std::vector<friend_request_view> views;
        for (auto& r : *found) {
          bool is_present = context_->session && context_->session->user_name == r.session;
          auto known = is_present ? context_->contacts.find(r.user_name) : std::nullopt;
          if (known && known->kind == webwx::contact_kind::friend_) {
            // Accepted on the phone, or here and seen later.
            service_->store->remove_friend_request(context_->name, r.id, [](result<void>) {});
            continue;
          }
          views.push_back({std::move(r), is_present});
        }
        reply(std::move(views));
      }));
}

void account_supervisor::confirm_contact(const std::string& ref, const std::string& to, contact_reply reply) {
  auto seen = context_->contacts.confirm(ref, to);
  if (!seen) return reply(seen.error());
  save_contacts([seen, reply = std::move(reply)](const result<void>& stored) {
    if (!stored) return reply(stored.error());
    reply(seen);
  });
}

void account_supervisor::ignore_friend_request(std::string id, std::function<void(result<void>)> reply) {
  service_->store->remove_friend_request(context_->name, std::move(id), std::move(reply));
}

} // namespace weixin::supervisor
