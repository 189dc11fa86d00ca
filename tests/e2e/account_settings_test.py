#!/usr/bin/env python3
"""How an account reaches Weixin: through proxies that this test runs, and as the desktop client."""
import base64
import select
import socket
import threading

from harness import Case, main

USER, PASSWORD = "anna", "canary-proxy-password"


class Proxy:
    """An HTTP or SOCKS5 proxy on loopback that leads to one address, whatever it is asked for."""

    def __init__(self, target, protocol, password=None):
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.protocol = protocol
        self.password = password
        self.connections = 0
        self.refuses = False
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, credentials=""):
        return f"{self.protocol}://{credentials}127.0.0.1:{self.port}"

    def close(self):
        """Ends it, with every connection through it."""
        self.listener.close()
        for one in self.open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            try:
                let_in = self._http(client) if self.protocol == "http" else self._socks5(client)
                if let_in:
                    self.connections += 1
                    self._forward(client)
            except OSError:
                pass

    def _http(self, client):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = client.recv(1)
            if not byte:
                return False
            head += byte
        wanted = base64.b64encode(f"{USER}:{self.password}".encode())
        if self.password and b"Proxy-Authorization: Basic " + wanted not in head:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return False
        client.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n" if self.refuses else b"HTTP/1.1 200 OK\r\n\r\n")
        return not self.refuses

    def _socks5(self, client):
        methods = client.recv(2)
        methods = client.recv(methods[1])
        if self.password:
            if 2 not in methods:
                client.sendall(b"\x05\xff")
                return False
            client.sendall(b"\x05\x02")
            user = client.recv(client.recv(2)[1])
            password = client.recv(client.recv(1)[0])
            good = (user, password) == (USER.encode(), self.password.encode())
            client.sendall(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return False
        else:
            client.sendall(b"\x05\x00")
        request = client.recv(5)
        client.recv(request[4] + 2)
        client.sendall(b"\x05" + (b"\x02" if self.refuses else b"\x00") + b"\x00\x01\0\0\0\0\0\0")
        return not self.refuses

    def _forward(self, client):
        with socket.create_connection(self.target) as server:
            self.open.append(server)
            while True:
                ready, _, _ = select.select([client, server], [], [])
                for one in ready:
                    data = one.recv(65536)
                    if not data:
                        return
                    (server if one is client else client).sendall(data)


class AccountSettings(Case):
    def proxy(self, protocol, password=None):
        proxy = Proxy(self.simulator.address, protocol, password)
        self.addCleanup(proxy.close)
        return proxy

    def change(self, name, **what):
        answer = self.admin.patch(f"/v1/accounts/{name}", what)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def test_an_account_logs_in_and_answers_through_each_kind_of_proxy(self):
        for number, protocol in enumerate(("http", "socks5"), 1):
            with self.subTest(protocol=protocol):
                proxy = self.proxy(protocol, PASSWORD)
                account = self.add_online(f"shop-0{number}", number, proxy=proxy.url(f"{USER}:{PASSWORD}@"))
                self.assertEqual(account["proxy"], proxy.url())
                self.assertIsNone(account["proxy_error"])
                self.inject(number, "through {token}")
                self.wait_for_answers()
                self.assertGreater(proxy.connections, 0)
        self.assertNotIn(PASSWORD, self.server.process.log())
        self.assertNotIn(PASSWORD, self.admin.get("/v1/accounts").text)
        self.assertNotIn(PASSWORD, self.metrics())

    def test_a_proxy_that_refuses_is_named_and_nothing_goes_around_it(self):
        proxy = self.proxy("http", PASSWORD)
        self.add("shop-01", proxy=proxy.url(f"{USER}:wrong@"))
        account = self.wait_for(lambda: (a := self.account("shop-01"))["proxy_error"] and a, "what the proxy did")
        self.assertIn("refuses the user or the password (407)", account["proxy_error"])
        self.assertEqual(self.requests("jslogin"), 0)
        self.change("shop-01", proxy=proxy.url(f"{USER}:{PASSWORD}@"))
        self.log_in("shop-01", 1)
        self.assertIsNone(self.account("shop-01")["proxy_error"])

    def test_a_proxy_can_be_changed_and_taken_away_without_a_scan(self):
        self.add_online("shop-01", 1)
        proxy = self.proxy("socks5")
        self.change("shop-01", proxy=proxy.url())
        self.inject(1, "first {token}")
        self.wait_for_answers()
        self.wait_for(lambda: proxy.connections > 0, "a connection through the proxy")
        self.change("shop-01", proxy=None)
        proxy.close()
        self.inject(1, "second {token}")
        self.wait_for_answers()
        self.assertEqual(self.account("shop-01")["proxy"], None)
        self.assertEqual(self.requests("jslogin"), 1)

    def test_a_proxy_is_kept_over_a_restart_of_the_server(self):
        proxy = self.proxy("http")
        self.add_online("shop-01", 1, proxy=proxy.url())
        before = proxy.connections
        self.server.process.stop()
        self.start_server()
        self.wait_for_state("shop-01", "online")
        self.assertGreater(proxy.connections, before)
        self.assertEqual(self.requests("jslogin"), 1)

    def test_what_is_no_proxy_is_refused_in_words(self):
        for wrong in ("ftp://127.0.0.1:1", "127.0.0.1:1", "http://127.0.0.1", "", 7):
            body = self.problem(self.admin.post("/v1/accounts", {"name": "shop-09", "proxy": wrong}), 422,
                                "invalid_argument")
            self.assertIn("proxy", body["detail"])

    def test_weixinctl_takes_a_proxy_from_a_file(self):
        proxy = self.proxy("http", PASSWORD)
        self.add_online("shop-01", 1)
        file = self.directory / "proxy.txt"
        file.write_text(proxy.url(f"{USER}:{PASSWORD}@") + "\n")
        socket_option = ["--socket", self.directory / "admin.sock"]
        self.run_program("weixinctl", *socket_option, "account", "set", "shop-01", "--proxy-file", file, expect=0)
        _, out, _ = self.run_program("weixinctl", *socket_option, "account", "show", "shop-01", expect=0)
        self.assertIn(f"Proxy:      {proxy.url()}\n", out)
        self.assertNotIn(PASSWORD, out)


class DesktopLogin(Case):
    allows_violations = False

    def configuration(self, **options):
        token = self.directory / "extspam"
        token.write_text(base64.b64encode(b"what the desktop client says").decode())
        return super().configuration(**options).replace(
            "[webwx]\n", f'[webwx]\nextspam_file = "{token}"\n')

    def bar_the_web_page(self):
        answer = self.control.patch("/v1/users/1", {"login_policy": "desktop_only"})
        self.assertEqual(answer.status, 200, answer)

    def test_an_account_logs_in_as_the_desktop_client(self):
        self.bar_the_web_page()
        account = self.add_online("shop-01", 1, login="desktop")
        self.assertEqual(account["login"], "desktop")
        self.inject(1, "to the desktop {token}")
        self.wait_for_answers()

    def test_the_desktop_client_follows_once_when_the_web_page_is_barred(self):
        self.bar_the_web_page()
        self.add("shop-01", login="web_then_desktop")
        code = self.wait_for_code("shop-01")
        self.phone("scan", code["uuid"], user=1)
        self.phone("confirm", code["uuid"])
        self.log_in("shop-01", 1, other_than=code["uuid"])

    def test_an_account_of_the_web_page_is_held_when_that_is_barred(self):
        self.bar_the_web_page()
        self.add("shop-01")
        code = self.wait_for_code("shop-01")
        self.phone("scan", code["uuid"], user=1)
        self.phone("confirm", code["uuid"])
        self.assertEqual(self.wait_for_state("shop-01", "held")["reason"], "barred")


if __name__ == "__main__":
    main()
