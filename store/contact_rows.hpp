#pragma once

#include "store/records.hpp"
#include "store/rows.hpp"

#include <functional>
#include <vector>

namespace weixin::store {

// The contacts that outlive sessions. See rows.hpp.

void write_contact(row_access rows, const account_ref& account, const contact_record& contact);
/// Schema 8 knew neither lasting ids nor pictures nor what a reference rests on: one of its contacts, as it
/// is sealed now, at least by its names. What cannot be unsealed stays as it is.
std::string reseal_contact_of_schema_8(sealer& seal, const std::string& account, const std::string& ref,
                                       std::string sealed);
std::size_t count_contacts(row_access rows, std::int64_t account);
/// Deletes those that were seen longest ago.
void drop_contacts(row_access rows, std::int64_t account, std::size_t how_many);
/// Rows that cannot be unsealed are left out and counted.
std::vector<contact_record> read_contacts(row_access rows, const account_ref& account,
                                          std::uint64_t& unreadable);
/// Calls `each` for every contact of the account: its ref, and whether it can be unsealed.
void check_contacts(row_access rows, const account_ref& account,
                    const std::function<void(const std::string&, bool)>& each);

} // namespace weixin::store
