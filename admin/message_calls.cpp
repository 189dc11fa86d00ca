#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"
#include "protocol/webwx/contacts.hpp"
#include "store/ids.hpp"

#include <boost/json/array.hpp>

#include <functional>

namespace weixin::admin {

namespace {

using httpd::request;

/// The body of a page of messages stops growing here; `next` goes on where it ended.
constexpr std::size_t largest_page_bytes = std::size_t{4} * 1024 * 1024;

boost::json::array to_array(const std::vector<contact_view>& contacts) {
  boost::json::array list;
  for (const auto& contact : contacts)
    list.push_back(to_json(contact));
  return list;
}

using take_reference = std::function<void(const std::string& ref)>;

/// Goes on with the one contact, or answers that there is none or that there are several.
void take_one(const std::vector<contact_view>& found, const reply& to, const take_reference& go_on) {
  if (found.empty()) return to.refuse(fail(errc::contact_not_found));
  if (found.size() == 1) return go_on(found.front().ref);
  refuse_ambiguous(to, found);
}

/// Who of the stored contacts has this reference or name: of an account without a session, or of earlier
/// ones.
std::vector<contact_view> stored_candidates(const std::vector<store::contact_record>& records,
                                            const std::string& with) {
  std::vector<contact_view> found;
  auto collect = [&](auto member) {
    for (const auto& r : records)
      if (r.*member == with) found.push_back(to_view(r));
    return !found.empty();
  };
  // As in the address book: a remark is the operator's own word, and wins over the names people give
  // themselves.
  if (!collect(&store::contact_record::ref) && !collect(&store::contact_record::remark))
    collect(&store::contact_record::nick);
  return found;
}

/// Finds out whose messages are meant: a reference at once, a name by the present session's contacts, else by
/// the stored ones.
void resolve(const context_ptr& c, const std::string& account, const std::string& with, const reply& to,
             take_reference go_on) {
  bool is_fixed = webwx::classify_contact(with, {}, 0, 0) == webwx::contact_kind::special;
  if (with.empty() || is_fixed || store::is_id('c', with)) return go_on(with);
  c->fleet.candidates(account, with, [=](const std::vector<contact_view>& found) {
    if (!found.empty()) return take_one(found, to, go_on);
    c->store->load_contacts(account, [=](result<std::vector<store::contact_record>> records) {
      if (!records) return to.refuse(records.error());
      take_one(stored_candidates(*records, with), to, go_on);
    });
  });
}

/// A page without messages, whose `next` is where the inbox ends now: for a reader that wants what comes.
void answer_end(const context_ptr& c, const std::string& account, const reply& to) {
  c->store->inbox_positions_of(account, [to](result<store::inbox_positions> found) {
    if (!found) return to.refuse(found.error());
    to.send(json_response(200, {{"messages", boost::json::array{}}, {"next", found->end}}));
  });
}

} // namespace

void refuse_ambiguous(const reply& to, const std::vector<contact_view>& candidates) {
  to.refuse(fail(errc::contact_ambiguous), "candidates", to_array(candidates));
}

void get_contacts(const context_ptr& c, const request& r, const reply& to) {
  auto value = [&](std::string_view name) {
    auto found = r.query.find(name);
    return found == r.query.end() ? std::string{} : found->second;
  };
  c->fleet.contacts(r.params.at("name"), value("query"), value("kind"),
                    [to](result<std::vector<contact_view>> contacts) {
                      if (!contacts) return to.refuse(contacts.error());
                      to.send(json_response(200, {{"contacts", to_array(*contacts)}}));
                    });
}

void get_messages(const context_ptr& c, const request& r, const reply& to) {
  const auto& account = r.params.at("name");
  if (!c->fleet.account(account)) return to.refuse(fail(errc::account_not_found));
  if (auto known = check_query(r.query, {"after", "limit", "newest", "with"}); !known)
    return to.refuse(known.error());
  if (auto place = r.query.find("after"); place != r.query.end() && place->second == "end")
    return answer_end(c, account, to);
  auto after = read_position(r.query);
  if (!after) return to.refuse(after.error());
  auto limit = read_limit(r.query);
  if (!limit) return to.refuse(limit.error());
  auto newest = read_newest(r.query, {"after", "with"});
  if (!newest) return to.refuse(newest.error());
  auto with = read_with(r.query);
  if (!with) return to.refuse(with.error());
  store::inbox_query query;
  query.account = account;
  query.after = after->value_or(0);
  query.limit = *limit;
  query.newest = *newest;
  resolve(c, account, *with, to, [c, to, query](const std::string& ref) {
    auto of_one = query;
    of_one.with = ref;
    c->store->read_inbox(of_one, [to, limit = query.limit](result<std::vector<store::stored_message>> found) {
      if (!found) return to.refuse(found.error());
      httpd::response answer;
      answer.body = messages_page(*found, limit, largest_page_bytes);
      to.send(std::move(answer));
    });
  });
}

} // namespace weixin::admin
