#include "store/send_content.hpp"

#include "store/packing.hpp"

#include <array>
#include <limits>

namespace weixin::store {

namespace {

constexpr auto kind_names =
    std::to_array<std::string_view>({"text", "image", "video", "file", "emoticon", "location", "forward"});
static_assert(kind_names.size() == send_kind_count);

constexpr std::int64_t max_stored_mentions = 1'000;
constexpr std::int64_t max_number = std::numeric_limits<std::int64_t>::max();

// What an emoticon is made of.
constexpr std::int64_t by_md5 = 0;
constexpr std::int64_t by_upload = 1;

template <class... F>
struct cases : F... {
  using F::operator()...;
};

const std::string nothing;

std::optional<send_content> unpack_upload(send_kind kind, unpacker& packed) {
  upload_content c;
  c.kind = kind;
  c.spool_id = packed.text();
  c.file_name = packed.text();
  c.bytes = static_cast<std::uint64_t>(packed.number_to(max_number));
  c.md5 = packed.text();
  c.modified_ms = packed.number();
  if (!packed.whole()) return std::nullopt;
  return c;
}

} // namespace

std::string_view to_string(send_kind kind) noexcept {
  auto index = static_cast<std::size_t>(kind);
  return index < kind_names.size() ? kind_names[index] : kind_names[0];
}

std::optional<send_kind> parse_send_kind(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kind_names.size(); ++i)
    if (kind_names[i] == name) return static_cast<send_kind>(i);
  return std::nullopt;
}

send_kind kind_of(const send_content& content) noexcept {
  return std::visit(cases{[](const text_content&) { return send_kind::text; },
                          [](const upload_content& c) { return c.kind; },
                          [](const sticker_content&) { return send_kind::emoticon; },
                          [](const forward_content& c) {
                            return c.is_location ? send_kind::location : send_kind::forward;
                          }},
                    content);
}

const std::string& spool_id_of(const send_content& content) noexcept {
  const auto* upload = std::get_if<upload_content>(&content);
  return upload != nullptr ? upload->spool_id : nothing;
}

const std::string& text_of(const send_content& content) noexcept {
  const auto* text = std::get_if<text_content>(&content);
  return text != nullptr ? text->text : nothing;
}

std::string identity_of(const send_content& content) {
  if (const auto* upload = std::get_if<upload_content>(&content)) {
    auto c = *upload;
    c.spool_id.clear();
    c.modified_ms = 0;
    return pack(c);
  }
  // The message's number says which one it is, whatever was read of it.
  if (const auto* forward = std::get_if<forward_content>(&content)) return "forward " + forward->msg_id;
  return pack(content);
}

std::string pack(const send_content& content) {
  packer packed;
  std::visit(cases{[&](const text_content& c) {
                     packed.reserve(c.text.size() + 16);
                     packed.text(c.text).number(static_cast<std::int64_t>(c.mentions.size()));
                     for (const auto& m : c.mentions)
                       packed.text(m);
                   },
                   [&](const upload_content& c) {
                     if (c.kind == send_kind::emoticon) packed.number(by_upload);
                     packed.text(c.spool_id).text(c.file_name).number(static_cast<std::int64_t>(c.bytes));
                     packed.text(c.md5).number(c.modified_ms);
                   },
                   [&](const sticker_content& c) { packed.number(by_md5).text(c.md5); },
                   [&](const forward_content& c) { packed.text(c.msg_id).text(c.entry); }},
             content);
  return packed.bytes();
}

std::optional<send_content> unpack(send_kind kind, std::string_view bytes) {
  unpacker packed{bytes};
  switch (kind) {
  case send_kind::text: {
    text_content c;
    c.text = packed.text();
    auto mentions = packed.number_to(max_stored_mentions);
    for (std::int64_t i = 0; i < mentions; ++i)
      c.mentions.push_back(packed.text());
    if (!packed.whole()) return std::nullopt;
    return c;
  }
  case send_kind::image:
  case send_kind::video:
  case send_kind::file:
    return unpack_upload(kind, packed);
  case send_kind::emoticon: {
    if (packed.number_to(by_upload) == by_upload) return unpack_upload(kind, packed);
    sticker_content c{packed.text()};
    if (!packed.whole()) return std::nullopt;
    return c;
  }
  case send_kind::location:
  case send_kind::forward: {
    forward_content c;
    c.msg_id = packed.text();
    c.entry = packed.text();
    c.is_location = kind == send_kind::location;
    if (!packed.whole()) return std::nullopt;
    return c;
  }
  }
  return std::nullopt;
}

} // namespace weixin::store
