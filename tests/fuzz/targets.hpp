#pragma once

#include <span>
#include <string_view>

namespace weixin::fuzz {

/// A parser together with what must hold of whatever it makes of an input. `run` aborts when it does not;
/// the sanitizers find the rest. No I/O, no clock; the same for the same input.
struct target {
  std::string_view name; ///< also of its folder in tests/fuzz/corpus
  void (*run)(std::string_view input);
};

/// All of them.
std::span<const target> targets() noexcept;
/// nullptr when there is none of that name.
const target* find_target(std::string_view name) noexcept;

/// Aborts when `holds` is false.
void require(bool holds);
/// What the retry rules and the log need of an answer's error.
template <class Result>
void require_proper(const Result& r) {
  require(r || (r.error().request_left && !r.error().context.empty() && r.error().context.size() < 1000));
}

// The targets, by what they read.
void message(std::string_view input);       ///< entries of AddMsgList: see message_targets.cpp
void notice(std::string_view input);        ///< sentences of the system
void xml(std::string_view input);           ///< XML of any kind
void sync_answer(std::string_view input);   ///< the body of a webwxsync
void contacts(std::string_view input);      ///< bodies of webwxgetcontact, webwxbatchgetcontact, webwxinit
void login(std::string_view input);         ///< login scripts, login XML, push login, synccheck, redirects
void cookies(std::string_view input);       ///< a host, and a Set-Cookie on each further line
void json_repair(std::string_view input);   ///< what should be JSON
void text(std::string_view input);          ///< Content of text messages, names
void small_answers(std::string_view input); ///< bodies of all other answers, and a Location
void forward(std::string_view input);       ///< entries of AddMsgList that are to be sent on
void names(std::string_view input);         ///< file names, lists of UserNames
void content_range(std::string_view input); ///< the header of that name
void upload(std::string_view input); ///< a Content-Type, and behind the first line break a form of that type

} // namespace weixin::fuzz
