#include "tests/store/support.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

namespace weixin::store {

temporary_directory::temporary_directory() {
  auto pattern = (std::filesystem::temp_directory_path() / "weixin-store-XXXXXX").string();
  if (::mkdtemp(pattern.data())) path_ = pattern;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  file << text;
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777u : 0;
}

account_record account_named(std::string name) {
  account_record account;
  account.name = std::move(name);
  account.bots = {"echo", "rules"};
  account.created_at = wall_time{std::chrono::milliseconds{1'700'000'000'123}};
  return account;
}

} // namespace weixin::store
