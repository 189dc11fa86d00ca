#pragma once

#include "store/seal.hpp"

#include <cstdint>

namespace SQLite {
class Database;
}

namespace weixin::store {

/// Marks a file as this server's database ("Wxnd").
inline constexpr std::uint32_t application_id = 0x57786e64;
/// The schema this version writes. Older ones are brought up to it when they are opened, newer ones are
/// refused.
inline constexpr int schema_version = 9;

// Internal to store/. Each call is part of the transaction that is open and throws SQLite::Exception.

/// Makes the present schema in an empty database, with the check value of its key.
void create_schema(SQLite::Database& db, sealer& seal);
/// Brings an older schema up to the present one. Foreign keys must not be enforced meanwhile.
void migrate_schema(SQLite::Database& db, int from, sealer& seal);
/// Whether its tables and indexes are those of the present schema.
bool has_present_schema(SQLite::Database& db);
/// Whether the key is the one that the database was made with.
bool is_its_key(SQLite::Database& db, const sealer& seal);

} // namespace weixin::store
