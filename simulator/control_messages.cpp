#include "simulator/control_routes.hpp"

#include "simulator/message_kinds.hpp"
#include "simulator/picture.hpp"

#include <boost/json/array.hpp>

#include <charconv>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

std::string media_content(field_reader& f) {
  auto text = f.text("media_base64");
  auto bytes = from_base64(text);
  if (!bytes) f.refuse("media_base64 must be base64");
  return bytes.value_or(std::string{});
}

kind_details read_details(field_reader& f) {
  kind_details d;
  d.kind = f.text("kind");
  d.title = f.text("title");
  d.url = f.text("url");
  d.content = media_content(f);
  d.bytes = static_cast<std::size_t>(f.integer("bytes", 0, 0, static_cast<std::int64_t>(max_media_bytes)));
  d.seconds = static_cast<int>(f.integer("seconds", 0, 0, 3'600));
  d.code = static_cast<int>(f.integer("code", 0, 0, 1'000'000));
  d.about = f.text("about");
  d.original = f.text("original");
  return d;
}

httpd::response inject_messages(const control_call& c) {
  auto& f = c.fields;
  injection what;
  what.user = static_cast<std::size_t>(f.integer("user", 0, 1, any_number));
  if (!f.has("user")) f.refuse("user is needed");
  what.conversation = f.text("from", f.text("group"));
  what.speaker = f.text("member");
  what.from_self = f.flag("from_self", false);
  what.type = static_cast<int>(f.integer("type", 1, 0, 100'000));
  what.text = f.text("text");
  what.text_is_wire = f.flag("text_is_wire", false);
  what.raw = f.object("raw");
  what.picture_bytes = static_cast<std::size_t>(f.integer("picture_bytes", 0, 0, 64 * 1024 * 1024));
  what.accounted = f.flag("accounted", true);
  what.details = read_details(f);
  auto count = f.integer("count", 1, 1, 10'000);
  if (auto v = f.verdict(); !v) return refused(v.error());
  json::array messages;
  for (std::int64_t i = 0; i < count; ++i) {
    auto one = c.service.inject(what, c.now);
    if (!one) return refused(one.error());
    messages.push_back(json::object{{"msg_id", std::to_string(one->msg_id)},
                                    {"number", one->ledger_number},
                                    {"conversation", one->conversation},
                                    {"text", one->text}});
  }
  return ok({{"messages", std::move(messages)}}, 201);
}

httpd::response list_kinds(const control_call&) {
  json::array kinds;
  for (auto name : message_kinds())
    kinds.push_back(json::value(name));
  return ok({{"kinds", std::move(kinds)}});
}

/// The media of a message that was put in or sent, as it is.
httpd::response show_media(const control_call& c) {
  const auto& text = c.request.params.at("msg_id");
  std::uint64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  const auto* item = c.service.state().media.of_message(id);
  if (item == nullptr || item->kind == media_kind::app) return not_found();
  httpd::response r;
  r.content_type = "application/octet-stream";
  r.body = content_of(*item);
  return r;
}

constexpr control_route routes[] = {
    {"POST", "/v1/messages", inject_messages},
    {"GET", "/v1/messages/kinds", list_kinds},
    {"GET", "/v1/messages/{msg_id}/media", show_media},
};

} // namespace

std::span<const control_route> message_routes() { return routes; }

} // namespace weixin::simulator
