#include "runtime/secret_file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace weixin {

result<secret> read_secret_file(const std::string& path) {
  struct closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::unique_ptr<std::FILE, closer> file{std::fopen(path.c_str(), "rbe")};
  if (!file) return fail(errc::config_invalid, "cannot be opened: " + std::generic_category().message(errno));
  std::string text(longest_secret + 2, '\0'); // a line's end may follow the longest one
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return fail(errc::config_invalid, "cannot be read: " + std::generic_category().message(errno));
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  if (text.size() < shortest_secret || text.size() > longest_secret)
    return fail(errc::config_invalid, "holds " + std::to_string(text.size()) + " bytes, expected " +
                                          std::to_string(shortest_secret) + " to " +
                                          std::to_string(longest_secret));
  return secret{std::move(text)};
}

} // namespace weixin
