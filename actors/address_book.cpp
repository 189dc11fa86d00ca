#include "actors/address_book.hpp"

#include "protocol/webwx/search_contact.hpp"
#include "store/base32.hpp"

#include <algorithm>
#include <limits>
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

address_book::traits::traits(const webwx::contact_identity& who, std::string_view pinyin)
    : avatar_seq_(who.avatar_seq), attr_status_(who.attr_status),
      remark_size_(static_cast<std::uint32_t>(who.remark.size())),
      nick_size_(static_cast<std::uint32_t>(who.nick.size())),
      alias_size_(static_cast<std::uint32_t>(who.alias.size())),
      sex_(static_cast<std::int8_t>(std::clamp(who.sex, 0, 2))) {
  auto short_part = [](std::string_view text, std::uint8_t& size) {
    text = text.substr(0, std::numeric_limits<std::uint8_t>::max());
    size = static_cast<std::uint8_t>(text.size());
    return text;
  };
  auto real_id = short_part(who.real_id, real_id_size_);
  auto province = short_part(who.province, province_size_);
  auto city = short_part(who.city, city_size_);
  all_.reserve(names_size() + real_id.size() + province.size() + city.size() + pinyin.size());
  all_.append(who.remark).append(who.nick).append(who.alias);
  all_.append(real_id).append(province).append(city).append(pinyin);
}

void address_book::traits::set_real_id(std::string_view id) {
  auto who = identity({});
  who.real_id = id;
  *this = traits{who, pinyin()};
}

webwx::contact_identity address_book::traits::identity(webwx::contact_kind kind) const noexcept {
  webwx::contact_identity who;
  who.kind = kind;
  who.real_id = real_id();
  who.alias = alias();
  who.remark = remark();
  who.nick = nick();
  who.province = province();
  who.city = city();
  who.sex = sex_;
  who.avatar_seq = avatar_seq_;
  who.attr_status = attr_status_;
  return who;
}

bool address_book::traits::operator==(const traits& other) const noexcept {
  return remark() == other.remark() && nick() == other.nick() && alias() == other.alias() &&
         real_id() == other.real_id() && province() == other.province() && city() == other.city() &&
         sex_ == other.sex_ && avatar_seq_ == other.avatar_seq_ && attr_status_ == other.attr_status_;
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

void address_book::set_ref(entries::value_type& e, ref_id ref, webwx::match_basis basis) {
  e.second.ref = ref;
  e.second.basis = basis;
  by_ref_.insert(&e);
  likely_.reset();
  mark_changed(e);
}

// -- sessions and records
// -----------------------------------------------------------------------------------------

void address_book::begin_session(std::string self_user_name, std::vector<store::contact_record> known) {
  // What nobody has stored yet is known all the same.
  auto unsaved = take_changed();
  std::unordered_map<std::string_view, std::size_t> newer; // the last word about a reference counts
  for (std::size_t i = 0; i < unsaved.size(); ++i)
    newer[unsaved[i].ref] = i;
  std::erase_if(known, [&](const auto& k) { return newer.contains(k.ref); });
  for (std::size_t i = 0; i < unsaved.size(); ++i)
    if (newer[unsaved[i].ref] == i) known.push_back(unsaved[i]);
  changed_and_gone_ = std::move(unsaved);
  self_ = std::move(self_user_name);
  dropped_ = 0;
  by_ref_.clear();
  contacts_.clear();
  orphans_.clear();
  forwards_.clear();
  awaited_.clear();
  likely_.reset();
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
    if (!r.same_as.empty()) {
      forwards_.emplace(id, parse_ref(r.same_as));
      continue;
    }
    traits known_of{{r.kind, r.real_id, r.alias, r.remark, r.nick, r.province, r.city, r.sex, r.avatar_seq,
                     r.attr_status}};
    bool is_ours = is_of_this_session(r) && times[r.user_name] == 1;
    if (is_ours && contacts_.size() < max_contacts) {
      auto& e = *contacts_.try_emplace(std::move(r.user_name)).first;
      e.second.kind = r.kind;
      e.second.known = std::move(known_of);
      e.second.ref = id;
      e.second.basis = r.basis;
      by_ref_.insert(&e);
      continue;
    }
    if (!is_ours) r.user_name.clear();
    if (!r.user_name.empty() || !known_of.is_nameless())
      orphans_.push_back({std::move(known_of), std::move(r.user_name), id, r.kind, r.basis, false});
  }
  orphans_.shrink_to_fit();
}

void address_book::mark_changed(entries::value_type& e) {
  if (e.second.changed || e.second.ref.is_none()) return;
  e.second.changed = true;
  changed_.push_back(&e);
}

store::contact_record address_book::record_of(ref_id ref, webwx::contact_kind kind,
                                              const traits& known) const {
  store::contact_record r;
  r.ref = format_ref(ref);
  r.session = self_;
  r.kind = kind;
  r.alias = known.alias();
  r.remark = known.remark();
  r.nick = known.nick();
  r.seen_at = clock_->now();
  r.real_id = known.real_id();
  r.province = known.province();
  r.city = known.city();
  r.sex = known.sex();
  r.avatar_seq = known.avatar_seq();
  r.attr_status = known.attr_status();
  return r;
}

store::contact_record address_book::record_of(const entries::value_type& e) const {
  auto r = record_of(e.second.ref, e.second.kind, e.second.known);
  r.user_name = e.first;
  r.basis = e.second.basis;
  return r;
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
  webwx::contact_identity who;
  who.real_id = known.known.real_id();
  who.alias = contact.alias;
  who.remark = contact.remark_name;
  who.nick = contact.nick_name;
  auto awaited = is_new ? awaited_.find(found->first) : awaited_.end();
  if (awaited != awaited_.end() && holder_of(awaited->second) == nullptr) {
    who.real_id = awaited->second;
    known.real_id_told = true;
  }
  // An answer that leaves them out says nothing of them.
  bool tells_place = !contact.province.empty() || !contact.city.empty() || contact.sex != 0;
  who.province = tells_place ? contact.province : known.known.province();
  who.city = tells_place ? contact.city : known.known.city();
  who.sex = tells_place ? contact.sex : known.known.sex();
  who.avatar_seq = contact.avatar_seq != 0 ? contact.avatar_seq : known.known.avatar_seq();
  who.attr_status = contact.attr_status != 0 ? contact.attr_status : known.known.attr_status();
  traits now{who, contact.pinyin};
  if (awaited != awaited_.end()) awaited_.erase(awaited);
  bool is_other = contact.kind != known.kind || !(now == known.known);
  known.kind = contact.kind;
  known.flags = contact.flags;
  known.known = std::move(now);
  if (is_new || is_other) likely_.reset();
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
    orphans_.push_back({std::move(e.known), found->first, e.ref, e.kind, e.basis, false});
  }
  contacts_.erase(found);
  likely_.reset();
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

// -- finding
// ------------------------------------------------------------------------------------------------------

std::optional<known_contact> address_book::find(std::string_view user_name) const {
  auto found = contacts_.find(std::string{user_name});
  if (found == contacts_.end()) return std::nullopt;
  return known(found->second);
}

known_contact address_book::known(const entry& e) {
  static const std::vector<webwx::group_member> nobody;
  if (!e.group) return {e.kind, e.known.nick(), e.known.remark(), nobody, e.flags, {}};
  return {e.kind, e.known.nick(), e.known.remark(), e.group->members, e.flags, e.group->owner};
}

std::optional<webwx::contact> address_book::snapshot(std::string_view user_name) const {
  auto found = contacts_.find(std::string{user_name});
  if (found == contacts_.end()) return std::nullopt;
  const auto& e = found->second;
  webwx::contact c;
  c.user_name = user_name;
  c.nick_name = e.known.nick();
  c.remark_name = e.known.remark();
  c.alias = e.known.alias();
  c.pinyin = e.known.pinyin();
  c.avatar_seq = e.known.avatar_seq();
  c.province = e.known.province();
  c.city = e.known.city();
  c.sex = e.known.sex();
  c.attr_status = e.known.attr_status();
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

const address_book::entries::value_type* address_book::by_ref(std::string_view to) const {
  if (auto id = parse_ref(to); !id.is_none()) {
    if (auto other = forwards_.find(id); other != forwards_.end()) id = other->second;
    auto found = by_ref_.find(id);
    return found == by_ref_.end() ? nullptr : *found;
  }
  if (!has_fixed_name(to)) return nullptr;
  auto fixed = contacts_.find(std::string{to});
  return fixed == contacts_.end() ? nullptr : &*fixed;
}

result<std::string> address_book::resolve(std::string_view to) const {
  if (const auto* e = by_ref(to)) return e->first;
  auto named = resolve_ref(to);
  if (!named) return named.error();
  const auto* e = by_ref(*named);
  if (e == nullptr) return fail(errc::contact_not_found, "no contact of this session");
  return e->first;
}

result<std::string> address_book::resolve_ref(std::string_view to) const {
  if (const auto* e = by_ref(to)) return ref(*e);
  if (self_.empty() && store::is_id('c', to)) return std::string{to};
  if (auto id = parse_ref(to); !id.is_none())
    for (const auto& [e, match] : likely())
      if (match.ref == id)
        return fail(errc::target_lost, "This reference likely is the contact " + ref(*e) +
                                           ", but not certainly: confirm it (POST .../contacts/" +
                                           std::string{to} + "/confirm), or send to that one.");
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
    if (e.second.known.remark() == name) found.push_back(view_with_likely(e));
  if (found.empty())
    for (const auto& e : contacts_)
      if (e.second.known.nick() == name) found.push_back(view_with_likely(e));
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
    const auto& c = e.second.known;
    auto reason = query.empty() ? webwx::match_reason::exact
                                : wanted.match({c.remark(), c.nick(), c.alias(), c.pinyin()});
    if (reason) found.push_back({*reason, view_with_likely(e)});
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
          (c.flags & webwx::contact_flag::muted) != 0,
          e.second.ref.is_none() ? webwx::match_basis::real_id : e.second.basis};
}

contact_view address_book::view_with_likely(const entries::value_type& e) const {
  auto v = view(e);
  if (auto found = likely().find(&e); found != likely().end()) {
    v.likely_ref = format_ref(found->second.ref);
    v.likely_basis = found->second.basis;
  }
  return v;
}

} // namespace weixin
