#include "admin/message_upload.hpp"

#include "actors/upload_job.hpp"
#include "admin/api.hpp"
#include "protocol/webwx/file_kind.hpp"
#include "protocol/webwx/file_name.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <utility>

namespace weixin::admin {

namespace {

constexpr std::uint64_t form_bytes = std::uint64_t{256} * 1024; // of what is around the file

error wrong(const char* sentence) { return fail(errc::invalid_argument, sentence); }

bool is_one_of(webwx::file_kind kind, std::initializer_list<webwx::file_kind> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

store::send_kind kind_by_bytes(webwx::file_kind kind) {
  using enum webwx::file_kind;
  if (is_one_of(kind, {jpeg, png, bmp})) return store::send_kind::image;
  if (kind == mp4) return store::send_kind::video;
  if (kind == gif) return store::send_kind::emoticon;
  return store::send_kind::file;
}

bool begins_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         boost::beast::iequals({text.data(), prefix.size()}, {prefix.data(), prefix.size()});
}

} // namespace

message_upload::message_upload(std::shared_ptr<store::spool> spool, std::uint64_t max_bytes,
                               std::string content_type)
    : spool_(std::move(spool)), max_bytes_(max_bytes) {
  auto reader = multipart_reader::make(content_type);
  if (reader)
    reader_ = std::move(*reader);
  else
    failed_ = reader.error();
}

void message_upload::take(std::string piece, std::function<void(result<void>)> done) {
  if (failed_) return done(*failed_);
  auto bytes = read(piece);
  if (!bytes) {
    failed_ = bytes.error();
    file_.reset();
    return done(*failed_);
  }
  if (bytes->empty()) return done({});
  // The server gives no further piece before it is told, so nobody else is here meanwhile. The peer may go:
  // then this is all that is left.
  file_->write(std::move(*bytes), [self = shared_from_this(), done = std::move(done)](result<void> written) {
    if (!written) self->failed_ = written.error();
    done(std::move(written));
  });
}

/// What of the piece belongs to the file.
result<std::string> message_upload::read(std::string_view piece) {
  auto events = reader_->feed(piece);
  if (!events) return events.error();
  std::string bytes;
  for (auto& e : *events) {
    switch (e.what) {
    case multipart_reader::event::kind::begin:
      if (auto begun = begin(e); !begun) return begun.error();
      break;
    case multipart_reader::event::kind::data:
      if (open_field_ == nullptr)
        bytes += e.data;
      else if (open_field_->size() + e.data.size() > max_field_bytes)
        return wrong("a field of the form has more than 4096 bytes");
      else
        *open_field_ += e.data;
      break;
    case multipart_reader::event::kind::end:
      open_field_ = nullptr;
      break;
    }
  }
  return bytes;
}

result<void> message_upload::begin(multipart_reader::event& part) {
  if (part.name == "file") {
    if (file_) return wrong("the form has more than one part \"file\"");
    if (!part.file_name) return wrong("the part \"file\" needs a filename");
    file_name_ = std::move(*part.file_name);
    file_ = spool_->create(max_bytes_);
    return {};
  }
  for (const char* known : {"to", "kind", "expires_in", "on_unknown"}) {
    if (part.name != known) continue;
    auto [place, added] = fields_.try_emplace(known);
    if (!added) return wrong("the form has a field twice");
    open_field_ = &place->second;
    return {};
  }
  return wrong("unknown part of the form; expected: to, kind, expires_in, on_unknown, file");
}

result<void> message_upload::check() const {
  if (failed_) return *failed_;
  if (!reader_->is_complete()) return wrong("the form ends before its last boundary");
  if (!file_) return wrong("the form has no part \"file\"");
  if (!fields_.contains("to")) return wrong("to is missing");
  return {};
}

std::optional<std::string> message_upload::field(std::string_view name) const {
  auto found = fields_.find(name);
  if (found == fields_.end()) return std::nullopt;
  return found->second;
}

void message_upload::finish(store::spool::callback<store::spooled_file> done) {
  file_->finish(
      [done = std::move(done), file = file_](result<store::spooled_file> r) { done(std::move(r)); });
}

result<store::upload_content> upload_of(std::optional<store::send_kind> kind, const std::string& file_name,
                                        store::spooled_file file) {
  using enum webwx::file_kind;
  auto bytes = webwx::file_kind_of(file.first_bytes);
  store::upload_content content;
  content.kind = kind.value_or(kind_by_bytes(bytes));
  if (content.kind == store::send_kind::image && !is_one_of(bytes, {jpeg, png, bmp}))
    return fail(errc::unsupported_file,
                "A picture must be JPEG, PNG or BMP; send a GIF as emoticon, anything "
                "else as file.");
  if (content.kind == store::send_kind::video && bytes != mp4)
    return fail(errc::unsupported_file, "A video must be MP4; send anything else as file.");
  if (content.kind == store::send_kind::emoticon && bytes != gif)
    return fail(errc::unsupported_file, "An emoticon must be a GIF; send anything else as image or file.");
  content.file_name = webwx::clean_file_name(file_name);
  bool is_named_right = webwx::upload_type_of(content.file_name) == upload_type_of(content.kind);
  if (content.kind != store::send_kind::file && !is_named_right)
    content.file_name += "." + std::string{webwx::extension_of(bytes)};
  content.spool_id = std::move(file.id);
  content.bytes = file.bytes;
  content.md5 = std::move(file.md5);
  content.modified_ms = file.modified_ms;
  return content;
}

std::uint64_t limit_of(store::send_kind kind, const webwx::upload_limits& limits) noexcept {
  switch (kind) {
  case store::send_kind::image:
  case store::send_kind::emoticon:
    return limits.picture;
  case store::send_kind::video:
    return limits.video;
  default:
    return limits.document;
  }
}

std::function<std::shared_ptr<httpd::body_receiver>(const httpd::request& head)>
make_upload_receiver(std::shared_ptr<store::spool> spool, webwx::upload_limits limits) {
  return [spool = std::move(spool),
          limits](const httpd::request& head) -> std::shared_ptr<httpd::body_receiver> {
    bool is_a_message =
        head.method == "POST" && head.path.starts_with("/v1/accounts/") && head.path.ends_with("/messages");
    auto type = std::string{head.header("Content-Type")};
    if (!spool || !is_a_message || !begins_with(type, "multipart/form-data")) return nullptr;
    auto most = std::max({limits.picture, limits.video, limits.document});
    return std::make_shared<message_upload>(spool, most, std::move(type));
  };
}

std::uint64_t max_upload_bytes(const webwx::upload_limits& limits) noexcept {
  return std::max({limits.picture, limits.video, limits.document}) + form_bytes;
}

} // namespace weixin::admin
