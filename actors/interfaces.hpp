#pragma once

// Every conversation between actors, on one page.

#include "actors/contact_operation.hpp"
#include "actors/messages.hpp"
#include "runtime/actor.hpp"

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::qr_issued)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::qr_scanned)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::login_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::child_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::polled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::send_hit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::send_heard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::try_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::poll_distance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::send_gate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::submit_send)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::command_send)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::recall_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::mark_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::media_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::fetch_avatar)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::submit_operation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::inbox_grew)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::inbox_may_have_grown)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::set_bots)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::router_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::messages_handled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::inbound_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::bots_configured)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::timer)

namespace weixin {

using runtime::continuation;
using runtime::heartbeat;
using runtime::heartbeat_ack;

/// The ACCOUNT SUPERVISOR, as its children see it.
using account_actor = caf::typed_actor<
    // The LOGIN reports its progress.
    caf::reacts_to<qr_issued>, caf::reacts_to<qr_scanned>, caf::reacts_to<login_done>,
    // The SYNC POLLER tells that the account is alive.
    caf::reacts_to<polled>,
    // Any child met something that the restart policy decides.
    caf::reacts_to<child_failed>, caf::reacts_to<send_hit>,
    // The SENDER tells whether Weixin answers.
    caf::reacts_to<send_heard>,
    // A child answers a heartbeat.
    caf::reacts_to<heartbeat_ack>,
    // Its own clock, and work from the fleet.
    caf::reacts_to<timer>, caf::reacts_to<continuation>>;

/// The LOGIN: from jslogin to the loaded contacts, once. Ends itself after login_done.
using login_actor = caf::typed_actor<caf::reacts_to<try_again>, caf::reacts_to<heartbeat>,
                                     caf::reacts_to<timer>, caf::reacts_to<continuation>>;

/// The SYNC POLLER: synccheck and webwxsync; owns the sync keys.
using sync_poller_actor =
    caf::typed_actor<caf::reacts_to<try_again>, caf::reacts_to<poll_distance>, caf::reacts_to<heartbeat>,
                     caf::reacts_to<timer>, caf::reacts_to<continuation>>;

/// The SENDER: accepts sends, stores them, sends them one at a time at a decent pace; takes messages back.
using sender_actor =
    caf::typed_actor<caf::reacts_to<submit_send>, caf::reacts_to<command_send>,
                     caf::reacts_to<recall_message>, caf::reacts_to<mark_read>, caf::reacts_to<send_gate>,
                     caf::reacts_to<heartbeat>, caf::reacts_to<timer>, caf::reacts_to<continuation>>;

/// The CONTACT OPERATOR: what an operator wants done with friends and groups.
using contact_operator_actor = caf::typed_actor<caf::reacts_to<submit_operation>, caf::reacts_to<heartbeat>,
                                                caf::reacts_to<timer>, caf::reacts_to<continuation>>;

/// The MEDIA FETCHER: media to files.
using media_fetcher_actor =
    caf::typed_actor<caf::reacts_to<media_wanted>, caf::reacts_to<fetch_avatar>, caf::reacts_to<heartbeat>,
                     caf::reacts_to<timer>, caf::reacts_to<continuation>>;

/// The INBOX READER: hands the stored messages of one account to its bots, each at its own position.
using inbox_reader_actor = caf::typed_actor<
    // The SYNC POLLER tells of what is new.
    caf::reacts_to<inbox_grew>, caf::reacts_to<inbox_may_have_grown>,
    // The account supervisor tells of other bots and another router.
    caf::reacts_to<set_bots>, caf::reacts_to<router_changed>,
    // A BOT HOST is done with messages.
    caf::reacts_to<messages_handled>, caf::reacts_to<heartbeat>, caf::reacts_to<timer>,
    caf::reacts_to<continuation>>;

/// A BOT HOST: one bot on one shard.
using bot_actor = caf::typed_actor<
    // Answers what it wants to answer through the sender that is given, and tells the inbox reader what it is
    // done with.
    caf::reacts_to<inbound_batch, sender_actor, inbox_reader_actor>, caf::reacts_to<continuation>>;

/// The ROUTER of one shard: hands each message to the bots of its account.
using router_actor = caf::typed_actor<caf::reacts_to<inbound_batch, sender_actor, inbox_reader_actor>,
                                      // The fleet supervisor tells of a new configuration.
                                      caf::reacts_to<bots_configured>, caf::reacts_to<continuation>>;

} // namespace weixin
