// The address book's part that finds out who of a session is whom of an earlier one.
#include "actors/address_book.hpp"

#include <algorithm>
#include <utility>

namespace weixin {

using webwx::confidence_of;
using webwx::match_basis;
using webwx::match_confidence;

// -- at first sight
// ---------------------------------------------------------------------------------------------------

void address_book::give_refs(const std::vector<entries::value_type*>& newcomers) {
  if (!orphans_.empty() && !newcomers.empty()) {
    claim_own(newcomers);
    claim(newcomers);
    std::erase_if(orphans_, [](const orphan& o) { return o.claimed; });
  }
  // The same contact may be among the newcomers more than once.
  for (auto* e : newcomers)
    if (e->second.ref.is_none()) give_new_ref(*e);
}

void address_book::give_new_ref(entries::value_type& e) {
  set_ref(e, parse_ref(ids_->next(clock_->now())), match_basis::fresh);
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
    join(*found->second, o, o.basis);
  }
}

std::vector<webwx::contact_identity> address_book::identities_of_orphans() const {
  std::vector<webwx::contact_identity> records;
  records.reserve(orphans_.size());
  for (const auto& o : orphans_) {
    records.push_back(o.known.identity(o.kind));
    // Who was removed in this session would have its UserName again.
    records.back().settled = o.claimed || !o.user_name.empty();
  }
  return records;
}

void address_book::claim(const std::vector<entries::value_type*>& newcomers) {
  if (std::all_of(newcomers.begin(), newcomers.end(),
                  [](const auto* e) { return !e->second.ref.is_none() || e->second.known.is_nameless(); }))
    return;
  // Everybody counts, also who is sure already: who could be meant as well makes all of that name uncertain.
  std::vector<webwx::contact_identity> people;
  std::vector<entries::value_type*> all;
  people.reserve(contacts_.size());
  all.reserve(contacts_.size());
  for (auto& e : contacts_) {
    people.push_back(e.second.known.identity(e.second.kind));
    people.back().settled = !e.second.ref.is_none() || has_fixed_name(e.first);
    all.push_back(&e);
  }
  for (const auto& m : webwx::match_contacts(identities_of_orphans(), people)) {
    if (confidence_of(m.basis) == match_confidence::likely) continue;
    orphans_[m.record].claimed = true;
    join(*all[m.contact], orphans_[m.record], m.basis);
  }
}

// -- references
// -----------------------------------------------------------------------------------------------------

void address_book::join(entries::value_type& e, const orphan& record, match_basis basis) {
  auto& known = e.second;
  // Also while no 51 message tells of it: another id would show that it is somebody else.
  if (known.known.real_id().empty()) known.known.set_real_id(record.known.real_id());
  if (known.ref.is_none()) return set_ref(e, record.ref, basis);
  if (known.basis != match_basis::fresh) {
    forward(record.ref, known.ref);
    return mark_changed(e);
  }
  auto fresh = known.ref;
  by_ref_.erase(&e);
  set_ref(e, record.ref, basis);
  forward(fresh, record.ref);
}

void address_book::forward(ref_id from, ref_id to) {
  auto enter = [&](ref_id other) {
    forwards_[other] = to;
    store::contact_record r;
    r.ref = format_ref(other);
    r.session = self_;
    r.seen_at = clock_->now();
    r.same_as = format_ref(to);
    changed_and_gone_.push_back(std::move(r));
  };
  for (const auto& [other, target] : forwards_)
    if (target == from) enter(other); // it stays one step, however often this happens
  enter(from);
  likely_.reset();
}

void address_book::release(entries::value_type& e) {
  auto& known = e.second;
  changed_and_gone_.push_back(record_of(known.ref, known.kind, known.known));
  orphans_.push_back({known.known, {}, known.ref, known.kind, match_basis::fresh, false});
  by_ref_.erase(&e);
  known.ref = {};
  known.known.set_real_id({});
  likely_.reset();
}

// -- lasting ids
// ----------------------------------------------------------------------------------------------------

address_book::entries::value_type* address_book::holder_of(std::string_view real_id) {
  auto found = std::find_if(contacts_.begin(), contacts_.end(),
                            [&](const auto& e) { return e.second.known.real_id() == real_id; });
  return found == contacts_.end() ? nullptr : &*found;
}

void address_book::learn_real_ids(const std::vector<webwx::real_id>& told) {
  if (told.empty()) return;
  std::unordered_map<std::string, entries::value_type*> holders;
  for (auto& e : contacts_)
    if (!e.second.known.real_id().empty()) holders.emplace(e.second.known.real_id(), &e);
  std::unordered_set<std::string> lost;
  for (const auto& o : orphans_)
    if (!o.known.real_id().empty()) lost.emplace(o.known.real_id());
  std::vector<entries::value_type*> believed, mistaken;
  auto was_mistaken = [&](entries::value_type& e) {
    holders.erase(std::string{e.second.known.real_id()});
    mistaken.push_back(&e);
    release(e);
  };
  for (const auto& [user_name, id] : told) {
    if (has_fixed_name(user_name)) continue;
    auto found = contacts_.find(user_name);
    auto* e = found == contacts_.end() ? nullptr : &*found;
    if (e != nullptr && e->second.real_id_told) continue;
    if (auto holder = holders.find(id); holder != holders.end() && holder->second != e) {
      if (holder->second->second.real_id_told) continue;
      lost.insert(id);
      was_mistaken(*holder->second);
    }
    if (e == nullptr) {
      if (awaited_.size() < max_awaited) awaited_.emplace(user_name, id);
      continue;
    }
    auto& known = e->second;
    known.real_id_told = true;
    if (known.known.real_id() == id) {
      if (confidence_of(known.basis) == match_confidence::certain) continue;
      known.basis = match_basis::real_id;
    } else {
      bool is_other_s = !known.known.real_id().empty() ||
                        (confidence_of(known.basis) == match_confidence::strong && lost.contains(id));
      if (is_other_s && !known.ref.is_none()) was_mistaken(*e);
      known.known.set_real_id(id);
      holders[id] = e;
      believed.push_back(e);
    }
    mark_changed(*e);
  }
  claim_by_real_id(believed);
  for (auto* e : mistaken)
    if (e->second.ref.is_none()) give_new_ref(*e);
  likely_.reset();
}

/// Those whose real id was just told take the references that it had in earlier sessions.
void address_book::claim_by_real_id(const std::vector<entries::value_type*>& told) {
  std::vector<webwx::contact_identity> people;
  for (const auto* e : told)
    people.push_back(e->second.known.identity(e->second.kind));
  auto records = identities_of_orphans();
  for (auto& r : records) { // by nothing else
    webwx::contact_identity only;
    only.real_id = r.real_id;
    r = only;
  }
  for (const auto& m : webwx::match_contacts(records, people)) {
    orphans_[m.record].claimed = true;
    join(*told[m.contact], orphans_[m.record], m.basis);
  }
  std::erase_if(orphans_, [](const orphan& o) { return o.claimed; });
}

// -- what a person decides
// --------------------------------------------------------------------------------------------

const std::unordered_map<const address_book::entries::value_type*, address_book::likely_match>&
address_book::likely() const {
  if (likely_) return *likely_;
  likely_.emplace();
  if (orphans_.empty()) return *likely_;
  std::vector<webwx::contact_identity> people;
  std::vector<const entries::value_type*> all;
  for (const auto& e : contacts_) {
    people.push_back(e.second.known.identity(e.second.kind));
    people.back().settled = e.second.ref.is_none() || e.second.basis != match_basis::fresh;
    all.push_back(&e);
  }
  for (const auto& m : webwx::match_contacts(identities_of_orphans(), people))
    likely_->emplace(all[m.contact], likely_match{orphans_[m.record].ref, m.basis});
  return *likely_;
}

result<contact_view> address_book::confirm(std::string_view ref, std::string_view to) {
  const entries::value_type* chosen = nullptr;
  if (!to.empty()) {
    auto user_name = resolve(to);
    if (!user_name) return user_name.error();
    chosen = &*contacts_.find(*user_name);
  }
  if (const auto* present = by_ref(ref)) {
    if (chosen == nullptr || chosen == present) return view(*present);
    return fail(errc::invalid_argument, "this reference means another contact already");
  }
  auto id = parse_ref(ref);
  if (auto other = forwards_.find(id); other != forwards_.end()) id = other->second;
  auto record = std::find_if(orphans_.begin(), orphans_.end(), [&](const orphan& o) { return o.ref == id; });
  if (record == orphans_.end()) return fail(errc::contact_not_found, "no such reference");
  if (chosen == nullptr)
    for (const auto& [e, match] : likely())
      if (match.ref == id) chosen = e;
  if (chosen == nullptr) return fail(errc::contact_not_found, "nobody is likely: name the contact");
  auto& e = *contacts_.find(chosen->first);
  bool is_group = e.second.kind == webwx::contact_kind::group;
  if (e.second.ref.is_none() || is_group != (record->kind == webwx::contact_kind::group))
    return fail(errc::wrong_kind, "a person, a group and a fixed name are never the same");
  if (webwx::contradict(record->known.identity(record->kind), e.second.known.identity(e.second.kind)))
    return fail(errc::target_lost, "The ids of the two differ: they are not the same.");
  join(e, *record, match_basis::confirmed);
  orphans_.erase(record);
  likely_.reset();
  return view(e);
}

} // namespace weixin
