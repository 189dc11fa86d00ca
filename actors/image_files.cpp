#include "actors/image_files.hpp"

#include "protocol/webwx/media.hpp"
#include "runtime/log.hpp"

#include <atomic>

namespace weixin {

namespace {

class image_file final : public image_sink {
public:
  /// Notes whose file it is.
  using note = std::function<void(std::function<void(result<void>)>)>;

  image_file(std::shared_ptr<store::media_file> file, note noted,
             std::function<void(result<std::string>)> finished)
      : file_(std::move(file)), note_(std::move(noted)),
        finished_(std::make_shared<once>(std::move(finished))) {}

  void write(std::string piece, std::function<void(result<void>)> done) override {
    // With status 200 Weixin also answers a page or JSON when it has no picture.
    if (written_ == 0)
      if (auto ok = webwx::check_image_bytes(piece); !ok) return done(ok.error());
    written_ += piece.size();
    file_->write(std::move(piece), std::move(done));
  }

  void finish() override {
    if (written_ == 0) return abandon(fail(errc::malformed_answer, "webwxgetmsgimg: the picture is empty"));
    // First the note: a file that nobody knows of would outlive its account.
    note_([file = file_, finished = finished_](result<void> noted) {
      if (!noted) return finished->call(noted.error());
      file->finish([finished](result<store::media_file_info> info) {
        if (info)
          finished->call(info->path.string());
        else
          finished->call(info.error());
      });
    });
  }

  void abandon(error why) override {
    file_.reset(); // removes what was written
    finished_->call(std::move(why));
  }

private:
  struct once {
    explicit once(std::function<void(result<std::string>)> f) : callback(std::move(f)) {}
    void call(result<std::string> r) {
      if (!called.exchange(true)) callback(std::move(r));
    }
    std::function<void(result<std::string>)> callback;
    std::atomic<bool> called{false};
  };

  std::shared_ptr<store::media_file> file_;
  note note_;
  std::shared_ptr<once> finished_;
  std::uint64_t written_ = 0;
};

/// Stands in for a file that could not be begun: every write fails with the reason.
class no_file final : public image_sink {
public:
  no_file(error why, std::function<void(result<std::string>)> finished)
      : why_(std::move(why)), finished_(std::move(finished)) {}
  void write(std::string, std::function<void(result<void>)> done) override { done(why_); }
  void finish() override { finished_(why_); }
  void abandon(error) override { finished_(why_); }

private:
  error why_;
  std::function<void(result<std::string>)> finished_;
};

} // namespace

image_sink_factory make_image_files(std::shared_ptr<store::media_files> files,
                                    std::shared_ptr<store::store> store,
                                    std::shared_ptr<store::id_source> ids,
                                    std::shared_ptr<const wall_clock> clock, std::uint64_t max_bytes) {
  return [=](const std::string& account, const std::string& msg_id,
             std::function<void(result<std::string>)> finished) -> std::shared_ptr<image_sink> {
    auto id = ids->next(clock->now());
    auto file = files->create(id, max_bytes);
    if (!file) return std::make_shared<no_file>(file.error(), std::move(finished));
    auto told = [account, msg_id, finished = std::move(finished)](result<std::string> path) {
      if (path) log_debug("media.stored", {{"account", account}, {"msg_id", msg_id}, {"path", *path}});
      finished(std::move(path));
    };
    auto note = [store, account, id](std::function<void(result<void>)> done) {
      store->add_media(account, id, std::move(done));
    };
    return std::make_shared<image_file>(std::move(*file), std::move(note), std::move(told));
  };
}

} // namespace weixin
