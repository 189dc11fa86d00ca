#pragma once

#include "actors/media_writer.hpp"
#include "protocol/webwx/endpoint.hpp"
#include "transport/http_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace weixin {

/// What a download is to become.
struct media_expectation {
  webwx::endpoint call{};
  std::string file_name;             ///< of a file, for judging whether a page may be what was asked for
  std::uint64_t announced_bytes = 0; ///< the size that must come; 0: any
  std::uint64_t max_bytes = 0;
};

/// The body of one medium on its way to a file, over as many calls as it takes (weixin-protocol.md 8):
/// streamed with no more than one piece in memory, judged by its first bytes, its length compared with what
/// the answer and the message said. What a call with a range left behind is gone on with by the next one.
///
/// Used on the actor's shard; the `done` of writes comes from the file thread.
class media_download final : public transport::body_sink {
public:
  media_download(media_expectation expected, media_writer_factory make_writer);

  /// Where the next call is to begin, in bytes; 0 unless an earlier one left something to go on with.
  std::uint64_t offset() const noexcept { return bytes_; }

  /// Errors: malformed_answer (another range than asked for), answer_too_large, and those of the factory.
  result<void> begin(const http_response& head) override;
  /// Errors: malformed_answer for what is no medium, and those of the writer.
  void write(std::string piece, std::function<void(result<void>)> done) override;
  /// The call ended well: the file gets its name, and `done` is told from any thread. Errors:
  /// malformed_answer for an empty body, a page, JSON or a wrong length; those of the writer.
  void finish(std::function<void(result<store::media_file_info>)> done);
  /// The call failed. What it brought is kept when the next one can go on with it.
  void call_failed(const error& why);

  /// "image/jpeg": by the first bytes.
  std::string mime() const;

private:
  result<void> judge() const;
  void start_anew();

  media_expectation expected_;
  media_writer_factory make_writer_;
  std::shared_ptr<media_writer> writer_;
  std::uint64_t bytes_ = 0;
  std::string first_bytes_;
  std::optional<std::uint64_t> total_; ///< as Content-Range said
  bool has_ranges_ = false;
};

} // namespace weixin
