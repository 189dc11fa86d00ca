#include "admin/access.hpp"

#include "admin/token_text.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace weixin::admin {

namespace {

/// Failed attempts of one address: so many a second, and as many at once.
constexpr double failures_per_second = 5;

/// When something of this lifetime ends that was made with `by`.
wall_time end_of(wall_time now, std::chrono::seconds lifetime, const std::optional<wall_time>& by) {
  auto end = now + lifetime;
  return by ? std::min(end, *by) : end;
}

} // namespace

std::string_view bearer_token(const httpd::request& r) noexcept {
  constexpr std::string_view scheme = "Bearer ";
  auto value = r.header("Authorization");
  if (value.size() <= scheme.size() || !boost::beast::iequals(value.substr(0, scheme.size()), scheme))
    return {};
  value.remove_prefix(scheme.size());
  while (value.starts_with(' '))
    value.remove_prefix(1);
  return value;
}

access::access(std::shared_ptr<store::store> store, std::shared_ptr<const wall_clock> clock,
               entropy_source entropy)
    : store_(std::move(store)), clock_(std::move(clock)), ids_('t', std::move(entropy)),
      failures_(failures_per_second) {}

void access::load(const std::vector<store::token_record>& tokens) {
  std::lock_guard lock(mutex_);
  for (const auto& t : tokens)
    grants_.push_back(std::make_shared<grant>(t));
}

std::size_t access::tokens() const {
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(grants_.begin(), grants_.end(), [](const auto& g) { return !g->is_session(); }));
}

std::shared_ptr<grant> access::find(std::string_view token) const {
  if (!is_token(token)) return nullptr;
  auto hash = hash_of(token);
  std::shared_ptr<grant> found;
  {
    std::lock_guard lock(mutex_);
    for (const auto& g : grants_)
      if (are_equal(g->record().hash, hash)) found = g;
  }
  return found && found->is_good(clock_->now()) ? found : nullptr;
}

caller access::identify(const httpd::request& r) const {
  if (r.peer) return {.peer = r.peer};
  auto token = bearer_token(r);
  return {.from = r.peer_address, .by = token.empty() ? nullptr : find(token)};
}

void access::used(const std::shared_ptr<grant>& by) {
  auto now = clock_->now();
  if (by->use(now)) store_->note_token_use(by->record().id, now, [](const result<void>&) {});
}

void access::create(access_request wanted, const caller& who, store::store::callback<made_access> done) {
  auto now = clock_->now();
  made_access made{make_token(), {}};
  made.record.id = ids_.next(now);
  made.record.name = std::move(wanted.name);
  made.record.scope = wanted.scope;
  made.record.accounts = std::move(wanted.accounts);
  made.record.hash = hash_of(made.text.reveal());
  made.record.created_by = who.name();
  made.record.created_at = now;
  if (wanted.expires_in) made.record.expires_at = now + *wanted.expires_in;
  auto record = made.record;
  store_->add_token(std::move(record),
                    [this, made = std::move(made), done = std::move(done)](result<void> stored) mutable {
                      if (!stored) return done(stored.error());
                      {
                        std::lock_guard lock(mutex_);
                        grants_.push_back(std::make_shared<grant>(made.record));
                      }
                      done(std::move(made));
                    });
}

std::vector<std::shared_ptr<grant>> access::take(const std::string& id) {
  std::vector<std::shared_ptr<grant>> taken;
  std::lock_guard lock(mutex_);
  auto goes = [&id](const std::shared_ptr<grant>& g) { return g->record().id == id || g->made_with() == id; };
  std::copy_if(grants_.begin(), grants_.end(), std::back_inserter(taken), goes);
  std::erase_if(grants_, goes);
  std::erase_if(codes_, [&id](const code& c) { return c.made_with == id; });
  return taken;
}

void access::revoke(const std::string& id, store::store::callback<void> done) {
  if (!store::is_id('t', id)) return done(fail(errc::token_not_found));
  auto taken = take(id);
  bool was_session = false;
  for (const auto& g : taken) {
    g->revoke();
    was_session = was_session || (g->record().id == id && g->is_session());
  }
  if (was_session) return done({});
  // Also one that is not known here: an attempt before this one may not have reached the disk.
  store_->remove_token(id, std::move(done));
}

std::vector<std::shared_ptr<grant>> access::list() const {
  std::vector<std::shared_ptr<grant>> all;
  {
    std::lock_guard lock(mutex_);
    auto now = clock_->now();
    std::copy_if(grants_.begin(), grants_.end(), std::back_inserter(all),
                 [now](const auto& g) { return !g->is_session() || !g->is_expired(now); });
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a->record().id < b->record().id; });
  return all;
}

made_access access::make_code(access_request wanted, const caller& who) {
  auto now = clock_->now();
  auto of_maker = who.by ? who.by->record().expires_at : std::nullopt;
  made_access made{make_sign_in_code(), {}};
  made.record.name = std::move(wanted.name);
  made.record.scope = wanted.scope;
  made.record.accounts = std::move(wanted.accounts);
  made.record.created_by = who.name();
  // Nothing that a token made outlives it.
  if (of_maker) made.record.expires_at = of_maker;
  code c{hash_of(made.text.reveal()), made.record, {}, end_of(now, code_lifetime, of_maker)};
  if (who.by) c.made_with = who.by->made_with().empty() ? who.by->record().id : who.by->made_with();
  made.record.expires_at = c.expires_at;
  std::lock_guard lock(mutex_);
  std::erase_if(codes_, [now](const code& old) { return old.expires_at <= now; });
  if (codes_.size() >= max_codes) codes_.erase(codes_.begin());
  codes_.push_back(std::move(c));
  return made;
}

result<made_access> access::sign_in(std::string_view text) {
  auto now = clock_->now();
  auto hash = hash_of(text);
  made_access made{make_token(), {}};
  std::shared_ptr<grant> evicted;
  std::unique_lock lock(mutex_);
  auto found =
      std::find_if(codes_.begin(), codes_.end(), [&hash](const code& c) { return are_equal(c.hash, hash); });
  if (found == codes_.end() || found->expires_at <= now) return fail(errc::code_rejected);
  auto c = std::move(*found);
  codes_.erase(found);
  made.record = std::move(c.record);
  made.record.id = ids_.next(now);
  made.record.hash = hash_of(made.text.reveal());
  made.record.created_at = now;
  made.record.expires_at = end_of(now, session_lifetime, made.record.expires_at);
  std::erase_if(grants_, [now](const auto& g) { return g->is_session() && g->is_expired(now); });
  auto session_count =
      std::count_if(grants_.begin(), grants_.end(), [](const auto& g) { return g->is_session(); });
  if (static_cast<std::size_t>(session_count) >= max_sessions) {
    auto first = std::min_element(grants_.begin(), grants_.end(), [](const auto& a, const auto& b) {
      auto end = [](const auto& g) { return g->is_session() ? *g->record().expires_at : wall_time::max(); };
      return end(a) < end(b);
    });
    evicted = *first;
    grants_.erase(first);
  }
  grants_.push_back(std::make_shared<grant>(made.record, true, std::move(c.made_with)));
  lock.unlock();
  if (evicted) evicted->revoke();
  return made;
}

bool access::sign_out(const caller& who) {
  if (!who.by || !who.by->is_session()) return false;
  for (const auto& g : take(who.by->record().id))
    g->revoke();
  return true;
}

std::optional<std::chrono::nanoseconds> access::failed(const std::string& address) {
  std::lock_guard lock(mutex_);
  return failures_.refuse(address, std::chrono::steady_clock::now());
}

} // namespace weixin::admin
