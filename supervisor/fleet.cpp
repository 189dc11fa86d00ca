#include "supervisor/fleet.hpp"

#include "supervisor/fleet_supervisor.hpp"

#include <algorithm>

namespace weixin::supervisor {

bool is_valid_account_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 63 || name.front() == '-') return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

struct fleet::impl {
  std::shared_ptr<fleet_directory> directory = std::make_shared<fleet_directory>();
  fleet_actor root;

  void ask(std::function<void(fleet_supervisor&)> work) {
    caf::anon_send(root, fleet_request{std::move(work)});
  }
};

fleet::fleet(caf::actor_system& system, std::shared_ptr<const services> service, fleet_options options)
    : impl_(std::make_unique<impl>()) {
  auto shard = options.fleet_shard;
  impl_->root = runtime::spawn_on<fleet_supervisor>(system, shard, std::move(service), std::move(options),
                                                    impl_->directory);
}

fleet::~fleet() { stop(); }

void fleet::start(std::function<void(result<std::size_t>)> done) {
  impl_->ask([done = std::move(done)](fleet_supervisor& f) { f.start(done); });
}

void fleet::stop() { caf::anon_send_exit(impl_->root, caf::exit_reason::user_shutdown); }

void fleet::answer(std::function<void()> answered) {
  impl_->ask([answered = std::move(answered)](fleet_supervisor&) { answered(); });
}

std::vector<account_view> fleet::accounts() const { return impl_->directory->views(); }

std::optional<account_view> fleet::account(std::string_view name) const {
  auto status = impl_->directory->find(name);
  if (!status) return std::nullopt;
  return status->view();
}

std::optional<std::optional<pending_qr>> fleet::qr(std::string_view name) const {
  auto status = impl_->directory->find(name);
  if (!status) return std::nullopt;
  return status->qr();
}

std::shared_ptr<const webwx::scan_picture> fleet::scan_picture(std::string_view name) const {
  auto status = impl_->directory->find(name);
  return status ? status->scan_picture() : nullptr;
}

std::map<std::string, std::size_t> fleet::count_by_state() const {
  std::map<std::string, std::size_t> counts;
  for (const auto& v : impl_->directory->views())
    ++counts[v.state];
  return counts;
}

void fleet::drawn_qr(std::string name,
                     std::function<void(result<std::shared_ptr<const webwx::scan_picture>>)> reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.drawn_qr(reply); });
  });
}

void fleet::want_media(std::string name, std::string msg_id, store::media_part part, media_reply reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.want_media(msg_id, part, reply); });
  });
}

void fleet::want_upload(std::string name, std::string send_id, media_reply reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.want_upload(send_id, reply); });
  });
}

void fleet::avatar(std::string name, std::string ref, std::string member, media_reply reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.avatar({ref, reply, member}); });
  });
}

void fleet::add(std::string name, std::string kind, account_change initial, view_reply reply) {
  impl_->ask([=](fleet_supervisor& f) { f.add(name, kind, initial, reply); });
}

void fleet::change(std::string name, account_change what, view_reply reply) {
  impl_->ask([=](fleet_supervisor& f) { f.change(name, what, reply); });
}

void fleet::remove(std::string name, std::function<void(result<void>)> reply) {
  impl_->ask([=](fleet_supervisor& f) { f.remove(name, reply); });
}

void fleet::command(std::string name, account_command c, view_reply reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.command(c, reply); });
  });
}

void fleet::apply(fleet_wish wish, bool dry_run, fleet_reply reply) {
  impl_->ask([=](fleet_supervisor& f) { f.apply(wish, dry_run, reply); });
}

void fleet::configure(fleet_configuration by, fleet_wish wish, bool dry_run, fleet_reply reply) {
  impl_->ask([=](fleet_supervisor& f) { f.configure(by, wish, dry_run, reply); });
}

void fleet::send(std::string name, send_request request, send_reply reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.submit({request, reply}); });
  });
}

void fleet::command_send(std::string name, std::string id, outbox_command what, send_record_reply reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.command_send({id, what, reply}); });
  });
}

void fleet::recall(std::string name, std::string id, action_reply reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.recall({id, reply}); });
  });
}

void fleet::mark_read(std::string name, weixin::mark_read what) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, what.reply, [=](account_supervisor& a) { a.mark_as_read(what); });
  });
}

void fleet::contacts(std::string name, std::string query, std::string kind,
                     std::function<void(result<std::vector<contact_view>>)> reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { reply(a.contacts().list(query, kind)); });
  });
}

void fleet::candidates(std::string name, std::string to,
                       std::function<void(std::vector<contact_view>)> reply) {
  auto checked = [reply](result<std::vector<contact_view>> found) {
    reply(found ? std::move(*found) : std::vector<contact_view>{});
  };
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, checked, [=](account_supervisor& a) { reply(a.contacts().candidates(to)); });
  });
}

void fleet::confirm_contact(std::string name, std::string ref, std::string to,
                            std::function<void(result<contact_view>)> reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.confirm_contact(ref, to, reply); });
  });
}

// -- friends and groups
// ------------------------------------------------------------------------------------------

void fleet::operate(std::string name, contact_operation_request what, operation_reply reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.operate({what, reply}); });
  });
}

void fleet::operations(std::string name, std::function<void(result<std::vector<contact_operation>>)> reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { reply(a.operations().list()); });
  });
}

void fleet::operation(std::string name, std::string id, operation_reply reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) {
      auto found = a.operations().find(id);
      if (!found) return reply(fail(errc::operation_not_found));
      reply(std::move(*found));
    });
  });
}

void fleet::groups(std::string name, std::function<void(result<std::vector<group_view>>)> reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { reply(list_groups(a.contacts())); });
  });
}

void fleet::group(std::string name, std::string group,
                  std::function<void(result<std::pair<group_view, std::vector<member_view>>>)> reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) {
      auto found = resolve_group(a.contacts(), group);
      if (!found) return reply(found.error());
      reply(std::pair{describe_group(a.contacts(), *found), list_members(a.contacts(), *found)});
    });
  });
}

void fleet::friend_requests(std::string name,
                            std::function<void(result<std::vector<friend_request_view>>)> reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.friend_requests(reply); });
  });
}

void fleet::ignore_friend_request(std::string name, std::string id, std::function<void(result<void>)> reply) {
  impl_->ask([=](fleet_supervisor& f) {
    f.with_account(name, reply, [=](account_supervisor& a) { a.ignore_friend_request(id, reply); });
  });
}

} // namespace weixin::supervisor
