#include "admin/access_calls.hpp"

#include "admin/json.hpp"
#include "admin/parameters.hpp"

#include <boost/json/array.hpp>

namespace weixin::admin {

namespace {

using httpd::request;
using context_ptr = std::shared_ptr<access_calls_context>;
using access_ptr = std::shared_ptr<access>;

constexpr std::int64_t shortest_token_life = 60;
constexpr std::int64_t longest_token_life = std::int64_t{10} * 365 * 24 * 3'600;
constexpr std::size_t longest_code = 64;
// What the store takes for `after` of the audit.
constexpr std::int64_t newest_rows = 0;
constexpr std::int64_t before_all_rows = -1;

httpd::response no_content() {
  httpd::response r;
  r.status = 204;
  r.content_type.clear();
  return r;
}

/// An answer with something that is shown once: nobody may keep it.
httpd::response uncached(int status, const boost::json::object& body) {
  auto r = json_response(status, body);
  r.headers.push_back({"Cache-Control", "no-store"});
  return r;
}

boost::json::value time_or_null(const std::optional<wall_time>& t) {
  if (!t) return nullptr;
  return boost::json::string(to_rfc3339(*t));
}

boost::json::value text_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return boost::json::string(text);
}

boost::json::value accounts_or_null(const std::vector<std::string>& names) {
  if (names.empty()) return nullptr;
  boost::json::array list;
  for (const auto& name : names)
    list.emplace_back(name);
  return list;
}

boost::json::object to_json(const store::token_record& t) {
  return {{"id", t.id},
          {"name", t.name},
          {"scope", to_string(t.scope)},
          {"accounts", accounts_or_null(t.accounts)},
          {"created_at", to_rfc3339(t.created_at)},
          {"expires_at", time_or_null(t.expires_at)}};
}

boost::json::object to_json(const grant& g) {
  auto o = to_json(g.record());
  o["kind"] = g.is_session() ? "session" : "token";
  o["created_by"] = g.record().created_by;
  o["last_used_at"] = time_or_null(g.last_used_at());
  return o;
}

boost::json::object to_json(const store::audit_record& r) {
  boost::json::value uid = nullptr, pid = nullptr;
  if (r.uid) uid = *r.uid;
  if (r.pid) pid = *r.pid;
  return {{"id", r.id},
          {"at", to_rfc3339(r.at)},
          {"refused", r.refused},
          {"who", r.who},
          {"uid", std::move(uid)},
          {"pid", std::move(pid)},
          {"token", text_or_null(r.token)},
          {"name", text_or_null(r.name)},
          {"from", text_or_null(r.from)},
          {"call", r.call},
          {"account", text_or_null(r.account)},
          {"object", text_or_null(r.object)},
          {"status", r.status},
          {"code", text_or_null(r.code)}};
}

result<store::token_scope> read_scope(const boost::json::object& body,
                                      std::optional<store::token_scope> otherwise) {
  if (!body.contains("scope") && otherwise) return *otherwise;
  auto name = read_text(body, "scope");
  auto scope = name ? store::parse_token_scope(*name) : std::nullopt;
  if (!scope) return fail(errc::invalid_argument, R"(scope must be "read", "operator" or "admin")");
  return *scope;
}

/// The accounts that a token is for: each is there, so that no name is misspelled.
result<std::vector<std::string>> read_accounts(const context_ptr& c, const boost::json::object& body) {
  if (const auto* value = body.if_contains("accounts"); value != nullptr && value->is_null())
    return std::vector<std::string>{};
  auto names = read_names(body, "accounts");
  if (!names) return names.error();
  if (!*names) return std::vector<std::string>{};
  if ((*names)->empty())
    return fail(errc::invalid_argument, "accounts must name at least one account; without it, all are meant");
  for (const auto& name : **names)
    if (!c->fleet.account(name)) return fail(errc::account_not_found);
  return std::move(**names);
}

result<std::optional<std::chrono::seconds>> read_lifetime(const boost::json::object& body) {
  const auto* value = body.if_contains("expires_in");
  if (value == nullptr || value->is_null()) return std::optional<std::chrono::seconds>{};
  const auto* number = value->if_int64();
  if (number == nullptr || *number < shortest_token_life || *number > longest_token_life)
    return fail(errc::invalid_argument, "expires_in must be a whole number of seconds from " +
                                            std::to_string(shortest_token_life) + " to " +
                                            std::to_string(longest_token_life) + ", or null");
  return std::optional{std::chrono::seconds{*number}};
}

result<access_request> read_request(const context_ptr& c, const boost::json::object& body,
                                    std::optional<std::string> name,
                                    std::optional<store::token_scope> scope) {
  access_request wanted;
  auto read_name = read_text(body, "name", std::move(name));
  if (!read_name) return read_name.error();
  if (!supervisor::is_valid_account_name(*read_name)) return fail(errc::invalid_name);
  wanted.name = std::move(*read_name);
  auto read = read_scope(body, scope);
  if (!read) return read.error();
  wanted.scope = *read;
  auto accounts = read_accounts(c, body);
  if (!accounts) return accounts.error();
  wanted.accounts = std::move(*accounts);
  return wanted;
}

void create_token(const context_ptr& c, const access_ptr& tokens, const request& r, const reply& to) {
  auto body = read_object(r.body, {"name", "scope", "accounts", "expires_in"});
  if (!body) return to.refuse(body.error());
  auto wanted = read_request(c, *body, std::nullopt, std::nullopt);
  if (!wanted) return to.refuse(wanted.error());
  auto lifetime = read_lifetime(*body);
  if (!lifetime) return to.refuse(lifetime.error());
  wanted->expires_in = *lifetime;
  tokens->create(std::move(*wanted), to.who(), [to](result<made_access> made) {
    if (!made) return to.refuse(made.error());
    to.concerns(made->record.id);
    auto o = to_json(made->record);
    o["token"] = made->text.reveal();
    to.send(uncached(201, o));
  });
}

void list_tokens(const access_ptr& tokens, const reply& to) {
  boost::json::array list;
  for (const auto& g : tokens->list())
    list.push_back(to_json(*g));
  to.send(json_response(200, {{"tokens", std::move(list)}}));
}

void revoke_token(const access_ptr& tokens, const request& r, const reply& to) {
  const auto& id = r.params.at("id");
  if (store::is_id('t', id)) to.concerns(id);
  tokens->revoke(id, [to](result<void> revoked) {
    if (!revoked) return to.refuse(revoked.error());
    to.send(no_content());
  });
}

void make_code(const context_ptr& c, const access_ptr& tokens, const request& r, const reply& to) {
  auto body = read_object(r.body, {"name", "scope", "accounts"});
  if (!body) return to.refuse(body.error());
  auto wanted = read_request(c, *body, "console", store::token_scope::administer);
  if (!wanted) return to.refuse(wanted.error());
  auto made = tokens->make_code(std::move(*wanted), to.who());
  auto base = c->api_url ? c->api_url() : std::string{};
  to.send(uncached(201, {{"code", made.text.reveal()},
                         {"expires_at", time_or_null(made.record.expires_at)},
                         {"url", text_or_null(base.empty() ? base : base + "/console/")}}));
}

void sign_in(const access_ptr& tokens, const request& r, const reply& to) {
  auto body = read_object(r.body, {"code"});
  if (!body) return to.refuse(body.error());
  auto code = read_text(*body, "code");
  if (!code) return to.refuse(code.error());
  auto made =
      code->size() > longest_code ? result<made_access>{fail(errc::code_rejected)} : tokens->sign_in(*code);
  if (!made) {
    if (tokens->failed(r.peer_address))
      return to.refuse(fail(errc::too_frequent, "too many codes that are not good; wait a little"));
    return to.refuse(made.error());
  }
  to.concerns(made->record.id);
  auto o = to_json(made->record);
  o["token"] = made->text.reveal();
  to.send(uncached(200, o));
}

void sign_out(const access_ptr& tokens, const reply& to) {
  if (!tokens->sign_out(to.who()))
    return to.refuse(fail(errc::invalid_argument, "only a session is signed out; a token is revoked"));
  to.send(no_content());
}

void tell_who(const reply& to) {
  const auto& who = to.who();
  if (!who.by)
    return to.send(json_response(200, {{"kind", "local"},
                                       {"name", who.name()},
                                       {"scope", to_string(store::token_scope::administer)},
                                       {"accounts", nullptr},
                                       {"expires_at", nullptr}}));
  const auto& record = who.by->record();
  to.send(json_response(200, {{"kind", who.by->is_session() ? "session" : "token"},
                              {"id", record.id},
                              {"name", record.name},
                              {"scope", to_string(record.scope)},
                              {"accounts", accounts_or_null(record.accounts)},
                              {"expires_at", time_or_null(record.expires_at)}}));
}

void read_audit(const context_ptr& c, const request& r, const reply& to) {
  if (auto known = check_query(r.query, {"after", "limit"}); !known) return to.refuse(known.error());
  auto after = read_position(r.query);
  if (!after) return to.refuse(after.error());
  auto limit = read_limit(r.query);
  if (!limit) return to.refuse(limit.error());
  // The newest ones, which are asked for without `after`, have nothing behind them.
  bool may_go_on = after->has_value();
  auto from = after->value_or(newest_rows);
  if (may_go_on && from == 0) from = before_all_rows;
  c->store->read_audit(from, *limit,
                       [to, may_go_on, limit = *limit](result<std::vector<store::audit_record>> found) {
                         if (!found) return to.refuse(found.error());
                         boost::json::array list;
                         for (const auto& row : *found)
                           list.push_back(to_json(row));
                         boost::json::value next = nullptr;
                         if (may_go_on && found->size() == limit) next = found->back().id;
                         to.send(json_response(200, {{"audit", std::move(list)}, {"next", next}}));
                       });
}

} // namespace

void add_access_calls(api_routes& routes, access_calls_context context) {
  auto c = std::make_shared<access_calls_context>(std::move(context));
  auto tokens = routes.who_may();
  routes.add("POST", "/v1/tokens", need::administer,
             [c, tokens](const request& r, const reply& to) { create_token(c, tokens, r, to); });
  routes.add("GET", "/v1/tokens", need::administer,
             [tokens](const request&, const reply& to) { list_tokens(tokens, to); });
  routes.add("DELETE", "/v1/tokens/{id}", need::administer,
             [tokens](const request& r, const reply& to) { revoke_token(tokens, r, to); });
  routes.add("POST", "/v1/sign-in-codes", need::administer,
             [c, tokens](const request& r, const reply& to) { make_code(c, tokens, r, to); });
  routes.add("POST", "/v1/sign-in", need::anyone,
             [tokens](const request& r, const reply& to) { sign_in(tokens, r, to); });
  routes.add("POST", "/v1/sign-out", need::read,
             [tokens](const request&, const reply& to) { sign_out(tokens, to); });
  routes.add("GET", "/v1/whoami", need::read, [](const request&, const reply& to) { tell_who(to); });
  routes.add("GET", "/v1/audit", need::administer,
             [c](const request& r, const reply& to) { read_audit(c, r, to); });
}

} // namespace weixin::admin
