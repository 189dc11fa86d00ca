#include "actors/media_source.hpp"
#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/media_view.hpp"
#include "admin/parameters.hpp"
#include "store/ids.hpp"

namespace weixin::admin {

namespace {

using httpd::request;

/// The bytes of a file on their way to a caller.
class file_body final : public httpd::body_source {
public:
  explicit file_body(std::shared_ptr<store::media_reader> reader) : reader_(std::move(reader)) {}
  void read(std::size_t most, std::function<void(result<std::string>)> done) override {
    reader_->read(most, std::move(done));
  }

private:
  std::shared_ptr<store::media_reader> reader_;
};

void answer_content(const context_ptr& c, const store::media_record& record, const reply& to) {
  if (!c->open_media || !record.content) return to.refuse(fail(errc::file_missing));
  c->open_media(record.content->file, [to, record](result<std::shared_ptr<store::media_reader>> reader) {
    if (!reader)
      return to.refuse(reader.error().code == errc::file_missing ? fail(errc::file_missing) : reader.error());
    to.send_from(media_head(record), (*reader)->size(), std::make_shared<file_body>(*reader));
  });
}

void refuse_state(const store::media_record& record, const reply& to) {
  if (record.state == store::media_state::failed)
    return to.refuse(fail(errc::media_failed), "error", boost::json::string{record.error});
  to.refuse(fail(errc::media_not_ready), "state", boost::json::string{to_string(record.state)});
}

/// What the message has that nobody has a record of: nothing was wanted of it so far.
void answer_unfetched(const context_ptr& c, const std::string& account, const std::string& msg_id,
                      store::media_part part, const reply& to,
                      const std::function<void(const store::media_record&)>& found) {
  c->store->find_message(account, msg_id, [=](result<std::optional<store::stored_message>> message) {
    if (!message) return to.refuse(message.error());
    if (!*message) return to.refuse(fail(errc::message_not_found));
    auto record = media_of_entry((*message)->raw, part, (*message)->stored_at);
    if (!record) return to.refuse(record.error());
    if (!*record) return to.refuse(fail(errc::media_not_found));
    found(**record);
  });
}

boost::json::object unfetched_json(const store::media_record& record) {
  auto o = media_json({record});
  o["state"] = "not_fetched";
  return o;
}

/// The record of what Weixin has of a send's file; null when nobody wanted it so far.
void with_upload(const context_ptr& c, const request& r, const reply& to,
                 const std::function<void(const store::media_record*)>& go_on) {
  const auto& account = r.params.at("name");
  const auto& id = r.params.at("id");
  if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
  if (auto known = check_query(r.query, {}); !known) return to.refuse(known.error());
  if (!store::is_id('s', id)) return to.refuse(fail(errc::send_not_found));
  c->store->find_media(account, id, [to, go_on](result<std::vector<store::media_record>> parts) {
    if (!parts) return to.refuse(parts.error());
    go_on(parts->empty() ? nullptr : &parts->front());
  });
}

/// What a change of one medium answers.
media_reply tell_accepted(const reply& to) {
  return [to](result<store::media_record> record) {
    if (!record) return to.refuse(record.error());
    auto whole = *record;
    whole.part = store::media_part::whole; // the answer is about what was asked for
    auto o = media_json({whole});
    o.erase("thumbnail");
    to.send(json_response(202, o));
  };
}

} // namespace

void get_media(const context_ptr& c, const request& r, const reply& to) {
  const auto& account = r.params.at("name");
  if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
  if (auto known = check_query(r.query, {}); !known) return to.refuse(known.error());
  auto msg_id = read_msg_id(r.params.at("id"));
  if (!msg_id) return to.refuse(msg_id.error());
  c->store->find_media(account, *msg_id, [=, id = *msg_id](result<std::vector<store::media_record>> parts) {
    if (!parts) return to.refuse(parts.error());
    bool has_whole = !parts->empty() && parts->front().part == store::media_part::whole;
    if (has_whole) return to.send(json_response(200, media_json(*parts)));
    answer_unfetched(c, account, id, store::media_part::whole, to, [to, parts = *parts](const auto& whole) {
      auto o = unfetched_json(whole);
      if (!parts.empty()) o["thumbnail"] = media_json(parts)["thumbnail"];
      to.send(json_response(200, o));
    });
  });
}

void get_media_content(const context_ptr& c, const request& r, const reply& to) {
  const auto& account = r.params.at("name");
  if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
  if (auto known = check_query(r.query, {"thumbnail"}); !known) return to.refuse(known.error());
  auto part = read_part(r.query);
  if (!part) return to.refuse(part.error());
  auto msg_id = read_msg_id(r.params.at("id"));
  if (!msg_id) return to.refuse(msg_id.error());
  c->store->find_media(
      account, *msg_id, [=, wanted = *part, id = *msg_id](result<std::vector<store::media_record>> parts) {
        if (!parts) return to.refuse(parts.error());
        for (const auto& record : *parts) {
          if (record.part != wanted) continue;
          if (record.state != store::media_state::available) return refuse_state(record, to);
          return answer_content(c, record, to);
        }
        answer_unfetched(c, account, id, wanted, to, [to](const auto&) {
          to.refuse(fail(errc::media_not_ready), "state", boost::json::string{"not_fetched"});
        });
      });
}

void fetch_media(const context_ptr& c, const request& r, const reply& to) {
  if (auto known = check_query(r.query, {"thumbnail"}); !known) return to.refuse(known.error());
  auto part = read_part(r.query);
  if (!part) return to.refuse(part.error());
  auto msg_id = read_msg_id(r.params.at("id"));
  if (!msg_id) return to.refuse(msg_id.error());
  to.concerns(*msg_id);
  c->fleet.want_media(r.params.at("name"), *msg_id, *part, tell_accepted(to));
}

void get_upload(const context_ptr& c, const request& r, const reply& to) {
  with_upload(c, r, to, [c, to, account = r.params.at("name"), id = r.params.at("id")](const auto* record) {
    if (record != nullptr) return to.send(json_response(200, media_json({*record})));
    c->store->find_send(account, id,
                        [to, at = c->clock->now()](result<std::optional<store::send_record>> send) {
                          if (!send) return to.refuse(send.error());
                          if (!*send) return to.refuse(fail(errc::send_not_found));
                          auto wanted = media_of_send(**send, at);
                          if (!wanted) return to.refuse(fail(errc::media_not_found));
                          to.send(json_response(200, unfetched_json(*wanted)));
                        });
  });
}

void get_upload_content(const context_ptr& c, const request& r, const reply& to) {
  with_upload(c, r, to, [c, to](const auto* record) {
    if (record == nullptr)
      return to.refuse(fail(errc::media_not_ready), "state", boost::json::string{"not_fetched"});
    if (record->state != store::media_state::available) return refuse_state(*record, to);
    answer_content(c, *record, to);
  });
}

void fetch_upload(const context_ptr& c, const request& r, const reply& to) {
  if (auto known = check_query(r.query, {}); !known) return to.refuse(known.error());
  const auto& id = r.params.at("id");
  if (!store::is_id('s', id)) return to.refuse(fail(errc::send_not_found));
  to.concerns(id);
  c->fleet.want_upload(r.params.at("name"), id, tell_accepted(to));
}

void get_avatar(const context_ptr& c, const request& r, const reply& to) {
  if (auto known = check_query(r.query, {}); !known) return to.refuse(known.error());
  const auto& ref = r.params.at("ref");
  if (!store::is_id('c', ref)) return to.refuse(fail(errc::contact_not_found));
  c->fleet.avatar(r.params.at("name"), ref, "", [c, to](result<store::media_record> record) {
    if (!record) return to.refuse(record.error());
    answer_content(c, *record, to);
  });
}

void get_member_avatar(const context_ptr& c, const request& r, const reply& to) {
  if (auto known = check_query(r.query, {}); !known) return to.refuse(known.error());
  c->fleet.avatar(r.params.at("name"), r.params.at("group"), r.params.at("member"),
                  [c, to](result<store::media_record> record) {
                    if (!record) return to.refuse(record.error());
                    answer_content(c, *record, to);
                  });
}

} // namespace weixin::admin
