#include "store/contact_rows.hpp"

#include "store/packing.hpp"

namespace weixin::store {

namespace {

sealed_place place_of(const account_ref& account, const std::string& ref) {
  return {"contact", account.name, ref};
}

/// What schema 8 knew already.
void unpack_names(unpacker& packed, contact_record& contact) {
  contact.session = packed.text();
  contact.user_name = packed.text();
  contact.kind = static_cast<webwx::contact_kind>(
      packed.number_to(static_cast<std::int64_t>(webwx::contact_kind::stranger)));
  contact.alias = packed.text();
  contact.remark = packed.text();
  contact.nick = packed.text();
}

bool unseal(row_access rows, const account_ref& account, std::string_view sealed, contact_record& contact) {
  auto plain = rows.seal.open(place_of(account, contact.ref), sealed);
  if (!plain) return false;
  unpacker packed{*plain};
  unpack_names(packed, contact);
  contact.real_id = packed.text();
  contact.province = packed.text();
  contact.city = packed.text();
  contact.sex = static_cast<int>(packed.number());
  contact.avatar_seq = packed.number();
  contact.attr_status = static_cast<int>(packed.number());
  contact.basis = static_cast<webwx::match_basis>(
      packed.number_to(static_cast<std::int64_t>(webwx::match_basis::attributes)));
  contact.same_as = packed.text();
  return packed.whole();
}

std::string pack(const contact_record& contact) {
  packer packed;
  packed.text(contact.session)
      .text(contact.user_name)
      .number(static_cast<std::int64_t>(contact.kind))
      .text(contact.alias)
      .text(contact.remark)
      .text(contact.nick)
      .text(contact.real_id)
      .text(contact.province)
      .text(contact.city)
      .number(contact.sex)
      .number(contact.avatar_seq)
      .number(contact.attr_status)
      .number(static_cast<std::int64_t>(contact.basis))
      .text(contact.same_as);
  return packed.bytes();
}

} // namespace

void write_contact(row_access rows, const account_ref& account, const contact_record& contact) {
  auto sealed = rows.seal.seal(place_of(account, contact.ref), pack(contact));
  rows.use("INSERT INTO contact (account, ref, seen_at_ms, sealed) VALUES (?, ?, ?, ?) "
           "ON CONFLICT (account, ref) DO UPDATE SET seen_at_ms = excluded.seen_at_ms, sealed = "
           "excluded.sealed")
      .bind(account.id, contact.ref, to_stored(contact.seen_at), blob{sealed})
      .run();
}

std::string reseal_contact_of_schema_8(sealer& seal, const std::string& account, const std::string& ref,
                                       std::string sealed) {
  sealed_place place{"contact", account, ref};
  auto plain = seal.open(place, sealed);
  if (!plain) return sealed;
  unpacker packed{*plain};
  contact_record contact;
  unpack_names(packed, contact);
  if (!packed.whole()) return sealed;
  contact.basis = webwx::match_basis::names;
  return seal.seal(place, pack(contact));
}

std::size_t count_contacts(row_access rows, std::int64_t account) {
  auto found = rows.use("SELECT count(*) FROM contact INDEXED BY contact_seen WHERE account = ?");
  found.bind(account).next();
  return static_cast<std::size_t>(found.number(0));
}

void drop_contacts(row_access rows, std::int64_t account, std::size_t how_many) {
  rows.use("DELETE FROM contact WHERE account = ?1 AND ref IN (SELECT ref FROM contact INDEXED BY "
           "contact_seen "
           "WHERE account = ?1 ORDER BY seen_at_ms, ref LIMIT ?2)")
      .bind(account, static_cast<std::int64_t>(how_many))
      .run();
}

std::vector<contact_record> read_contacts(row_access rows, const account_ref& account,
                                          std::uint64_t& unreadable) {
  std::vector<contact_record> contacts;
  auto found = rows.use("SELECT ref, seen_at_ms, sealed FROM contact WHERE account = ? ORDER BY ref");
  found.bind(account.id);
  while (found.next()) {
    contact_record contact;
    contact.ref = found.text(0);
    contact.seen_at = from_stored(found.number(1));
    if (unseal(rows, account, found.bytes(2), contact))
      contacts.push_back(std::move(contact));
    else
      ++unreadable;
  }
  return contacts;
}

void check_contacts(row_access rows, const account_ref& account,
                    const std::function<void(const std::string&, bool)>& each) {
  auto found = rows.use("SELECT ref, sealed FROM contact WHERE account = ? ORDER BY ref");
  found.bind(account.id);
  while (found.next()) {
    contact_record contact;
    contact.ref = found.text(0);
    each(contact.ref, unseal(rows, account, found.bytes(1), contact));
  }
}

} // namespace weixin::store
