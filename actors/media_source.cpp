#include "actors/media_source.hpp"

#include "protocol/webwx/file_name.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/media.hpp"
#include "store/ids.hpp"

#include <algorithm>
#include <variant>

namespace weixin {

namespace {

using store::media_kind;
using store::media_part;
using store::media_policy;
using store::media_record;
namespace content = webwx::content;

std::uint64_t positive(std::int64_t number) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
}

/// The whole of what a kind has to be fetched.
struct finder {
  const webwx::message& m;
  media_record& out;

  bool of(media_kind kind, std::int64_t bytes) {
    out.kind = kind;
    out.announced_bytes = positive(bytes);
    return true;
  }
  bool operator()(const content::image& c) { return of(media_kind::image, c.bytes); }
  bool operator()(const content::voice& c) { return of(media_kind::voice, c.bytes); }
  bool operator()(const content::video& c) { return of(media_kind::video, c.bytes); }
  // A sticker of the shop is for phones only.
  bool operator()(const content::emoticon& c) { return !c.is_from_shop && of(media_kind::emoticon, c.bytes); }
  bool operator()(const content::location& c) { return !c.is_live && of(media_kind::map, 0); }
  bool operator()(const content::file& c) {
    if (c.media_id.empty()) return false;
    out.name = webwx::clean_file_name(c.name);
    out.sender = m.from;
    out.media_id = c.media_id;
    out.encrypted_name = c.encrypted_name;
    return of(media_kind::file, c.bytes);
  }
  template <class Other>
  bool operator()(const Other&) {
    return false;
  }
};

bool is_of_a_send(const media_record& record) noexcept { return store::is_id('s', record.owner); }

bool has_thumbnail(media_kind kind) noexcept {
  return kind == media_kind::image || kind == media_kind::video;
}

} // namespace

std::optional<media_record> media_of(const webwx::message& m, media_part part,
                                     std::chrono::system_clock::time_point at) {
  media_record record;
  record.owner = m.msg_id;
  record.part = part;
  record.changed_at = at;
  if (!std::visit(finder{m, record}, m.content)) return std::nullopt;
  if (part == media_part::thumbnail) {
    if (!has_thumbnail(record.kind)) return std::nullopt;
    record.announced_bytes = 0;
  }
  return record;
}

result<std::optional<media_record>> media_of_entry(std::string_view entry, media_part part,
                                                   std::chrono::system_clock::time_point at) {
  auto parsed = webwx::parse_json(entry, "inbox");
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr) return fail(errc::store_corrupt, "a stored entry is no JSON object");
  // Who "I" am decides about the chat alone, which is of no account here.
  auto message = webwx::read_message(*object, {});
  if (!message) return fail(errc::store_corrupt, "a stored entry is no message");
  return media_of(*message, part, at);
}

std::optional<media_record> media_of_send(const store::send_record& r,
                                          std::chrono::system_clock::time_point at) {
  const auto* file = std::get_if<store::upload_content>(&r.content);
  if (file == nullptr) return std::nullopt;
  media_record record;
  record.owner = r.id;
  record.kind = file->kind == store::send_kind::image      ? media_kind::image
                : file->kind == store::send_kind::video    ? media_kind::video
                : file->kind == store::send_kind::emoticon ? media_kind::emoticon
                                                           : media_kind::file;
  record.changed_at = at;
  record.name = webwx::clean_file_name(file->file_name);
  return record;
}

bool is_fetched_unasked(media_policy policy, media_kind kind, media_part part) noexcept {
  switch (policy) {
  case media_policy::none:
  case media_policy::on_demand:
    return false;
  case media_policy::images_and_voices:
    if (part == media_part::thumbnail) return kind == media_kind::video;
    return kind == media_kind::image || kind == media_kind::emoticon || kind == media_kind::voice;
  case media_policy::all:
    // The small form of a picture that is there as a whole is for those who ask.
    return part == media_part::whole || kind == media_kind::video;
  }
  return false;
}

std::vector<media_record> media_to_fetch(const webwx::message& m, media_policy policy,
                                         std::chrono::system_clock::time_point at) {
  std::vector<media_record> records;
  if (m.is_own) return records;
  for (auto part : {media_part::whole, media_part::thumbnail})
    if (auto record = media_of(m, part, at); record && is_fetched_unasked(policy, record->kind, part))
      records.push_back(std::move(*record));
  return records;
}

webwx::endpoint endpoint_of(const media_record& record) noexcept {
  if (is_of_a_send(record)) return webwx::endpoint::webwxpreview;
  if (record.part == media_part::thumbnail) return webwx::endpoint::webwxgetmsgimg;
  switch (record.kind) {
  case media_kind::image:
  case media_kind::emoticon:
    return webwx::endpoint::webwxgetmsgimg;
  case media_kind::voice:
    return webwx::endpoint::webwxgetvoice;
  case media_kind::video:
    return webwx::endpoint::webwxgetvideo;
  case media_kind::file:
    return webwx::endpoint::webwxgetmedia;
  case media_kind::map:
    return webwx::endpoint::webwxgetpubliclinkimg;
  case media_kind::avatar:
    return webwx::endpoint::webwxgeticon;
  }
  return webwx::endpoint::webwxgetmsgimg;
}

result<http_request> request_for(const media_record& record, const webwx::session& session,
                                 std::uint64_t offset) {
  if (is_of_a_send(record)) return webwx::make_preview(session, record.media_id);
  if (record.part == media_part::thumbnail)
    return webwx::make_get_msg_img(session, record.owner, webwx::image_size::slave);
  switch (record.kind) {
  case media_kind::image:
    return webwx::make_get_msg_img(session, record.owner, webwx::image_size::original);
  case media_kind::emoticon:
    return webwx::make_get_msg_img(session, record.owner, webwx::image_size::big);
  case media_kind::voice:
    return webwx::make_get_voice(session, record.owner, offset);
  case media_kind::video:
    return webwx::make_get_video(session, record.owner, offset);
  case media_kind::file:
    return webwx::make_get_media(session, {record.sender.empty() ? session.user_name : record.sender,
                                           record.media_id, record.encrypted_name});
  case media_kind::map:
    return webwx::make_get_public_link_img(session, record.owner);
  case media_kind::avatar:
    break;
  }
  return fail(errc::invalid_argument, "an avatar is no message's");
}

} // namespace weixin
