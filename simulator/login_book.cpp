#include "simulator/login_book.hpp"

#include <array>
#include <utility>

namespace weixin::simulator {

std::string_view to_string(login_state s) noexcept {
  constexpr std::array<std::string_view, 6> names{"waiting",   "scanned",   "confirmed",
                                                  "cancelled", "exchanged", "expired"};
  return names[static_cast<std::size_t>(s)];
}

login_code& login_book::add(login_code code) {
  if (order_.size() >= max_codes) {
    if (auto oldest = codes_.find(order_.front()); oldest != codes_.end()) {
      uuid_of_ticket_.erase(oldest->second.ticket);
      codes_.erase(oldest);
    }
    order_.pop_front();
  }
  order_.push_back(code.uuid);
  auto uuid = code.uuid;
  return codes_.insert_or_assign(std::move(uuid), std::move(code)).first->second;
}

login_code* login_book::find(std::string_view uuid) {
  auto found = codes_.find(std::string{uuid});
  return found == codes_.end() ? nullptr : &found->second;
}

login_code* login_book::find_ticket(std::string_view ticket) {
  auto found = uuid_of_ticket_.find(std::string{ticket});
  return found == uuid_of_ticket_.end() ? nullptr : find(found->second);
}

void login_book::set_ticket(login_code& code, std::string ticket) {
  code.ticket = std::move(ticket);
  uuid_of_ticket_.insert_or_assign(code.ticket, code.uuid);
}

} // namespace weixin::simulator
