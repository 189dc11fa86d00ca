#include "store/token_rows.hpp"

namespace weixin::store {

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : " ") + name;
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    auto end = text.find(' ');
    names.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return names;
}

} // namespace

std::vector<token_record> read_tokens(row_access rows) {
  std::vector<token_record> tokens;
  auto found = rows.use("SELECT id, name, scope, accounts, hash, created_by, created_at_ms, expires_at_ms, "
                        "last_used_at_ms FROM api_token ORDER BY id");
  while (found.next()) {
    token_record t;
    t.id = found.text(0);
    t.name = found.text(1);
    t.scope = parse_token_scope(found.text(2)).value_or(token_scope::read);
    t.accounts = split(found.text(3));
    t.hash = std::string{found.bytes(4)};
    t.created_by = found.text(5);
    t.created_at = from_stored(found.number(6));
    if (!found.is_null(7)) t.expires_at = from_stored(found.number(7));
    if (!found.is_null(8)) t.last_used_at = from_stored(found.number(8));
    tokens.push_back(std::move(t));
  }
  return tokens;
}

bool insert_token(row_access rows, const token_record& token) {
  {
    auto there = rows.use("SELECT count(*) FROM api_token");
    if (there.next() && there.number(0) >= static_cast<std::int64_t>(max_tokens)) return false;
  }
  std::string scope{to_string(token.scope)};
  auto accounts = joined(token.accounts);
  auto insert = rows.use("INSERT INTO api_token (id, name, scope, accounts, hash, created_by, created_at_ms, "
                         "expires_at_ms, last_used_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(token.id, token.name, scope, accounts, blob{token.hash}, token.created_by,
              to_stored(token.created_at));
  if (token.expires_at) insert.bind_at(8, to_stored(*token.expires_at));
  if (token.last_used_at) insert.bind_at(9, to_stored(*token.last_used_at));
  insert.run();
  return true;
}

bool erase_token(row_access rows, const std::string& id) {
  return rows.use("DELETE FROM api_token WHERE id = ?").bind(id).run() > 0;
}

bool note_use(row_access rows, const std::string& id, wall_time at) {
  return rows.use("UPDATE api_token SET last_used_at_ms = ?1 WHERE id = ?2").bind(to_stored(at), id).run() >
         0;
}

} // namespace weixin::store
