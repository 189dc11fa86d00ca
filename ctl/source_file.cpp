#include "ctl/source_file.hpp"

#include <algorithm>
#include <system_error>

namespace weixin::ctl {

namespace {

error changed() { return fail(errc::file_changed, "the file changed while it was read"); }

} // namespace

result<source_file> source_file::open(const std::string& path) {
  std::error_code ec;
  source_file f;
  f.path_ = path;
  auto status = std::filesystem::status(path, ec);
  if (status.type() == std::filesystem::file_type::not_found)
    return fail(errc::file_gone, "there is no such file");
  if (!std::filesystem::is_regular_file(status))
    return fail(errc::invalid_argument, ec ? ec.message() : "it is not a regular file");
  f.in_.open(path, std::ios::binary);
  if (!f.in_) return fail(errc::invalid_argument, "it cannot be read");
  f.bytes_ = f.left_ = std::filesystem::file_size(path, ec);
  if (!ec) f.modified_ = std::filesystem::last_write_time(path, ec);
  if (ec) return fail(errc::invalid_argument, ec.message());
  if (f.bytes_ == 0) return fail(errc::file_empty, "it is empty");
  return f;
}

result<std::string> source_file::next() {
  std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(left_, max_piece)), '\0');
  if (!in_.read(piece.data(), static_cast<std::streamsize>(piece.size()))) return changed();
  left_ -= piece.size();
  if (left_ == 0 && !is_unchanged()) return changed();
  return piece;
}

bool source_file::is_unchanged() const {
  std::error_code ec;
  auto bytes = std::filesystem::file_size(path_, ec);
  if (ec || bytes != bytes_) return false;
  auto modified = std::filesystem::last_write_time(path_, ec);
  return !ec && modified == modified_;
}

} // namespace weixin::ctl
