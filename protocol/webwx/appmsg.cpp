#include "protocol/webwx/appmsg.hpp"

#include "protocol/webwx/file_name.hpp"
#include "protocol/webwx/xml.hpp"

namespace weixin::webwx {

namespace {

constexpr std::string_view web_app_id = "wxeb7ec651dd0aefa9";
constexpr int type_file = 6; // also the AppMsgType

} // namespace

std::string file_appmsg(const uploaded_file& file, login_mode mode) {
  auto name = clean_file_name(file.name);
  std::string xml = "<appmsg appid=\"";
  if (mode == login_mode::web) xml += web_app_id;
  xml += "\" sdkver=\"\"><title>" + xml_escape(name) + "</title><des></des><action></action><type>" +
         std::to_string(type_file) + "</type><content></content><url></url><lowurl></lowurl><appattach>" +
         "<totallen>" + std::to_string(file.bytes) + "</totallen><attachid>" + xml_escape(file.media_id) +
         "</attachid><fileext>" + xml_escape(file_extension(name)) +
         "</fileext></appattach><extinfo></extinfo></appmsg>";
  return xml;
}

result<outgoing> file_message(const uploaded_file& file, login_mode mode) {
  if (file.media_id.empty() || file.media_id.size() > max_media_id_bytes)
    return fail(errc::invalid_argument, "file: no media id");
  if (file.bytes == 0) return fail(errc::invalid_argument, "file: empty");
  outgoing what;
  what.call = endpoint::webwxsendappmsg;
  what.type = type_file;
  what.content = file_appmsg(file, mode);
  what.signature = file.signature;
  return what;
}

} // namespace weixin::webwx
