#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/endpoint.hpp"
#include "protocol/webwx/message.hpp"
#include "protocol/webwx/session.hpp"
#include "store/media_records.hpp"
#include "store/records.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace weixin {

/// What a message has to be fetched, as a record that waits; nothing when it has no such medium. Names and
/// sizes are the sender's word: the name is made harmless, and is data all the same.
std::optional<store::media_record> media_of(const webwx::message& m, store::media_part part,
                                            std::chrono::system_clock::time_point at);

/// The same for an entry of AddMsgList as it was stored. Error: store_corrupt when it cannot be read.
result<std::optional<store::media_record>> media_of_entry(std::string_view entry, store::media_part part,
                                                          std::chrono::system_clock::time_point at);

/// What Weixin has of the file of a send (weixin-protocol.md 8, webwxpreview), as a record that waits; its
/// MediaId is to be put in. Nothing when the send is none of a file.
std::optional<store::media_record> media_of_send(const store::send_record& r,
                                                 std::chrono::system_clock::time_point at);

/// Whether a policy has this fetched without being asked (of messages that others sent).
bool is_fetched_unasked(store::media_policy policy, store::media_kind kind, store::media_part part) noexcept;

/// Everything of the message that its policy has fetched. Of a video the thumbnail counts as a picture.
std::vector<store::media_record> media_to_fetch(const webwx::message& m, store::media_policy policy,
                                                std::chrono::system_clock::time_point at);

/// Where a medium comes from, and how (weixin-protocol.md 8).
webwx::endpoint endpoint_of(const store::media_record& record) noexcept;
/// The call for the bytes from `offset` on; not for avatars. Errors: not_online, invalid_argument.
result<http_request> request_for(const store::media_record& record, const webwx::session& session,
                                 std::uint64_t offset);

} // namespace weixin
