#pragma once

#include "tests/simulator/simulated_client.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::simulator {

/// A post of webwxuploadmedia before it is made into a form. What is empty is left out.
struct upload_form {
  std::string name = "a.png";
  std::string mediatype = "pic";
  std::string bytes;
  std::string file_disposition = "form-data; name=\"filename\"; filename=\"a.png\"";
  std::string chunk, chunks;
  std::uint64_t total = 0; ///< 0: the size of `bytes`
  std::string client_media_id = "17000000000000001";
  std::string md5, signature, data_ticket, pass_ticket;
  std::string host = "file.wx.qq.com";
  std::string query = "f=json";
};

/// A client that is online as user 1, has fetched everything, and can use the whole protocol.
struct online_client : testing::Test {
  simulated_service service;
  simulated_client client{service};

  void SetUp() override;

  phone_user& user() { return *service.core.state().user(1); }
  std::string contact(std::size_t i) const { return client.name_of({peer_ref::kind::contact, i, 0}); }
  std::string chatroom(std::size_t i) const { return client.name_of({peer_ref::kind::chatroom, i, 0}); }
  /// The number of the first contact of that kind.
  std::size_t first_of(person_kind kind);

  answer upload(const upload_form& f);
  /// The MediaId of an upload that must succeed.
  std::string uploaded(std::string name, std::string mediatype, std::string bytes);
  answer send(std::string endpoint, boost::json::object msg, std::string query, int scene = 0);
  std::vector<sent_message> sent();

  /// Puts a message of that kind in, and returns it as the next webwxsync gives it.
  boost::json::object receive(kind_details wanted, std::string conversation = {});
  /// What a webwxsync lists under that name.
  boost::json::array synced(std::string_view list);
  answer download(std::string_view endpoint, std::string query, std::string range = {},
                  std::string host = "wx.qq.com");
  std::string media_of(std::string_view msg_id);
};

} // namespace weixin::simulator
