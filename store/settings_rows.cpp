#include "store/settings_rows.hpp"

#include "store/packing.hpp"

namespace weixin::store {

namespace {

sealed_place place_of(const account_ref& account) { return {"account_settings", account.name, ""}; }

} // namespace

result<account_settings> read_settings(row_access rows, const account_ref& account) {
  auto found = rows.use("SELECT sealed FROM account_settings WHERE account = ?");
  if (!found.bind(account.id).next()) return account_settings{};
  auto plain = rows.seal.open(place_of(account), found.bytes(0));
  if (!plain) return plain.error();
  unpacker packed{*plain};
  auto login = webwx::parse_login_choice(packed.text());
  account_settings settings;
  settings.proxy = secret{packed.text()};
  if (!login || !packed.whole()) return fail(errc::store_corrupt, "account_settings: not what was packed");
  settings.login = *login;
  return settings;
}

void write_settings(row_access rows, const account_ref& account, const account_settings& settings) {
  if (settings == account_settings{}) return erase_settings(rows, account.id);
  packer packed;
  packed.text(to_string(settings.login)).text(settings.proxy.reveal());
  auto sealed = rows.seal.seal(place_of(account), packed.bytes());
  rows.use("INSERT INTO account_settings (account, sealed) VALUES (?, ?) "
           "ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed")
      .bind(account.id, blob{sealed})
      .run();
}

void erase_settings(row_access rows, std::int64_t account) {
  rows.use("DELETE FROM account_settings WHERE account = ?").bind(account).run();
}

} // namespace weixin::store
