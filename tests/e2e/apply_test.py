#!/usr/bin/env python3
"""Accounts as a file declares them: shown before, done as a whole, and the second time there is nothing to do."""
import json
import time

from harness import Case, main


class Apply(Case):
    users = 3

    def write(self, text):
        path = self.directory / "fleet.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def apply(self, text, *options, expect=0):
        _, out, err = self.run_program("weixinctl", "--socket", self.server.socket, "apply", "-f", self.write(text), *options,
                                       expect=expect)
        return out if expect == 0 else err

    def names(self):
        return [a["name"] for a in self.server.accounts()]

    def call(self, accounts, **more):
        return self.admin.post("/v1/apply", {"accounts": accounts, **more})


class Command(Apply):
    FLEET = '[[account]]\nname = "shop-01"\nbots = []\nmedia = "all"\n\n[[account]]\nname = "shop-03"\ndesired = "paused"\n'

    def test_shows_what_changes_does_it_and_has_nothing_to_do_the_second_time(self):
        self.add_online("shop-01", 1)
        self.add("old-01")
        plan = "~ shop-01 bots: [echo] -> [], media: default -> all\n+ shop-03 desired: paused, bots: [echo]\n"
        self.assertEqual(self.apply(self.FLEET, "--dry-run"), plan + "1 to add, 1 to change, 0 to remove, 1 unchanged\n")
        self.assertEqual(self.names(), ["old-01", "shop-01"])
        self.assertEqual(self.apply(self.FLEET), plan + "1 added, 1 changed, 0 removed, 1 unchanged\n")
        self.assertEqual(self.names(), ["old-01", "shop-01", "shop-03"])
        account = self.account("shop-01")
        self.assertEqual((account["bots"], account["media"], account["state"]), ([], "all", "online"))
        self.assertEqual(self.account("shop-03")["state"], "stopped")
        self.assertEqual(self.apply(self.FLEET), "0 changes; 3 accounts are as they are\n")
        self.assertEqual(self.user(1)["logins"], 1)

    def test_removes_what_the_file_does_not_name_only_when_it_is_told_to(self):
        self.add_online("old-01", 1)
        self.add("old-02")
        self.assertIn("--yes removes without asking", self.apply(self.FLEET, "--prune", expect=2))
        self.assertEqual(self.names(), ["old-01", "old-02"])
        out = self.apply(self.FLEET, "--prune", "--yes")
        self.assertTrue(out.startswith("- old-01\n- old-02\n+ shop-01"), out)
        self.assertTrue(out.endswith("2 added, 0 changed, 2 removed, 0 unchanged\n"), out)
        self.assertEqual(self.names(), ["shop-01", "shop-03"])
        self.assertEqual(self.admin.get("/v1/accounts/old-01/messages").status, 404)
        self.add("old-01")
        self.wait_for_code("old-01")

    def test_outlives_a_kill(self):
        self.apply(self.FLEET)
        self.server.process.child.kill()
        self.server.process.child.wait()
        self.start_server(self.server.config_path.read_text())
        self.assertEqual(self.names(), ["shop-01", "shop-03"])
        self.assertEqual(self.account("shop-01")["media"], "all")
        self.assertEqual(self.apply(self.FLEET), "0 changes; 2 accounts are as they are\n")

    def test_names_the_lines_of_what_is_wrong(self):
        told = self.apply('[[account]]\nname = "shop-01"\nbots = ["nobody"]\n\n[[account]]\nname = "Shop"\n\n'
                          '[[account]]\nname = "shop-01"\nlogin = "desktop"\nproxy = "canary"\n', expect=1)
        file = str(self.directory / "fleet.toml")
        for line in (f"{file}:3:1: no bot of that name", f"{file}:6:1: a name is", f"{file}:9:1: account 1 of the list"):
            self.assertIn(line, told)
        self.assertNotIn("canary", told)
        self.assertEqual(self.names(), [])

    def test_is_json_for_programs(self):
        plan = json.loads(self.apply(self.FLEET, "--dry-run", "-o", "json"))
        self.assertEqual(([c["name"] for c in plan["changes"]], plan["applied"]), (["shop-01", "shop-03"], False))
        self.assertEqual(self.apply(self.FLEET, "-o", "name"), "shop-01\nshop-03\n")


class Call(Apply):
    def test_lists_every_mistake_with_its_place(self):
        answer = self.call([7, {"name": "a", "bots": "echo", "media": 3, "desired": "off", "colour": "red"}, {"bots": ["echo"]},
                            {"name": "b", "bots": ["nobody"], "login": "desktop"}, {"name": "b"}])
        errors = self.problem(answer, 422, "invalid_argument")["errors"]
        self.assertEqual([e["pointer"] for e in errors],
                         ["/accounts/0/name", "/accounts/1/bots", "/accounts/1/media", "/accounts/1/desired", "/accounts/1",
                          "/accounts/2/name", "/accounts/3/bots", "/accounts/3/login", "/accounts/4/name"])
        self.assertEqual({e["account"] for e in errors}, {None, "a", "b"})
        self.assertEqual(self.names(), [])

    def test_refuses_what_is_no_fleet(self):
        for body in ({}, {"accounts": {}}, {"accounts": "a"}, {"accounts": [], "prune": 1}, {"accounts": [], "revision": 7},
                     {"accounts": [], "force": True}):
            self.problem(self.admin.post("/v1/apply", body), 422, "invalid_argument")
        self.problem(self.admin.post("/v1/apply", "x" * 2_000_000), 413, "body_too_large")
        self.problem(self.admin.post("/v1/apply", "[" * 10_000), 422, "invalid_argument")

    def test_does_what_was_planned_or_nothing(self):
        self.add("shop-01")
        wanted = [{"name": "shop-02", "desired": "paused"}]
        plan = self.call(wanted, prune=True, dry_run=True).json()
        self.add("shop-03")
        self.problem(self.call(wanted, prune=True, revision=plan["revision"]), 409, "plan_changed")
        self.assertEqual(self.names(), ["shop-01", "shop-03"])
        plan = self.call(wanted, prune=True, dry_run=True).json()
        self.assertEqual(self.call(wanted, prune=True, revision=plan["revision"]).status, 200)
        self.assertEqual(self.names(), ["shop-02"])

    def test_leaves_a_line_without_secrets(self):
        answer = self.call([{"name": "shop-01", "desired": "paused", "proxy": "http://anna:canary-password@127.0.0.1:1"}])
        self.assertEqual(answer.status, 200, answer)
        self.assertIn('"after":"http://127.0.0.1:1"', answer.text)
        log = self.server.process.log()
        self.assertIn('call="POST /v1/apply"', log)
        self.assertIn("event=account.added account=shop-01", log)
        self.assertNotIn("canary", answer.text + log)

    def test_of_many_accounts_takes_seconds(self):
        many = [{"name": f"shop-{n:04}", "desired": "paused", "bots": []} for n in range(2_000)]
        begun = time.monotonic()
        self.assertEqual(len(self.call(many, dry_run=True).json()["changes"]), 2_000)
        answer = self.call(many)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(len(self.names()), 2_000)
        for one in many:
            one["media"] = "none"
        self.assertEqual(len(self.call(many).json()["changes"]), 2_000)
        self.assertEqual({a["media"] for a in self.server.accounts()}, {"none"})
        self.assertEqual(self.call(many).json()["changes"], [])
        self.assertEqual(len(self.call([], prune=True).json()["changes"]), 2_000)
        self.assertEqual(self.names(), [])
        self.assertLess(time.monotonic() - begun, 60)

    def test_plans_for_as_many_as_the_body_holds(self):
        many = [{"name": f"s{n}"} for n in range(10_000)]
        many += [{"name": "s1"}] * 300
        answer = self.call(many, dry_run=True)
        problem = self.problem(answer, 422, "invalid_argument")
        self.assertEqual(len(problem["errors"]), 200)
        self.assertIn("mistakes in the accounts; nothing was changed", problem["detail"])


if __name__ == "__main__":
    main()
