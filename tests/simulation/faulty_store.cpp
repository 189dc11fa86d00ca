#include "tests/simulation/faulty_store.hpp"

#include <utility>

namespace weixin::simulation {
namespace {

constexpr auto fastest = 100us;
constexpr auto slowest = 4ms;

} // namespace

faulty_store::faulty_store(timeline& time, fault_plan& plan, trace& t,
                           std::shared_ptr<weixin::store::store> inner, store_observer& observer,
                           std::uint64_t seed)
    : time_(time), plan_(plan), trace_(t), inner_(std::move(inner)), observer_(observer),
      random_(seed ^ 0x57023ULL) {}

void faulty_store::be_full_for(std::chrono::nanoseconds time) { full_until_ = time_.now() + time; }
void faulty_store::fail_for(std::chrono::nanoseconds time) { failing_until_ = time_.now() + time; }
void faulty_store::be_slow_for(std::chrono::nanoseconds time) { slow_until_ = time_.now() + time; }
void faulty_store::recover() { full_until_ = failing_until_ = slow_until_ = {}; }

void faulty_store::die(std::size_t carried_out) {
  alive_ = false;
  *exists_ = false;
  for (std::size_t i = 0; i < carried_out && i < waiting_.size(); ++i)
    (*waiting_[i])(std::nullopt, false);
  waiting_.clear();
}

faulty_store::error_or_none faulty_store::trouble(bool writes) {
  if (!writes) return std::nullopt;
  if (time_.now() < full_until_) {
    plan_.fired(fault::disk_full);
    accepting_ = false;
    return fail(errc::disk_full, "simulated");
  }
  if (time_.now() < failing_until_) {
    plan_.fired(fault::store_failed);
    return fail(errc::store_failed, "simulated");
  }
  return std::nullopt;
}

void faulty_store::line_up(const char* name, bool writes, std::function<void(error_or_none, bool)> work) {
  if (!alive_) return;
  std::chrono::nanoseconds takes = between(random_, fastest, slowest);
  if (time_.now() < slow_until_) {
    plan_.fired(fault::store_slow);
    takes = between(random_, 100ms, 5s);
  }
  // In their order, as the one thread of the real store.
  last_due_ = std::max(last_due_, time_.now() + takes);
  auto job = std::make_shared<std::function<void(error_or_none, bool)>>(std::move(work));
  waiting_.push_back(job);
  time_.after(last_due_ - time_.now(), [this, name, writes, job, exists = exists_] {
    if (!*exists) return;
    waiting_.pop_front();
    auto e = trouble(writes);
    trace_.note(static_cast<std::uint64_t>(time_.now().time_since_epoch().count()), std::string_view{name},
                e ? static_cast<std::uint64_t>(e->code) : 0);
    (*job)(std::move(e), true);
  });
}

template <class T, class Ask>
void faulty_store::forward(const char* name, bool writes, callback<T> done, Ask ask) {
  line_up(name, writes,
          [done = std::move(done), ask = std::move(ask)](const error_or_none& e, bool answers) mutable {
            if (e) return done(*e);
            ask([&](result<T> r) {
              if (answers) done(std::move(r));
            });
          });
}

void faulty_store::list_accounts(callback<std::vector<account_record>> done) {
  forward<std::vector<account_record>>("list_accounts", false, std::move(done),
                                       [this](auto answer) { inner_->list_accounts(answer); });
}

void faulty_store::add_account(account_record account, callback<void> done) {
  forward<void>("add_account", true, std::move(done),
                [this, a = std::move(account)](auto answer) { inner_->add_account(a, answer); });
}

void faulty_store::update_account(account_record account, callback<void> done) {
  forward<void>("update_account", true, std::move(done),
                [this, a = std::move(account)](auto answer) { inner_->update_account(a, answer); });
}

void faulty_store::remove_account(std::string name, callback<std::vector<std::string>> done) {
  forward<std::vector<std::string>>("remove_account", true, std::move(done),
                                    [this, name](auto answer) { inner_->remove_account(name, answer); });
}

void faulty_store::edit_accounts(weixin::store::account_editor decide,
                                 callback<std::vector<std::string>> done) {
  forward<std::vector<std::string>>("edit_accounts", true, std::move(done),
                                    [this, decide](auto answer) { inner_->edit_accounts(decide, answer); });
}

void faulty_store::append_history(std::string account, state_change change, callback<void> done) {
  forward<void>("append_history", true, std::move(done),
                [this, account, change](auto answer) { inner_->append_history(account, change, answer); });
}

void faulty_store::read_history(std::string account, std::int64_t after, std::size_t limit,
                                callback<std::vector<state_change>> done) {
  forward<std::vector<state_change>>("read_history", false, std::move(done), [=, this](auto answer) {
    inner_->read_history(account, after, limit, answer);
  });
}

void faulty_store::commit(sync_commit commit, callback<std::vector<appended_message>> done) {
  forward<std::vector<appended_message>>(
      "commit", true, std::move(done), [this, c = std::move(commit)](auto answer) {
        inner_->commit(c, [&](result<std::vector<appended_message>> fresh) {
          if (fresh) observer_.committed(c, *fresh);
          answer(std::move(fresh));
        });
      });
}

void faulty_store::save_session(std::string account, std::optional<webwx::session> session,
                                callback<void> done) {
  forward<void>("save_session", true, std::move(done), [this, account, s = std::move(session)](auto answer) {
    inner_->save_session(account, s, [&](result<void> r) {
      if (r) observer_.session_saved(account, s);
      answer(std::move(r));
    });
  });
}

void faulty_store::load_session(std::string account, callback<std::optional<webwx::session>> done) {
  forward<std::optional<webwx::session>>(
      "load_session", false, std::move(done),
      [this, account](auto answer) { inner_->load_session(account, answer); });
}

void faulty_store::read_inbox(inbox_query query, callback<std::vector<stored_message>> done) {
  forward<std::vector<stored_message>>("read_inbox", false, std::move(done),
                                       [this, query](auto answer) { inner_->read_inbox(query, answer); });
}

void faulty_store::inbox_positions_of(std::string account, callback<inbox_positions> done) {
  forward<inbox_positions>("inbox_positions_of", false, std::move(done),
                           [this, account](auto answer) { inner_->inbox_positions_of(account, answer); });
}

void faulty_store::save_position(std::string account, std::string consumer, std::int64_t seq,
                                 callback<void> done) {
  forward<void>("save_position", true, std::move(done), [=, this](auto answer) {
    inner_->save_position(account, consumer, seq, [&](result<void> r) {
      if (r) observer_.position_saved(account, consumer, seq);
      answer(std::move(r));
    });
  });
}

void faulty_store::save_contacts(std::string account, std::vector<contact_record> contacts,
                                 callback<void> done) {
  forward<void>(
      "save_contacts", true, std::move(done),
      [this, account, c = std::move(contacts)](auto answer) { inner_->save_contacts(account, c, answer); });
}

void faulty_store::load_contacts(std::string account, callback<std::vector<contact_record>> done) {
  forward<std::vector<contact_record>>("load_contacts", false, std::move(done), [this, account](auto answer) {
    inner_->load_contacts(account, answer);
  });
}

void faulty_store::load_friend_requests(std::string account,
                                        callback<std::vector<friend_request_record>> done) {
  forward<std::vector<friend_request_record>>(
      "load_friend_requests", false, std::move(done),
      [this, account](auto answer) { inner_->load_friend_requests(account, answer); });
}

void faulty_store::remove_friend_request(std::string account, std::string id, callback<void> done) {
  forward<void>("remove_friend_request", true, std::move(done),
                [=, this](auto answer) { inner_->remove_friend_request(account, id, answer); });
}

void faulty_store::find_message(std::string account, std::string msg_id,
                                callback<std::optional<stored_message>> done) {
  forward<std::optional<stored_message>>("find_message", false, std::move(done), [=, this](auto answer) {
    inner_->find_message(account, msg_id, answer);
  });
}

void faulty_store::want_media(std::string account, media_record wanted, callback<media_record> done) {
  forward<media_record>("want_media", true, std::move(done),
                        [=, this](auto answer) { inner_->want_media(account, wanted, answer); });
}

void faulty_store::waiting_media(std::string account, std::size_t limit,
                                 callback<std::vector<media_record>> done) {
  forward<std::vector<media_record>>("waiting_media", false, std::move(done), [=, this](auto answer) {
    inner_->waiting_media(account, limit, answer);
  });
}

void faulty_store::keep_media(std::string account, media_record record, media_quota quota,
                              callback<kept_media> done) {
  forward<kept_media>("keep_media", true, std::move(done),
                      [=, this](auto answer) { inner_->keep_media(account, record, quota, answer); });
}

void faulty_store::note_media(std::string account, media_record record, callback<void> done) {
  forward<void>("note_media", true, std::move(done),
                [=, this](auto answer) { inner_->note_media(account, record, answer); });
}

void faulty_store::find_media(std::string account, std::string owner,
                              callback<std::vector<media_record>> done) {
  forward<std::vector<media_record>>("find_media", false, std::move(done),
                                     [=, this](auto answer) { inner_->find_media(account, owner, answer); });
}

void faulty_store::unknown_media_files(std::vector<std::string> files,
                                       callback<std::vector<std::string>> done) {
  forward<std::vector<std::string>>("unknown_media_files", false, std::move(done),
                                    [=, this](auto answer) { inner_->unknown_media_files(files, answer); });
}

void faulty_store::enqueue(send_record send, callback<accepted_send> done) {
  forward<accepted_send>("enqueue", true, std::move(done), [this, s = std::move(send)](auto answer) {
    inner_->enqueue(s, [&](result<accepted_send> r) {
      if (r) observer_.enqueued(s, *r);
      answer(std::move(r));
    });
  });
}

void faulty_store::update_send(send_record send, callback<void> done) {
  auto told = [this, send, done = std::move(done)](result<void> r) {
    if (!r) observer_.not_updated(send, r.error());
    done(std::move(r));
  };
  forward<void>("update_send", true, std::move(told), [this, s = std::move(send)](auto answer) {
    inner_->update_send(s, [&](result<void> r) {
      if (r) observer_.updated(s);
      answer(std::move(r));
    });
  });
}

void faulty_store::find_send(std::string account, std::string id, callback<std::optional<send_record>> done) {
  forward<std::optional<send_record>>("find_send", false, std::move(done),
                                      [=, this](auto answer) { inner_->find_send(account, id, answer); });
}

void faulty_store::unfinished_sends(std::string account, callback<std::vector<send_record>> done) {
  forward<std::vector<send_record>>("unfinished_sends", false, std::move(done), [this, account](auto answer) {
    inner_->unfinished_sends(account, answer);
  });
}

void faulty_store::find_sent(std::string account, std::string msg_id,
                             callback<std::optional<send_record>> done) {
  forward<std::optional<send_record>>("find_sent", false, std::move(done),
                                      [=, this](auto answer) { inner_->find_sent(account, msg_id, answer); });
}

void faulty_store::spooled_files(callback<std::vector<std::string>> done) {
  forward<std::vector<std::string>>("spooled_files", false, std::move(done),
                                    [this](auto answer) { inner_->spooled_files(answer); });
}

void faulty_store::list_sends(outbox_query query, callback<std::vector<send_record>> done) {
  forward<std::vector<send_record>>("list_sends", false, std::move(done),
                                    [this, query](auto answer) { inner_->list_sends(query, answer); });
}

void faulty_store::list_tokens(callback<std::vector<token_record>> done) {
  forward<std::vector<token_record>>("list_tokens", false, std::move(done),
                                     [this](auto answer) { inner_->list_tokens(answer); });
}

void faulty_store::add_token(token_record token, callback<void> done) {
  forward<void>("add_token", true, std::move(done),
                [=, this](auto answer) { inner_->add_token(token, answer); });
}

void faulty_store::remove_token(std::string id, callback<void> done) {
  forward<void>("remove_token", true, std::move(done),
                [=, this](auto answer) { inner_->remove_token(id, answer); });
}

void faulty_store::note_token_use(std::string id, wall_time at, callback<void> done) {
  forward<void>("note_token_use", true, std::move(done),
                [=, this](auto answer) { inner_->note_token_use(id, at, answer); });
}

void faulty_store::append_audit(audit_record row, callback<void> done) {
  forward<void>("append_audit", true, std::move(done),
                [=, this](auto answer) { inner_->append_audit(row, answer); });
}

void faulty_store::read_audit(std::int64_t after, std::size_t limit,
                              callback<std::vector<audit_record>> done) {
  forward<std::vector<audit_record>>("read_audit", false, std::move(done),
                                     [=, this](auto answer) { inner_->read_audit(after, limit, answer); });
}

void faulty_store::probe(callback<void> done) {
  forward<void>("probe", true, std::move(done), [this](auto answer) {
    inner_->probe([&](result<void> r) {
      if (r) accepting_ = true;
      answer(std::move(r));
    });
  });
}

void faulty_store::upkeep(wall_time now, retention keep, callback<upkeep_report> done) {
  forward<upkeep_report>("upkeep", true, std::move(done),
                         [=, this](auto answer) { inner_->upkeep(now, keep, answer); });
}

void faulty_store::backup(std::filesystem::path file, callback<void> done) {
  forward<void>("backup", false, std::move(done),
                [this, file](auto answer) { inner_->backup(file, answer); });
}

void faulty_store::check(callback<check_report> done) {
  forward<check_report>("check", false, std::move(done), [this](auto answer) { inner_->check(answer); });
}

weixin::secret faulty_store::derived_key(std::string_view purpose) const {
  return inner_->derived_key(purpose);
}

weixin::store::store_health faulty_store::health() const {
  auto h = inner_->health();
  h.accepting = h.accepting && accepting_;
  h.waiting_calls = waiting_.size();
  return h;
}

} // namespace weixin::simulation
