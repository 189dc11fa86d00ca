#include "admin/multipart_reader.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace weixin::fuzz {

namespace {

using admin::multipart_reader;
using kind = multipart_reader::event::kind;

struct part {
  std::string name;
  std::optional<std::string> file_name;
  std::string data;
  bool has_ended = false;
  friend bool operator==(const part&, const part&) = default;
};

struct form {
  std::vector<part> parts;
  bool is_complete = false;
  friend bool operator==(const form&, const form&) = default;
};

/// The form, fed `step` bytes at a time; nothing when it is refused.
std::optional<form> read(multipart_reader reader, std::string_view body, std::size_t step) {
  form f;
  for (std::size_t at = 0; at < body.size(); at += step) {
    auto events = reader.feed(body.substr(at, step));
    if (!events) return std::nullopt;
    for (auto& e : *events) {
      bool is_open = !f.parts.empty() && !f.parts.back().has_ended;
      require(is_open == (e.what != kind::begin));
      if (e.what == kind::begin)
        f.parts.push_back({std::move(e.name), std::move(e.file_name), {}, false});
      else if (e.what == kind::data)
        f.parts.back().data += e.data;
      else
        f.parts.back().has_ended = true;
    }
  }
  f.is_complete = reader.is_complete();
  require(!f.is_complete || f.parts.empty() || f.parts.back().has_ended);
  return f;
}

} // namespace

void upload(std::string_view input) {
  auto line = std::min(input.find('\n'), input.size());
  auto reader = multipart_reader::make(input.substr(0, line));
  if (!reader) return;
  auto body = input.substr(std::min(line + 1, input.size()));
  auto whole = read(*reader, body, std::max<std::size_t>(body.size(), 1));
  if (whole) {
    require(whole->parts.size() <= multipart_reader::max_parts);
    std::size_t bytes = 0;
    for (const auto& p : whole->parts)
      bytes += p.data.size();
    require(bytes <= body.size());
  }
  // How the network cuts a form must not change what it says.
  for (std::size_t step : {1U, 7U, 512U})
    require(read(*reader, body, step) == whole);
}

} // namespace weixin::fuzz
