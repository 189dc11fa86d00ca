#!/usr/bin/env python3
"""The completions in the shells themselves (packages bash, zsh, fish), with the accounts of a running weixind."""
import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import BIN, PATIENCE, ROOT, Case, main  # noqa: E402

# A line, and what a press of the completion key makes of it, in every shell: only one thing can follow.
LINES = {
    "weixinctl accou": "weixinctl account",
    "weixinctl account hist": "weixinctl account history",
    "weixinctl account show ware": "weixinctl account show warehouse",
    "weixinctl messages ware": "weixinctl messages warehouse",
    "weixinctl outbox list warehouse --state unk": "weixinctl outbox list warehouse --state unknown",
    "weixinctl outbox list --limit 5 ware": "weixinctl outbox list --limit 5 warehouse",
    "weixinctl outbox settle warehouse s-1 ref": "weixinctl outbox settle warehouse s-1 refused",
    "weixinctl events --account sh": "weixinctl events --account shop-01",
    "weixinctl send --on-unknown rese": "weixinctl send --on-unknown resend",
    "weixinctl account add ware": "weixinctl account add ware",
    "weixinctl group add ware": "weixinctl group add warehouse",
    "weixinctl chat shop-01 ware": "weixinctl chat shop-01 warehouse",
    "weixinctl account set warehouse --media im": "weixinctl account set warehouse --media images_and_voices",
    "weixinctl account set warehouse --login web_": "weixinctl account set warehouse --login web_then_desktop",
    "weixinctl avatar warehouse c-1 --output tab": "weixinctl avatar warehouse c-1 --output table",
    "weixinctl avatar warehouse c-1 -o tab": "weixinctl avatar warehouse c-1 -o tab",
    "weixind --check": "weixind --check-config",
}
# In zsh a key completes and tells the line, then clears it.
ZSH_SETUP = """PS1=; fpath=({directory} $fpath); autoload -Uz compinit && compinit -u -D
tell() {{ zle complete-word; print -r -- "$BUFFER" >>{told}; BUFFER= }}; zle -N tell; bindkey '^T' tell
print ready >>{told}
"""


class Shells(Case):
    def setUp(self):
        super().setUp()
        self.completions = self.directory / "completions"
        for program in ("weixind", "weixinctl"):
            subprocess.run([str(ROOT / "scripts/make-completions"), str(BIN / program), str(self.completions)], check=True)
        self.environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.directory),
                            "WEIXIND_SOCKET": str(self.server.socket), "TERM": "xterm", "XDG_DATA_HOME": str(self.directory)}
        self.add("warehouse")
        self.add("shop-01")

    def test_bash_completes(self):
        script = """source "$1/weixinctl.bash"; source "$1/weixind.bash"; shift
for line; do COMP_WORDS=($line); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _${COMP_WORDS[0]}
printf '%s\\n' "${line% *} ${COMPREPLY[*]:-${COMP_WORDS[COMP_CWORD]}}"; done"""
        answer = subprocess.run(["bash", "-c", script, "bash", str(self.completions), *LINES], env=self.environment,
                                text=True, stdout=subprocess.PIPE, check=True, timeout=PATIENCE)
        self.assertEqual(answer.stdout.splitlines(), list(LINES.values()))

    def test_fish_completes(self):
        for line, completed in LINES.items():
            script = f"source {self.completions}/weixinctl.fish; source {self.completions}/weixind.fish; complete -C '{line}'"
            answer = subprocess.run(["fish", "--no-config", "-c", script], env=self.environment, text=True,
                                    stdout=subprocess.PIPE, check=True, timeout=PATIENCE)
            offered = [text.split("\t")[0] for text in answer.stdout.splitlines()]
            self.assertEqual(offered, [] if line == completed else [completed.split()[-1]], line)

    def test_zsh_completes(self):
        told = self.directory / "told"
        child, terminal = pty.fork()
        if child == 0:
            os.execvpe("zsh", ["zsh", "-f", "-i"], self.environment)
        self.addCleanup(os.close, terminal)
        self.addCleanup(os.waitpid, child, 0)
        self.addCleanup(os.kill, child, 9)

        def say(text, lines):
            os.write(terminal, text.encode())
            end = time.monotonic() + PATIENCE
            # What it draws must be read, or it waits.
            while time.monotonic() < end:
                if select.select([terminal], [], [], 0.05)[0]:
                    os.read(terminal, 65536)
                if told.exists() and told.read_text(encoding="utf-8").count("\n") >= lines:
                    return
            self.fail(f"zsh did not answer to {text!r}")

        say(ZSH_SETUP.format(directory=self.completions, told=told), 1)
        for number, line in enumerate(LINES):
            say(line + "\x14", number + 2)
        lines = told.read_text(encoding="utf-8").splitlines()[1:]
        self.assertEqual([line.rstrip() for line in lines], list(LINES.values()))


class Syntax(unittest.TestCase):
    def test_every_shell_can_read_what_is_made(self):
        for program in ("weixind", "weixinctl", "weixinsim"):
            directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
            subprocess.run([str(ROOT / "scripts/make-completions"), str(BIN / program), str(directory)], check=True)
            for shell, file in (("bash", f"{program}.bash"), ("zsh", f"_{program}"), ("fish", f"{program}.fish")):
                answer = subprocess.run([shell, "-n", str(directory / file)], stderr=subprocess.PIPE, text=True, check=False)
                self.assertEqual((answer.returncode, answer.stderr), (0, ""), file)


if __name__ == "__main__":
    main()
