#!/usr/bin/env python3
"""Dockerfile, compose.yaml and deploy/kubernetes: closed, of one mind with each other and with weixind.

No container engine is needed, and none is asked: what only an engine can tell is not tested here.
"""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("WEIXIN_BIN_DIR", ROOT / "build/release/bin")).resolve()
UID = "10001"
# An image by a name alone is whatever is newest that day.
PINNED = re.compile(r"^[\w./-]+:(?!latest$)[\w.-]+$")


def instructions():
    """(name, arguments) of every instruction of the Dockerfile; continued lines are one."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [tuple(line.split(None, 1)) for line in text.replace("\\\n", "").splitlines() if line.strip()]


def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def objects():
    text = (ROOT / "deploy/kubernetes/weixind.yaml").read_text(encoding="utf-8")
    return {document["kind"]: document for document in yaml.safe_load_all(text)}


def check_configuration(path):
    return subprocess.run([str(BIN / "weixind"), "--check-config", "--config", str(path)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


class Dockerfile(unittest.TestCase):
    def setUp(self):
        self.all = instructions()
        last = max(number for number, (name, _) in enumerate(self.all) if name == "FROM")
        self.final = self.all[last:]

    def of_final(self, name):
        found = [arguments for instruction, arguments in self.final if instruction == name]
        self.assertEqual(len(found), 1, name)
        return found[0]

    def test_has_only_instructions_that_exist(self):
        known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
        self.assertLessEqual({name for name, _ in self.all}, known)

    def test_leaves_the_compiler_in_the_first_stage(self):
        stages = [arguments for name, arguments in self.all if name == "FROM"]
        self.assertEqual(len(stages), 2)
        for stage in stages:
            self.assertRegex(stage.split()[0], PINNED)
        runs = " ".join(arguments for name, arguments in self.final if name == "RUN")
        self.assertNotRegex(runs, r"install-deps|g\+\+|cmake|-dev\b")
        self.assertNotIn("COPY", [name for name, _ in self.final])

    def test_takes_only_from_stages_and_files_that_exist(self):
        stages = {match[1] for name, arguments in self.all if name == "FROM" and (match := re.search(r" AS (\w+)$", arguments))}
        taken = {stage for _, arguments in self.all for stage in re.findall(r"from=(\w+)", arguments)}
        self.assertEqual(taken, stages)
        for name, arguments in self.all:
            if name == "COPY":
                for source in arguments.split()[:-1]:
                    self.assertTrue((ROOT / source).exists(), source)

    def test_runs_as_a_number_that_is_not_root(self):
        self.assertEqual(self.of_final("USER"), f"{UID}:{UID}")
        after = [name for name, _ in self.final][[name for name, _ in self.final].index("USER"):]
        self.assertNotIn("RUN", after)

    def test_installs_no_more_than_it_says_and_leaves_no_lists(self):
        for name, arguments in self.all:
            if name == "RUN" and ("apt-get install" in arguments or "install-deps" in arguments):
                self.assertIn("rm -rf /var/lib/apt/lists/*", arguments)
            if name == "RUN" and "apt-get install" in arguments:
                self.assertIn("--no-install-recommends", arguments)

    def test_fetches_nothing_but_packages(self):
        self.assertNotRegex(" ".join(arguments for _, arguments in self.all), r"\b(?:curl|wget)\b|https?://")

    def test_starts_the_program_itself_and_not_a_shell(self):
        self.assertEqual(yaml.safe_load(self.of_final("ENTRYPOINT")), ["weixind"])
        self.assertEqual(yaml.safe_load(self.of_final("CMD")), ["--config", "/etc/weixind/weixind.toml"])
        self.assertEqual(self.of_final("STOPSIGNAL"), "SIGTERM")

    def test_its_health_is_what_weixinctl_says(self):
        check = self.of_final("HEALTHCHECK").partition("CMD ")[2]
        command = yaml.safe_load(check)
        self.assertEqual((command[0], command[-1]), ("weixinctl", "status"))
        # Nobody serves this socket: the program knows every option, and tells that it reached nobody.
        answer = subprocess.run([str(BIN / command[0]), "--socket", "/nonexistent/admin.sock", *command[1:]],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        self.assertEqual(answer.returncode, 4)

    def test_builds_from_what_git_tracks_and_not_from_what_lies_around(self):
        ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        for line in ("/build/", "**/node_modules/", "**/*.key", "**/*.db"):
            self.assertIn(line, ignored)


class Compose(unittest.TestCase):
    def setUp(self):
        self.services = compose()["services"]

    def test_has_what_watches_weixind_beside_it(self):
        self.assertEqual(set(self.services), {"network", "weixind", "prometheus", "alertmanager", "grafana"})

    def test_every_service_is_closed(self):
        for name, service in self.services.items():
            self.assertIs(service["read_only"], True, name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertIn("no-new-privileges:true", service["security_opt"], name)
            self.assertRegex(service["user"], r"^[1-9]\d*:", name)
            self.assertIn("mem_limit", service, name)
            self.assertFalse({"privileged", "cap_add", "pid", "ipc", "devices"} & set(service), name)

    def test_no_service_holds_the_machine_s_own_sockets_and_folders(self):
        for name, service in self.services.items():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                self.assertTrue(source.startswith("./deploy/") or source in compose()["volumes"], f"{name}: {volume}")
                if source.startswith("./"):
                    self.assertTrue(volume.endswith(":ro"), volume)

    def test_what_is_mounted_from_the_checkout_is_there(self):
        # Dashboards and rules come together, or not at all.
        for service in self.services.values():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("./") and (ROOT / pathlib.Path(*pathlib.Path(source).parts[:2])).exists():
                    self.assertTrue((ROOT / source).exists(), source)

    def test_images_are_ours_or_of_one_version(self):
        for name, service in self.services.items():
            self.assertTrue(service["image"] == "weixind" or PINNED.match(service["image"]), name)

    def test_only_grafana_is_published_and_only_to_this_machine(self):
        published = [port for service in self.services.values() for port in service.get("ports", [])]
        self.assertEqual(published, ["127.0.0.1:3000:3000"])

    def test_all_share_one_loopback_that_outlives_each_of_them(self):
        for name, service in self.services.items():
            if name != "network":
                self.assertEqual(service["network_mode"], "service:network", name)
        self.assertEqual(self.services["network"]["entrypoint"], ["sleep", "infinity"])

    def test_they_are_found_where_their_configuration_expects_them(self):
        for name, file, wanted in (("prometheus", "grafana/provisioning/datasources", r"url: http://(127\.0\.0\.1:\d+)"),
                                   ("alertmanager", "prometheus/prometheus.yml", r"alertmanagers:[^\0]*?(127\.0\.0\.1:\d+)")):
            [address] = [c.partition("=")[2] for c in self.services[name]["command"] if c.startswith("--web.listen-address=")]
            folder = ROOT / "deploy" / file
            texts = [folder] if folder.is_file() else sorted(folder.glob("*")) if folder.exists() else []
            for text in texts:
                self.assertEqual(re.search(wanted, text.read_text(encoding="utf-8"))[1], address)

    def test_weixind_has_room_for_its_socket_and_time_to_stop(self):
        weixind = self.services["weixind"]
        self.assertIn(f"/run/weixind:mode=0750,uid={UID},gid={UID},size=1m", weixind["tmpfs"])
        self.assertEqual(weixind["user"], f"{UID}:{UID}")
        self.assertEqual(weixind["stop_grace_period"], "20s")
        self.assertIn("weixind:/var/lib/weixind", weixind["volumes"])


class Kubernetes(unittest.TestCase):
    def setUp(self):
        self.objects = objects()
        self.template = self.objects["StatefulSet"]["spec"]["template"]
        self.pod = self.template["spec"]
        [self.container] = self.pod["containers"]

    def test_kinds_have_the_versions_that_serve_them(self):
        self.assertEqual({kind: o["apiVersion"] for kind, o in self.objects.items()},
                         {"ConfigMap": "v1", "Service": "v1", "StatefulSet": "apps/v1", "NetworkPolicy": "networking.k8s.io/v1"})

    def test_there_is_one_pod_because_there_is_one_database(self):
        self.assertEqual(self.objects["StatefulSet"]["spec"]["replicas"], 1)
        [claim] = self.objects["StatefulSet"]["spec"]["volumeClaimTemplates"]
        self.assertEqual(claim["spec"]["accessModes"], ["ReadWriteOnce"])

    def test_everything_finds_the_pod(self):
        labels = self.template["metadata"]["labels"]
        self.assertEqual(self.objects["StatefulSet"]["spec"]["selector"]["matchLabels"], labels)
        self.assertEqual(self.objects["Service"]["spec"]["selector"], labels)
        self.assertEqual(self.objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"], labels)

    def test_the_pod_is_closed(self):
        self.assertEqual(self.container["securityContext"], {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})
        context = self.pod["securityContext"]
        self.assertIs(context["runAsNonRoot"], True)
        self.assertEqual({str(context[key]) for key in ("runAsUser", "runAsGroup", "fsGroup")}, {UID})
        self.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertIs(self.pod["automountServiceAccountToken"], False)
        self.assertFalse({"hostNetwork", "hostPID", "hostIPC"} & set(self.pod))

    def test_volumes_are_not_opened_to_the_group_at_every_start(self):
        self.assertEqual(self.pod["securityContext"]["fsGroupChangePolicy"], "OnRootMismatch")

    def test_every_mount_has_its_volume_and_the_key_is_no_link(self):
        claims = [c["metadata"]["name"] for c in self.objects["StatefulSet"]["spec"]["volumeClaimTemplates"]]
        volumes = {v["name"] for v in self.pod["volumes"]} | set(claims)
        self.assertEqual({m["name"] for m in self.container["volumeMounts"]}, volumes)
        [key] = [m for m in self.container["volumeMounts"] if m["name"] == "key"]
        self.assertEqual(key["subPath"], "weixind-key")
        [credentials] = [e["value"] for e in self.container["env"] if e["name"] == "CREDENTIALS_DIRECTORY"]
        self.assertEqual(key["mountPath"], credentials + "/weixind-key")

    def test_probes_ask_what_weixind_answers(self):
        routes = (ROOT / "apps/metrics_routes.cpp").read_text(encoding="utf-8")
        asked = {probe: self.container[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
        self.assertEqual(asked, {"startupProbe": "/readyz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"})
        for path in asked.values():
            self.assertIn(f'"{path}"', routes)

    def test_the_configuration_is_one_that_weixind_takes(self):
        text = self.objects["ConfigMap"]["data"]["weixind.toml"]
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "weixind.toml"
            path.write_text(text, encoding="utf-8")
            answer = check_configuration(path)
            self.assertEqual(answer.returncode, 0, answer.stdout)
            path.write_text(text.replace("data_dir", "data_dirs"), encoding="utf-8")
            self.assertEqual(check_configuration(path).returncode, 78)

    def test_the_port_that_is_scraped_is_the_one_that_listens(self):
        text = self.objects["ConfigMap"]["data"]["weixind.toml"]
        port = int(re.search(r'listen = "0\.0\.0\.0:(\d+)"', text)[1])
        self.assertEqual([p["containerPort"] for p in self.container["ports"]], [port])
        self.assertEqual([p["port"] for p in self.objects["Service"]["spec"]["ports"]], [port])
        self.assertEqual(self.template["metadata"]["annotations"]["prometheus.io/port"], str(port))
        [rule] = self.objects["NetworkPolicy"]["spec"]["ingress"]
        self.assertEqual([p["port"] for p in rule["ports"]], [port])


if __name__ == "__main__":
    unittest.main()
