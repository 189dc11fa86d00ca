#pragma once

#include "simulator/answer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::simulator {

/// What goes wrong on purpose. The first group happens instead of the service's own work; the second lets the
/// service do its work and then spoils the answer.
enum class fault_kind {
  ret,             ///< the endpoint's own way of saying return code `value`
  selector,        ///< synccheck only: retcode 0 and selector `value` at once, whatever there is
  http_status,     ///< status `value` with a small HTML body
  close,           ///< FIN without an answer
  reset,           ///< RST without an answer
  stall,           ///< silence until the client gives up
  empty,           ///< 200 without a body
  html,            ///< 200 with an HTML page
  garbage,         ///< 200 with bytes that mean nothing
  deep_nesting,    ///< 200 with 100,000 opening brackets
  huge,            ///< 200 with a body of `value` bytes (16 MiB when 0, at most 64 MiB)
  garbage_head,    ///< no HTTP at all: `0 -` and binary (weixin-protocol.md 4.5)
  slow,            ///< the right answer, `value` milliseconds late
  lost_response,   ///< done, then FIN instead of the answer
  truncated,       ///< the right answer with the second half of its body missing and a fitting length
  bad_utf8,        ///< the right answer with broken UTF-8 and a raw control character inside its first string
  cut_head,        ///< FIN in the middle of the head
  cut_body,        ///< FIN in the middle of the body
  short_length,    ///< Content-Length shorter than the body
  long_length,     ///< Content-Length longer than the body, then FIN
  chunked,         ///< the right answer in chunks of 7 bytes: nothing is wrong, and not every reader can
  expired_cookies, ///< the right answer, and its cookies have expired already
  broken_chunks,   ///< chunked, and the second chunk's size is no number
};
inline constexpr std::size_t fault_kind_count = static_cast<std::size_t>(fault_kind::broken_chunks) + 1;
std::string_view to_string(fault_kind kind) noexcept;
std::optional<fault_kind> fault_kind_of(std::string_view name) noexcept;
/// True for the second group.
bool happens_after_the_work(fault_kind kind) noexcept;

struct fault_rule {
  std::uint64_t id = 0;
  std::string endpoint = "*"; ///< `*`: any
  std::size_t user = 0;       ///< 0: any
  fault_kind kind = fault_kind::close;
  std::int64_t value = 0;
  std::optional<std::uint64_t> remaining; ///< calls it still spoils; nothing: no limit
  double probability = 1.0;
  std::uint64_t fired = 0;
};

/// The rules in force; the first that matches decides.
class fault_book {
public:
  static constexpr std::size_t max_rules = 1'000;

  /// Returns the new rule's id, 0 when there are too many.
  std::uint64_t add(fault_rule rule);
  bool remove(std::uint64_t id);
  void clear() { rules_.clear(); }
  /// The fault this call suffers, already counted. `draw` gives numbers in [0, 1).
  template <class Draw>
  std::optional<fault_rule> pick(std::string_view endpoint, std::size_t user, Draw draw) {
    for (auto& rule : rules_)
      if (matches(rule, endpoint, user) && (rule.probability >= 1.0 || draw() < rule.probability)) {
        if (rule.remaining) --*rule.remaining;
        ++rule.fired;
        return rule;
      }
    return std::nullopt;
  }
  const std::vector<fault_rule>& rules() const noexcept { return rules_; }

private:
  static bool matches(const fault_rule& rule, std::string_view endpoint, std::size_t user) noexcept;
  std::vector<fault_rule> rules_;
  std::uint64_t last_id_ = 0;
};

/// The answer of a fault of the first group.
answer faulty_answer(const fault_rule& rule, std::string_view endpoint);
/// A right answer as a fault of the second group leaves it; `slow` changes nothing here.
answer spoil(answer right, const fault_rule& rule);

} // namespace weixin::simulator
