#include "admin/calls.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"

namespace weixin::admin {

namespace {

using httpd::request;

/// The right to read the whole database, held until `end`, or until the last copy goes.
class reading_turn {
public:
  explicit reading_turn(context_ptr c) : context_(std::move(c)) {}
  ~reading_turn() { end(); }
  reading_turn(const reading_turn&) = delete;
  reading_turn& operator=(const reading_turn&) = delete;

  /// Null when somebody else has it.
  static std::shared_ptr<reading_turn> take(const context_ptr& c) {
    return c->reads_everything.exchange(true) ? nullptr : std::make_shared<reading_turn>(c);
  }
  /// Before the answer goes out: whoever has that may ask again.
  void end() {
    if (!ended_.exchange(true)) context_->reads_everything = false;
  }

private:
  context_ptr context_;
  std::atomic<bool> ended_{false};
};

error reads_already() { return fail(errc::store_busy, "a backup or a check is under way: wait for its end"); }

} // namespace

void get_store(const context_ptr& c, const request&, const reply& to) {
  auto body = to_json(c->store->health());
  body["durability"] = c->facts.durability;
  body["retention"] = to_json(c->facts.retention());
  to.send(json_response(200, body));
}

void backup_store(const context_ptr& c, const request& r, const reply& to) {
  auto body = read_object(r.body, {"file"});
  if (!body) return to.refuse(body.error());
  auto file = read_file(*body);
  if (!file) return to.refuse(file.error());
  to.concerns(file->native());
  auto turn = reading_turn::take(c);
  if (!turn) return to.refuse(reads_already());
  c->store->backup(*file, [to, turn, name = file->native()](result<void> written) {
    turn->end();
    // No such directory, no permission: the caller named a file that cannot be written.
    if (!written && written.error().code == errc::io_failed)
      return to.refuse(fail(errc::invalid_argument, written.error().context));
    if (!written) return to.refuse(written.error());
    to.send(json_response(200, {{"file", name}}));
  });
}

void check_store(const context_ptr& c, const request& r, const reply& to) {
  if (auto body = read_object(r.body, {}); !body) return to.refuse(body.error());
  auto turn = reading_turn::take(c);
  if (!turn) return to.refuse(reads_already());
  c->store->check([to, turn](result<store::check_report> report) {
    turn->end();
    if (!report) return to.refuse(report.error());
    to.send(json_response(200, to_json(*report)));
  });
}

} // namespace weixin::admin
