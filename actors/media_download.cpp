#include "actors/media_download.hpp"

#include "protocol/content_range.hpp"
#include "protocol/webwx/file_kind.hpp"
#include "protocol/webwx/media.hpp"

#include <string_view>

namespace weixin {

namespace {

constexpr std::size_t judged_bytes = 64;

error wrong(webwx::endpoint call, std::string_view what) {
  return fail(errc::malformed_answer, std::string{to_string(call)} + ": " + std::string{what});
}

} // namespace

media_download::media_download(media_expectation expected, media_writer_factory make_writer)
    : expected_(std::move(expected)), make_writer_(std::move(make_writer)) {}

void media_download::start_anew() {
  writer_.reset();
  bytes_ = 0;
  first_bytes_.clear();
  total_.reset();
  has_ranges_ = false;
}

result<void> media_download::begin(const http_response& head) {
  // A server may answer the whole when it was asked for the rest.
  if (head.status != 206) start_anew();
  if (head.status == 206) {
    auto range = read_content_range(find_header(head.headers, "Content-Range"));
    if (range && range->from != bytes_) return wrong(expected_.call, "another range than was asked for");
    if (!range && bytes_ > 0) return wrong(expected_.call, "a part of nobody knows what");
    if (range && total_ && range->total && *range->total != *total_)
      return wrong(expected_.call, "another length than before");
    if (range && range->total) total_ = range->total;
    has_ranges_ = range.has_value();
    if (total_ && *total_ > expected_.max_bytes)
      return fail(errc::answer_too_large, std::string{to_string(expected_.call)} + ": announced length");
  }
  if (writer_) return {};
  auto made = make_writer_(expected_.max_bytes);
  if (!made) return made.error();
  writer_ = std::move(*made);
  return {};
}

void media_download::write(std::string piece, std::function<void(result<void>)> done) {
  if (!writer_) return done(fail(errc::internal, "a body without a head"));
  if (first_bytes_.size() < judged_bytes) {
    first_bytes_ += piece.substr(0, judged_bytes - first_bytes_.size());
    // With status 200 Weixin also answers a page or JSON when it has no media.
    if (first_bytes_.size() == judged_bytes)
      if (auto good = judge(); !good) return done(good.error());
  }
  bytes_ += piece.size();
  writer_->write(std::move(piece), std::move(done));
}

result<void> media_download::judge() const {
  return webwx::check_media_bytes(first_bytes_, expected_.call, expected_.file_name);
}

void media_download::finish(std::function<void(result<store::media_file_info>)> done) {
  auto refuse = [&](error e) {
    start_anew();
    done(std::move(e));
  };
  if (!writer_ || bytes_ == 0) return refuse(wrong(expected_.call, "empty body"));
  if (auto good = judge(); !good) return refuse(good.error());
  if (total_ && bytes_ != *total_) {
    // What came so far is good: the next call asks for the rest.
    if (bytes_ > *total_) start_anew();
    return done(wrong(expected_.call, "not as long as it said"));
  }
  if (expected_.announced_bytes != 0 && bytes_ != expected_.announced_bytes)
    return refuse(wrong(expected_.call, "not as long as the message says"));
  writer_->finish([writer = writer_, done = std::move(done)](result<store::media_file_info> info) {
    done(std::move(info));
  });
}

void media_download::call_failed(const error& why) {
  bool was_cut = why.code == errc::connection_lost || why.code == errc::timed_out;
  if (!was_cut || !has_ranges_) start_anew();
}

std::string media_download::mime() const {
  return std::string{webwx::mime_type_of(webwx::file_kind_of(first_bytes_))};
}

} // namespace weixin
