// The account supervisor's part for media: the account's policy, and what somebody asks for.
#include "actors/media_source.hpp"
#include "supervisor/account_supervisor.hpp"

namespace weixin::supervisor {

namespace {

error not_allowed() { return fail(errc::media_not_allowed, "the account's media setting is \"none\""); }

} // namespace

void account_supervisor::want_media(std::string msg_id, store::media_part part, media_reply reply) {
  if (context_->media_policy == store::media_policy::none || !service_->make_media_writer)
    return reply(not_allowed());
  service_->store->find_message(
      context_->name, msg_id,
      inside([this, msg_id, part, reply](result<std::optional<store::stored_message>> message) {
        if (!message) return reply(message.error());
        if (!*message) return order_again(msg_id, part, reply);
        auto wanted = media_of_entry((*message)->raw, part, service_->clock->now());
        if (!wanted) return reply(wanted.error());
        if (!*wanted) return reply(fail(errc::media_not_found, "the message has nothing of that kind"));
        // Its UserName may be of an earlier session; the chat's reference outlives them.
        if (auto chat = context_->contacts.resolve((*message)->chat); chat && !(*wanted)->sender.empty())
          (*wanted)->sender = *chat;
        order_media(std::move(**wanted), reply);
      }));
}

/// The message is not kept any more; but what is known of its medium may still be.
void account_supervisor::order_again(std::string msg_id, store::media_part part, media_reply reply) {
  service_->store->find_media(context_->name, std::move(msg_id),
                              inside([this, part, reply](result<std::vector<store::media_record>> known) {
                                if (!known) return reply(known.error());
                                for (auto& record : *known) {
                                  if (record.part != part) continue;
                                  record.changed_at = service_->clock->now();
                                  return order_media(std::move(record), reply);
                                }
                                reply(fail(errc::message_not_found, "no message of that id is stored"));
                              }));
}

void account_supervisor::want_upload(std::string send_id, media_reply reply) {
  if (context_->media_policy == store::media_policy::none || !service_->make_media_writer)
    return reply(not_allowed());
  service_->store->find_send(
      context_->name, send_id, inside([this, send_id, reply](result<std::optional<store::send_record>> send) {
        if (!send) return reply(send.error());
        if (!*send) return reply(fail(errc::send_not_found));
        auto wanted = media_of_send(**send, service_->clock->now());
        if (!wanted) return reply(fail(errc::media_not_found));
        wanted->media_id = context_->upload_of(send_id);
        if (wanted->media_id.empty())
          return reply(fail(errc::target_lost, "the present session has not uploaded its file"));
        order_media(std::move(*wanted), reply);
      }));
}

void account_supervisor::order_media(store::media_record wanted, media_reply reply) {
  service_->store->want_media(context_->name, std::move(wanted),
                              inside([this, reply](result<store::media_record> record) {
                                if (record && context_->media) send(context_->media, media_wanted{});
                                reply(std::move(record));
                              }));
}

void account_supervisor::avatar(fetch_avatar wanted) {
  if (context_->media_policy == store::media_policy::none || !service_->make_media_writer)
    return wanted.reply(not_allowed());
  if (context_->media) return send(context_->media, std::move(wanted));
  if (!wanted.member.empty())
    return wanted.reply(fail(errc::not_online, "members of groups are known while the account is online"));
  service_->store->find_media(
      context_->name, wanted.ref,
      inside([reply = wanted.reply](result<std::vector<store::media_record>> known) {
        if (!known) return reply(known.error());
        for (auto& record : *known)
          if (record.state == store::media_state::available) return reply(std::move(record));
        reply(fail(errc::not_online, "the picture was never fetched, and the account is not online"));
      }));
}

} // namespace weixin::supervisor
