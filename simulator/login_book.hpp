#pragma once

#include "simulator/moment.hpp"
#include "simulator/web_session.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weixin::simulator {

enum class login_state { waiting, scanned, confirmed, cancelled, exchanged, expired };
std::string_view to_string(login_state s) noexcept;

/// One login uuid, from jslogin (or webwxpushloginurl) to its end.
struct login_code {
  std::string uuid;
  login_state state = login_state::waiting;
  std::string entry_host; ///< whose login host was asked; empty for the one that serves all
  bool desktop = false;
  bool pushed = false;    ///< made by webwxpushloginurl: belongs to its user from the start
  std::size_t user = 0;   ///< 0: nobody yet
  std::size_t wished = 0; ///< the user whose cookies came with jslogin, 0: unknown
  bool scan_told = false; ///< a poll answered 201
  std::string ticket;     ///< of the redirect_uri, once confirmed
  steady_time issued;
  steady_time scanned;
  wall_time scanned_wall;
  std::vector<exchange_id> polls; ///< held ones
};

/// All login uuids that are not forgotten yet: at most `max_codes`, oldest forgotten first.
class login_book {
public:
  static constexpr std::size_t max_codes = 50'000;
  static constexpr std::size_t max_polls = 4;

  login_code& add(login_code code);
  login_code* find(std::string_view uuid);
  login_code* find_ticket(std::string_view ticket);
  /// Makes the code findable by its ticket.
  void set_ticket(login_code& code, std::string ticket);

  template <class F>
  void for_each(F visit) const {
    for (const auto& uuid : order_)
      if (auto found = codes_.find(uuid); found != codes_.end()) visit(found->second);
  }

private:
  std::unordered_map<std::string, login_code> codes_;
  std::unordered_map<std::string, std::string> uuid_of_ticket_;
  std::deque<std::string> order_;
};

} // namespace weixin::simulator
