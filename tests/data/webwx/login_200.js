window.code=200;
window.redirect_uri="https://wx2.qq.com/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=SyntheticTicket@qrticket_0&uuid=Synth-Uuid_1==&lang=zh_CN&scan=1700000000";