#include "actors/media_writer.hpp"

namespace weixin {

namespace {

class file_writer final : public media_writer {
public:
  explicit file_writer(std::shared_ptr<store::media_file> file) : file_(std::move(file)) {}
  void write(std::string piece, std::function<void(result<void>)> done) override {
    file_->write(std::move(piece), std::move(done));
  }
  void finish(std::function<void(result<store::media_file_info>)> done) override {
    file_->finish(std::move(done));
  }

private:
  std::shared_ptr<store::media_file> file_;
};

} // namespace

media_writer_factory make_media_writers(std::shared_ptr<store::media_files> files,
                                        std::shared_ptr<store::id_source> ids,
                                        std::shared_ptr<const wall_clock> clock) {
  return [files = std::move(files), ids = std::move(ids),
          clock = std::move(clock)](std::uint64_t max_bytes) -> result<std::shared_ptr<media_writer>> {
    auto file = files->create(ids->next(clock->now()), max_bytes);
    if (!file) return file.error();
    return std::static_pointer_cast<media_writer>(std::make_shared<file_writer>(std::move(*file)));
  };
}

} // namespace weixin
