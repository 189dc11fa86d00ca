#include "actors/address_book.hpp"

#include "protocol/webwx/search_contact.hpp"
#include "store/base32.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace weixin {

std::string known_contact::display() const {
  if (!remark.empty()) return std::string{remark};
  if (!nick.empty()) return std::string{nick};
  webwx::contact nameless;
  nameless.kind = kind;
  nameless.members = members;
  return webwx::display_name(nameless);
}

address_book::names::names(std::string_view remark, std::string_view nick, std::string_view alias,
                           std::string_view pinyin)
    : remark_size_(static_cast<std::uint32_t>(remark.size())),
      nick_size_(static_cast<std::uint32_t>(nick.size())),
      alias_size_(static_cast<std::uint32_t>(alias.size())) {
  all_.reserve(remark.size() + nick.size() + alias.size() + pinyin.size());
  all_.append(remark).append(nick).append(alias).append(pinyin);
}

address_book::address_book(std::shared_ptr<store::id_source> ids, std::shared_ptr<const wall_clock> clock)
    : ids_(std::move(ids)), clock_(std::move(clock)) {
  begin_session({}, {});
}

// -- references
// ---------------------------------------------------------------------------------------------------

address_book::ref_id address_book::parse_ref(std::string_view ref) noexcept {
  ref_id id;
  if (!store::is_id('c', ref)) return id;
  for (char c : ref.substr(2)) {
    id.high = (id.high << 5) | (id.low >> 59);
    id.low = (id.low << 5) | store::base32::value_of(c);
  }
  return id;
}

std::string address_book::format_ref(ref_id id) {
  std::string text(2 + 26, '-');
  text[0] = 'c';
  for (auto at = text.size(); at-- > 2;) {
    text[at] = store::base32::digits[id.low & 31];
    id.low = (id.low >> 5) | (id.high << 59);
    id.high >>= 5;
  }
  return text;
}

std::string address_book::ref(const entries::value_type& e) const {
  return e.second.ref.is_none() ? e.first : format_ref(e.second.ref);
}

void address_book::set_ref(entries::value_type& e, ref_id ref) {
  e.second.ref = ref;
  by_ref_.insert(&e);
  mark_changed(e);
}

// -- sessions and records
// -----------------------------------------------------------------------------------------

void address_book::begin_session(std::string self_user_name, std::vector<store::contact_record> known) {
  // What nobody has stored yet is known all the same.
  auto unsaved = take_changed();
  std::unordered_set<std::string_view> newer;
  for (const auto& r : unsaved)
    newer.insert(r.ref);
  std::erase_if(known, [&](const auto& k) { return newer.contains(k.ref); });
  known.insert(known.end(), unsaved.begin(), unsaved.end());
  changed_and_gone_ = std::move(unsaved);
  self_ = std::move(self_user_name);
  dropped_ = 0;
  by_ref_.clear();
  contacts_.clear();
  orphans_.clear();
  webwx::contact helper;
  helper.user_name = "filehelper";
  helper.nick_name = "filehelper";
  helper.kind = webwx::contact_kind::special;
  put(std::move(helper));
  adopt(std::move(known));
}

void address_book::adopt(std::vector<store::contact_record> known) {
  std::unordered_map<std::string, std::size_t> times;
  auto is_of_this_session = [&](const store::contact_record& r) {
    return !self_.empty() && r.session == self_ && !r.user_name.empty();
  };
  for (const auto& r : known)
    if (is_of_this_session(r)) ++times[r.user_name];
  for (auto& r : known) {
    auto id = parse_ref(r.ref);
    if (id.is_none()) continue;
    bool is_ours = is_of_this_session(r) && times[r.user_name] == 1;
    if (is_ours && contacts_.size() < max_contacts) {
      auto& e = *contacts_.try_emplace(std::move(r.user_name)).first;
      e.second.kind = r.kind;
      e.second.called = {r.remark, r.nick, r.alias};
      e.second.ref = id;
      by_ref_.insert(&e);
      continue;
    }
    if (!is_ours) r.user_name.clear();
    orphan o{{r.remark, r.nick, r.alias}, std::move(r.user_name), id, r.kind, false};
    // Without any of these nobody can ever be recognised as this contact.
    if (!o.user_name.empty() || !o.called.empty()) orphans_.push_back(std::move(o));
  }
  orphans_.shrink_to_fit();
}

void address_book::mark_changed(entries::value_type& e) {
  if (e.second.changed || e.second.ref.is_none()) return;
  e.second.changed = true;
  changed_.push_back(&e);
}

store::contact_record address_book::record_of(const entries::value_type& e) const {
  const auto& [user_name, c] = e;
  return {format_ref(c.ref),
          self_,
          user_name,
          c.kind,
          std::string{c.called.alias()},
          std::string{c.called.remark()},
          std::string{c.called.nick()},
          clock_->now()};
}

std::vector<store::contact_record> address_book::take_changed() {
  auto records = std::move(changed_and_gone_);
  changed_and_gone_.clear();
  records.reserve(records.size() + changed_.size());
  for (auto* e : changed_) {
    e->second.changed = false;
    records.push_back(record_of(*e));
  }
  std::vector<entries::value_type*>{}.swap(changed_); // after a login it was as long as the book
  return records;
}

// -- contacts
// -----------------------------------------------------------------------------------------------------

address_book::entries::value_type* address_book::take_in(webwx::contact contact) {
  if (contact.user_name.empty()) return nullptr;
  if (contact.user_name == self_) contact.kind = webwx::contact_kind::self;
  auto found = contacts_.find(contact.user_name);
  bool is_new = found == contacts_.end();
  if (is_new && contacts_.size() >= max_contacts) {
    ++dropped_;
    return nullptr;
  }
  if (is_new) found = contacts_.try_emplace(contact.user_name).first;
  auto& known = found->second;
  names called{contact.remark_name, contact.nick_name, contact.alias, contact.pinyin};
  bool is_other = contact.kind != known.kind || !(called == known.called);
  known.kind = contact.kind;
  known.flags = contact.flags;
  known.called = std::move(called);
  // A group's short form must not wipe out what an earlier answer brought.
  if (!contact.members.empty() || !contact.owner_user_name.empty() || !contact.encry_chat_room_id.empty()) {
    if (!known.group) known.group = std::make_unique<group_part>();
    auto keep = [](auto& into, auto&& from) {
      if (!from.empty()) into = std::move(from);
    };
    contact.members.shrink_to_fit();
    keep(known.group->members, std::move(contact.members));
    keep(known.group->owner, std::move(contact.owner_user_name));
    keep(known.group->encry_chat_room_id, std::move(contact.encry_chat_room_id));
  }
  if (is_other) mark_changed(*found);
  bool needs_ref = found->second.ref.is_none() && !has_fixed_name(found->first);
  return needs_ref ? &*found : nullptr;
}

void address_book::put(webwx::contact contact) {
  if (auto* newcomer = take_in(std::move(contact))) give_refs({newcomer});
}

void address_book::put_all(std::vector<webwx::contact> contacts) {
  std::vector<entries::value_type*> newcomers;
  for (auto& c : contacts)
    if (auto* newcomer = take_in(std::move(c))) newcomers.push_back(newcomer);
  give_refs(newcomers);
}

void address_book::remove(std::string_view user_name) {
  auto found = contacts_.find(std::string{user_name});
  if (found == contacts_.end()) return;
  auto& e = found->second;
  if (!e.ref.is_none()) {
    if (e.changed) {
      std::erase(changed_, &*found);
      changed_and_gone_.push_back(record_of(*found));
    }
    by_ref_.erase(&*found);
    orphans_.push_back({std::move(e.called), found->first, e.ref, e.kind, false});
  }
  contacts_.erase(found);
}

std::string address_book::ref_of(std::string_view user_name) {
  auto found = contacts_.find(std::string{user_name});
  if (found == contacts_.end()) {
    webwx::contact nobody;
    nobody.user_name = user_name;
    nobody.kind = webwx::classify_contact(user_name, self_, 0, 0);
    put(std::move(nobody));
    found = contacts_.find(std::string{user_name});
  }
  if (found != contacts_.end()) return ref(*found);
  return has_fixed_name(user_name) ? std::string{user_name} : ids_->next(clock_->now());
}

// -- recognising
// --------------------------------------------------------------------------------------------------

void address_book::give_refs(const std::vector<entries::value_type*>& newcomers) {
  if (!orphans_.empty() && !newcomers.empty()) {
    claim_own(newcomers);
    claim(newcomers, likeness::alias);
    claim(newcomers, likeness::names);
    std::erase_if(orphans_, [](const orphan& o) { return o.claimed; });
  }
  // The same contact may be among the newcomers more than once.
  for (auto* e : newcomers)
    if (e->second.ref.is_none()) set_ref(*e, parse_ref(ids_->next(clock_->now())));
}

/// Who was removed in this session and is back.
void address_book::claim_own(const std::vector<entries::value_type*>& newcomers) {
  std::unordered_map<std::string_view, entries::value_type*> wanted;
  for (auto* e : newcomers)
    wanted.emplace(e->first, e);
  for (auto& o : orphans_) {
    if (o.user_name.empty()) continue;
    auto found = wanted.find(o.user_name);
    if (found == wanted.end() || !found->second->second.ref.is_none()) continue;
    o.claimed = true;
    set_ref(*found->second, o.ref);
  }
}

/// What is compared; empty when there is nothing to recognise by.
void address_book::write_key(std::string& key, likeness by, webwx::contact_kind kind, const names& called) {
  key.clear();
  bool nothing =
      by == likeness::alias ? called.alias().empty() : called.remark().empty() && called.nick().empty();
  if (nothing) return;
  key.push_back(static_cast<char>(kind));
  if (by == likeness::alias) {
    key.append(called.alias());
    return;
  }
  key.append(std::to_string(called.remark().size())).append(1, ' ');
  key.append(called.remark()).append(called.nick());
}

void address_book::claim(const std::vector<entries::value_type*>& newcomers, likeness by) {
  struct fitting {
    std::size_t contacts = 0;
    std::size_t records = 0;
    entries::value_type* newcomer = nullptr;
    orphan* record = nullptr;
  };
  std::unordered_map<std::string, fitting> found;
  std::string key;
  auto key_of = [&](const entries::value_type& e) { write_key(key, by, e.second.kind, e.second.called); };
  for (auto* e : newcomers) {
    if (!e->second.ref.is_none()) continue;
    key_of(*e);
    if (!key.empty()) found[key].newcomer = e;
  }
  if (found.empty()) return;
  // All contacts and all records count, also those that are sure already: who could be meant as well makes
  // everybody of that name uncertain.
  for (const auto& e : contacts_) {
    key_of(e);
    if (auto f = found.find(key); f != found.end()) ++f->second.contacts;
  }
  for (auto& o : orphans_) {
    write_key(key, by, o.kind, o.called);
    auto f = found.find(key);
    if (f == found.end()) continue;
    ++f->second.records;
    f->second.record = &o;
  }
  for (auto& [k, f] : found) {
    if (f.contacts != 1 || f.records != 1 || f.record->claimed) continue;
    auto alias = f.newcomer->second.called.alias(), known_alias = f.record->called.alias();
    // The same names and another Weixin id: somebody else.
    if (!alias.empty() && !known_alias.empty() && alias != known_alias) continue;
    f.record->claimed = true;
    set_ref(*f.newcomer, f.record->ref);
  }
}

// -- finding
// ------------------------------------------------------------------------------------------------------

std::optional<known_contact> address_book::find(std::string_view user_name) const {
  auto found = contacts_.find(std::string{user_name});
  if (found == contacts_.end()) return std::nullopt;
  return known(found->second);
}

known_contact address_book::known(const entry& e) {
  static const std::vector<webwx::group_member> nobody;
  if (!e.group) return {e.kind, e.called.nick(), e.called.remark(), nobody, e.flags, {}};
  return {e.kind, e.called.nick(), e.called.remark(), e.group->members, e.flags, e.group->owner};
}

std::optional<webwx::contact> address_book::snapshot(std::string_view user_name) const {
  auto found = contacts_.find(std::string{user_name});
  if (found == contacts_.end()) return std::nullopt;
  const auto& e = found->second;
  webwx::contact c;
  c.user_name = user_name;
  c.nick_name = e.called.nick();
  c.remark_name = e.called.remark();
  c.alias = e.called.alias();
  c.pinyin = e.called.pinyin();
  c.kind = e.kind;
  c.flags = e.flags;
  if (e.group) {
    c.members = e.group->members;
    c.owner_user_name = e.group->owner;
    c.encry_chat_room_id = e.group->encry_chat_room_id;
  }
  return c;
}

std::optional<std::string> address_book::known_ref(std::string_view user_name) const {
  auto found = contacts_.find(std::string{user_name});
  if (found == contacts_.end()) return std::nullopt;
  return ref(*found);
}

std::optional<contact_view> address_book::view_of(std::string_view user_name) const {
  auto found = contacts_.find(std::string{user_name});
  if (found == contacts_.end()) return std::nullopt;
  return view(*found);
}

std::vector<std::string> address_book::groups() const {
  std::vector<std::string> user_names;
  for (const auto& e : contacts_)
    if (e.second.kind == webwx::contact_kind::group) user_names.push_back(e.first);
  return user_names;
}

const std::string* address_book::by_ref(std::string_view to) const {
  if (auto id = parse_ref(to); !id.is_none()) {
    auto found = by_ref_.find(id);
    return found == by_ref_.end() ? nullptr : &(*found)->first;
  }
  if (!has_fixed_name(to)) return nullptr;
  auto fixed = contacts_.find(std::string{to});
  return fixed == contacts_.end() ? nullptr : &fixed->first;
}

result<std::string> address_book::resolve(std::string_view to) const {
  if (const auto* user_name = by_ref(to)) return *user_name;
  auto named = resolve_ref(to);
  if (!named) return named.error();
  const auto* user_name = by_ref(*named);
  if (user_name == nullptr) return fail(errc::contact_not_found, "no contact of this session");
  return *user_name;
}

result<std::string> address_book::resolve_ref(std::string_view to) const {
  if (by_ref(to) != nullptr || (self_.empty() && store::is_id('c', to))) return std::string{to};
  auto named = candidates(to);
  if (named.empty())
    return fail(errc::contact_not_found, "no contact has this reference, remark or nick name");
  if (named.size() == 1) return named.front().ref;
  std::string refs;
  for (const auto& c : named)
    refs += (refs.empty() ? "" : " ") + c.ref;
  return fail(errc::contact_ambiguous, refs);
}

std::vector<contact_view> address_book::candidates(std::string_view name) const {
  std::vector<contact_view> found;
  if (name.empty()) return found;
  // A remark is the operator's own word for somebody: it wins over the names that people give themselves.
  for (const auto& e : contacts_)
    if (e.second.called.remark() == name) found.push_back(view(e));
  if (found.empty())
    for (const auto& e : contacts_)
      if (e.second.called.nick() == name) found.push_back(view(e));
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.ref < b.ref; });
  return found;
}

std::vector<contact_view> address_book::list(std::string_view query, std::string_view kind) const {
  struct match {
    webwx::match_reason reason;
    contact_view view;
  };
  std::vector<match> found;
  webwx::contact_query wanted{query};
  for (const auto& e : contacts_) {
    if (!kind.empty() && webwx::to_string(e.second.kind) != kind) continue;
    const auto& c = e.second.called;
    auto reason = query.empty() ? webwx::match_reason::exact
                                : wanted.match({c.remark(), c.nick(), c.alias(), c.pinyin()});
    if (reason) found.push_back({*reason, view(e)});
  }
  std::sort(found.begin(), found.end(), [](const match& a, const match& b) {
    return std::tie(a.reason, a.view.display, a.view.ref) < std::tie(b.reason, b.view.display, b.view.ref);
  });
  std::vector<contact_view> views;
  views.reserve(found.size());
  for (auto& m : found)
    views.push_back(std::move(m.view));
  return views;
}

contact_view address_book::view(const entries::value_type& e) const {
  auto c = known(e.second);
  return {ref(e),
          std::string{webwx::to_string(c.kind)},
          std::string{c.nick},
          std::string{c.remark},
          c.display(),
          c.is_pinned(),
          (c.flags & webwx::contact_flag::muted) != 0};
}

} // namespace weixin
