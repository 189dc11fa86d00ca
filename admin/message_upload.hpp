#pragma once

#include "actors/messages.hpp"
#include "admin/multipart_reader.hpp"
#include "httpd/message.hpp"
#include "protocol/webwx/upload_plan.hpp"
#include "store/spool.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace weixin::admin {

/// A message whose file comes as multipart/form-data: the fields `to`, `kind`, `expires_in` and `on_unknown`,
/// and one part `file`, which goes to the spool as it comes. On the listener's thread, except that pieces are
/// acknowledged by the spool's.
class message_upload final : public httpd::body_receiver,
                             public std::enable_shared_from_this<message_upload> {
public:
  message_upload(std::shared_ptr<store::spool> spool, std::uint64_t max_bytes, std::string content_type);

  void take(std::string piece, std::function<void(result<void>)> done) override;

  /// What is wrong with it, once the body has ended or was given up.
  result<void> check() const;
  /// A field's text; nothing when it was not there.
  std::optional<std::string> field(std::string_view name) const;
  const std::string& file_name() const noexcept { return file_name_; }
  /// Completes the file. Once, after `check` said that nothing is wrong.
  void finish(store::spool::callback<store::spooled_file> done);

private:
  static constexpr std::size_t max_field_bytes = 4'096;

  result<std::string> read(std::string_view piece);
  result<void> begin(multipart_reader::event& part);

  std::shared_ptr<store::spool> spool_;
  std::uint64_t max_bytes_;
  std::optional<multipart_reader> reader_;
  std::optional<error> failed_;
  std::map<std::string, std::string, std::less<>> fields_;
  std::string* open_field_ = nullptr;
  std::string file_name_;
  std::shared_ptr<store::spool::writer> file_;
};

/// What a file in the spool becomes: of the kind that is asked for, else of the one that its bytes are.
/// Pictures are JPEG, PNG or BMP, videos MP4, emoticons GIF; anything is a file. A name gets the extension
/// that belongs to its bytes where Weixin looks at it. Error: unsupported_file, with a sentence.
result<store::upload_content> upload_of(std::optional<store::send_kind> kind, const std::string& file_name,
                                        store::spooled_file file);

/// The largest file of that kind.
std::uint64_t limit_of(store::send_kind kind, const webwx::upload_limits& limits) noexcept;

} // namespace weixin::admin
