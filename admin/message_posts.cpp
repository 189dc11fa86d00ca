// What is to be sent, taken back, or marked as read.
#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/message_upload.hpp"
#include "admin/parameters.hpp"
#include "store/ids.hpp"

#include <charconv>

namespace weixin::admin {

namespace {

using httpd::request;
using store::send_kind;

constexpr std::size_t longest_msg_id = 20;

error wrong(std::string sentence) { return fail(errc::invalid_argument, std::move(sentence)); }

bool is_msg_id(std::string_view text) {
  return !text.empty() && text.size() <= longest_msg_id &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Gives the send to its account, and answers with what became of it. A file that nobody needs then is
/// removed.
void submit(const context_ptr& c, const std::string& account, send_request wanted, const reply& to) {
  auto recipient = wanted.to;
  auto file = spool_id_of(wanted.content);
  auto answered = [=](result<store::accepted_send> a) {
    if (c->spool && !file.empty() && (!a || a->repeated)) c->spool->remove(file);
    if (!a && a.error().code == errc::contact_ambiguous)
      return c->gate->pass([&] {
        c->fleet.candidates(account, recipient,
                            [to](const std::vector<contact_view>& found) { refuse_ambiguous(to, found); });
      });
    if (!a) return to.refuse(a.error());
    to.concerns(a->record.id);
    auto state = a->repeated ? a->record.state : store::send_state::queued;
    boost::json::object body{{"id", a->record.id}, {"state", to_string(state)}};
    // What waits for its turn is told so: no earlier than the first of the queue.
    c->gate->pass([&] {
      auto view = c->fleet.account(account);
      auto operation =
          kind_of(a->record.content) == send_kind::text ? paced_operation::text : paced_operation::media;
      if (!view || state != store::send_state::queued) return;
      if (const auto& next = view->pacing[static_cast<std::size_t>(operation)].next_at)
        body["not_before"] = to_rfc3339(*next);
    });
    auto answer = json_response(202, body);
    if (a->repeated) answer.headers.push_back({"Idempotency-Replayed", "true"});
    to.send(std::move(answer));
  };
  c->gate->pass([&] { c->fleet.send(account, std::move(wanted), std::move(answered)); });
}

/// Goes on with a file that the spool has, or not.
void submit_file(const context_ptr& c, const std::string& account, send_request wanted,
                 std::optional<send_kind> kind, const std::string& file_name,
                 result<store::spooled_file> file, const reply& to) {
  if (!file) return to.refuse(file.error());
  auto id = file->id;
  auto content = upload_of(kind, file_name, std::move(*file));
  auto refuse = [&](const error& e) {
    c->spool->remove(id);
    to.refuse(e);
  };
  if (!content) return refuse(content.error());
  if (auto most = limit_of(content->kind, c->upload_limits); content->bytes > most)
    return refuse(fail(errc::body_too_large, "a message of the kind " +
                                                 std::string{to_string(content->kind)} + " has at most " +
                                                 std::to_string(most) + " bytes"));
  wanted.content = std::move(*content);
  submit(c, account, std::move(wanted), to);
}

/// What headers and body say besides the content. Errors: invalid_argument.
result<send_request> read_common(const request& r, const boost::json::object& body, wall_time now) {
  send_request wanted;
  auto to = read_text(body, "to");
  if (!to) return to.error();
  auto key = read_idempotency_key(r.headers);
  if (!key) return key.error();
  auto expires_in = read_expires_in(body);
  if (!expires_in) return expires_in.error();
  auto on_unknown = read_on_unknown(body);
  if (!on_unknown) return on_unknown.error();
  wanted.to = std::move(*to);
  wanted.idempotency_key = std::move(*key);
  if (*expires_in) wanted.expires_at = now + **expires_in;
  wanted.if_unknown = *on_unknown;
  return wanted;
}

/// The one string that an object such as {"path": ...} holds under one of these names.
struct named_text {
  std::string name;
  std::string value;
};
result<named_text> read_single(const boost::json::object& body, std::string_view key,
                               std::initializer_list<std::string_view> names) {
  std::string expected;
  for (auto name : names)
    expected += (expected.empty() ? "" : " or ") + std::string{"{\""} + std::string{name} + "\": \"...\"}";
  auto refused = [&] { return wrong(std::string{key} + " must be " + expected); };
  const auto* value = body.if_contains(key);
  const auto* object = value != nullptr ? value->if_object() : nullptr;
  if (object == nullptr || object->size() != 1) return refused();
  const auto& only = *object->begin();
  const auto* text = only.value().if_string();
  for (auto name : names)
    if (text != nullptr && std::string_view{only.key()} == name)
      return named_text{std::string{name}, std::string{*text}};
  return refused();
}

void forward(const context_ptr& c, const std::string& account, send_request wanted, const std::string& msg_id,
             const reply& to) {
  if (!is_msg_id(msg_id)) return to.refuse(fail(errc::message_not_found));
  c->store->find_message(account, msg_id, [=](result<std::optional<store::stored_message>> found) {
    if (!found) return to.refuse(found.error());
    if (!*found) return to.refuse(fail(errc::message_not_found));
    auto request = wanted;
    request.content = store::forward_content{msg_id, std::move((*found)->raw), false};
    submit(c, account, std::move(request), to);
  });
}

void post_json(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"to", "text", "mentions", "image", "video", "file", "emoticon", "forward",
                                   "expires_in", "on_unknown"});
  if (!body) return to.refuse(body.error());
  auto wanted = read_common(r, *body, c->clock->now());
  if (!wanted) return to.refuse(wanted.error());
  const auto& account = r.params.at("name");
  std::string_view what = "text";
  int contents = 0;
  for (std::string_view key : {"text", "image", "video", "file", "emoticon", "forward"})
    if (body->contains(key)) {
      what = key;
      ++contents;
    }
  if (contents > 1)
    return to.refuse(wrong("a message is one of text, image, video, file, emoticon and forward"));
  if (what != "text" && body->contains("mentions")) return to.refuse(wrong("mentions belong to a text"));
  if (what == "text") {
    auto text = read_text(*body, "text");
    if (!text) return to.refuse(text.error());
    auto mentions = read_names(*body, "mentions");
    if (!mentions) return to.refuse(mentions.error());
    wanted->content = store::text_content{std::move(*text), mentions->value_or(std::vector<std::string>{})};
    return submit(c, account, std::move(*wanted), to);
  }
  if (what == "forward") {
    auto of = read_single(*body, what, {"msg_id"});
    if (!of) return to.refuse(of.error());
    if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
    return forward(c, account, std::move(*wanted), of->value, to);
  }
  auto kind = *store::parse_send_kind(what);
  auto source = kind == send_kind::emoticon ? read_single(*body, what, {"path", "md5"})
                                            : read_single(*body, what, {"path"});
  if (!source) return to.refuse(source.error());
  if (source->name == "md5") {
    wanted->content = store::sticker_content{std::move(source->value)};
    return submit(c, account, std::move(*wanted), to);
  }
  if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
  if (!c->spool) return to.refuse(fail(errc::io_failed, "this server keeps no files to send"));
  std::filesystem::path path{source->value};
  c->spool->copy(path, limit_of(kind, c->upload_limits),
                 [=, wanted = *wanted](result<store::spooled_file> file) {
                   submit_file(c, account, wanted, kind, path.filename().string(), std::move(file), to);
                 });
}

/// The form's fields as the JSON body would have them.
result<boost::json::object> object_of(const message_upload& form) {
  boost::json::object body{{"to", *form.field("to")}};
  if (auto policy = form.field("on_unknown")) body["on_unknown"] = *policy;
  if (auto text = form.field("expires_in")) {
    std::int64_t seconds = 0;
    auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (ec != std::errc{} || end != text->data() + text->size()) seconds = 0; // refused as out of range
    body["expires_in"] = seconds;
  }
  return body;
}

void post_form(const context_ptr& c, const request& r, const std::shared_ptr<message_upload>& form,
               const reply& to) {
  if (auto good = form->check(); !good) return to.refuse(good.error());
  auto body = object_of(*form);
  auto wanted = read_common(r, *body, c->clock->now());
  if (!wanted) return to.refuse(wanted.error());
  std::optional<send_kind> kind;
  if (auto name = form->field("kind")) {
    kind = store::parse_send_kind(*name);
    bool is_a_file = kind == send_kind::image || kind == send_kind::video || kind == send_kind::file ||
                     kind == send_kind::emoticon;
    if (!is_a_file) return to.refuse(wrong("kind must be image, video, file or emoticon"));
  }
  const auto& account = r.params.at("name");
  if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
  form->finish([=, wanted = *wanted](result<store::spooled_file> file) {
    submit_file(c, account, wanted, kind, form->file_name(), std::move(file), to);
  });
}

action_reply tell(const reply& to) {
  return [to](result<action_outcome> outcome) {
    if (!outcome) return to.refuse(outcome.error());
    to.send(json_response(200, to_json(*outcome)));
  };
}

bool has_no_body(const request& r, const reply& to) {
  auto body = read_object(r.body, {});
  if (!body) to.refuse(body.error());
  return body.has_value();
}

void tell_of_chat(const context_ptr& c, const request& r, const reply& to, bool only_opened) {
  if (!has_no_body(r, to)) return;
  const auto& contact = r.params.at("ref");
  if (store::is_id('c', contact)) to.concerns(contact);
  c->fleet.mark_read(r.params.at("name"), {contact, tell(to), only_opened});
}

} // namespace

void post_message(const context_ptr& c, const request& r, const reply& to) {
  if (auto form = std::dynamic_pointer_cast<message_upload>(r.receiver)) return post_form(c, r, form, to);
  post_json(c, r, to);
}

void recall(const context_ptr& c, const request& r, const reply& to) {
  if (!has_no_body(r, to)) return;
  const auto& id = r.params.at("id");
  if (!store::is_id('s', id) && !is_msg_id(id)) return to.refuse(fail(errc::send_not_found));
  to.concerns(id);
  c->fleet.recall(r.params.at("name"), id, tell(to));
}

void mark_read(const context_ptr& c, const request& r, const reply& to) { tell_of_chat(c, r, to, false); }

void mark_opened(const context_ptr& c, const request& r, const reply& to) { tell_of_chat(c, r, to, true); }

} // namespace weixin::admin
