#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/saved_file.hpp"
#include "ctl/terminal_text.hpp"

#include <optional>
#include <ostream>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds longest_fetch = 5min;
constexpr std::chrono::milliseconds longest_silence = 60s;

/// The answer's bytes into a file, or onto standard output for "-".
outcome<exit_code> save_from(session& s, const std::string& target, const std::string& file, bool force) {
  if (file == "-") {
    auto done = s.server.download(
        target,
        [&](std::string_view piece) {
          s.terminal.out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
          return s.terminal.out.good();
        },
        longest_silence);
    if (!done) return done.error();
    return exit_code::ok;
  }
  auto saved = saved_file::begin(file, force);
  if (!saved) return saved.error();
  auto done = s.server.download(
      target, [&](std::string_view piece) { return saved->write(piece); }, longest_silence);
  if (!done) return done.error();
  if (auto kept = saved->keep(); !kept) return kept.error();
  say(s.terminal, "written to " + file);
  return exit_code::ok;
}

/// The record of the part that is meant, out of the answer to GET .../media.
const boost::json::object& part_of(const boost::json::value& body, bool thumbnail) {
  static const boost::json::object none;
  const auto& whole = object_of(body);
  if (!thumbnail) return whole;
  const auto* part = whole.if_contains("thumbnail");
  return part != nullptr && part->is_object() ? part->get_object() : none;
}

outcome<void> wait_until_there(session& s, const std::string& target, const media_get& c) {
  const std::string query = c.thumbnail ? "?thumbnail=1" : "";
  const auto end = clock::now() + s.options.timeout.value_or(longest_fetch);
  bool asked = false;
  for (;;) {
    auto a = s.server.get(target);
    if (!a) return a.error();
    const auto& part = part_of(a->body, c.thumbnail);
    auto state = text_of(part, "state");
    if (state == "available") return {};
    if (state == "failed" && asked)
      return failure{exit_code::failure, "it could not be fetched (" + text_of(part, "error") + ")",
                     "Weixin keeps media for some days only"};
    if (state != "waiting" || !asked) {
      if (auto wanted = s.server.post(target + "/fetch" + query); !wanted) return wanted.error();
      asked = true;
    }
    if (clock::now() >= end)
      return failure{exit_code::timed_out, "it is still not there",
                     "it is fetched as soon as the account is online"};
    s.terminal.sleep(
        std::min(s.poll_period, std::chrono::ceil<std::chrono::milliseconds>(end - clock::now())));
  }
}

void write_line(session& s, std::string_view key, const std::string& value) {
  if (!value.empty()) s.terminal.out << key << printable(value) << '\n';
}

} // namespace

outcome<exit_code> execute(session& s, const media_get& c) {
  auto of = (c.msg_id.starts_with("s-") ? "/outbox/" : "/messages/") + segment(c.msg_id);
  if (c.thumbnail && c.msg_id.starts_with("s-"))
    return failure{exit_code::usage, "--thumbnail: what was sent has none"};
  auto target = account_target(c.name, of + "/media");
  if (!target) return target.error();
  if (!c.file.empty()) {
    if (auto there = wait_until_there(s, *target, c); !there) return there.error();
    return save_from(s, *target + "/content" + (c.thumbnail ? "?thumbnail=1" : ""), c.file, c.force);
  }
  auto a = s.server.get(*target);
  if (!a) return a.error();
  if (s.wants_json()) {
    s.terminal.out << to_json_text(a->body) << '\n';
    return exit_code::ok;
  }
  const auto& part = part_of(a->body, c.thumbnail);
  write_line(s, "kind     ", text_of(part, "kind"));
  write_line(s, "state    ", text_of(part, "state"));
  write_line(s, "error    ", text_of(part, "error"));
  write_line(s, "name     ", text_of(part, "name"));
  if (part.contains("bytes") && part.at("bytes").is_number())
    s.terminal.out << "bytes    " << number_of(part, "bytes") << '\n';
  write_line(s, "type     ", text_of(part, "mime"));
  write_line(s, "sha256   ", text_of(part, "sha256"));
  if (part.empty()) say(s.terminal, "nobody wanted its thumbnail so far; -o FILE has it fetched");
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const avatar_get& c) {
  auto of = c.member.empty() ? "/contacts/" + segment(c.contact)
                             : "/groups/" + segment(c.contact) + "/members/" + segment(c.member);
  auto target = account_target(c.name, of + "/avatar");
  if (!target) return target.error();
  return save_from(s, *target, c.file, c.force);
}

} // namespace weixin::ctl
