"""What a program's --help says, as data: for the completions, and for the tests of the manual.

Understands the layout of CLI11, which all programs here use. Standard library only.
"""
import re
import subprocess
from dataclasses import dataclass, field

# A left column that is too long has its text on the next line.
OPTION = re.compile(r"^  (-[^\s].*?)(?:\s{2,}(\S.*))?$")
ENTRY = re.compile(r"^  (\w\S*)( [^ ].*?)?(?:\s{2,}(\S.*))?$")
CHOICE = re.compile(r"\{(\w+(?:,\w+)*)\}")
CONTINUED = re.compile(r"^\s{20,}(\S.*)$")
NO_VALUE = re.compile(r"\b(?:Excludes|Needs): .*$|\(Env:\w+\)|REQUIRED")


@dataclass
class Option:
    names: list            # ["-o", "--output"]
    metavar: str           # "FORMAT", "" for a flag
    text: str = ""
    words: list = field(default_factory=list)  # ["web", "desktop"] where CLI11 itself tells what there is

    @property
    def long_names(self):
        return [n for n in self.names if n.startswith("--")]


@dataclass
class Positional:
    name: str
    text: str = ""
    many: bool = False     # whether more of it may follow


@dataclass
class Command:
    path: tuple            # ("account", "add"); () for the program itself
    about: str = ""
    options: list = field(default_factory=list)
    positionals: list = field(default_factory=list)
    commands: dict = field(default_factory=dict)

    def all(self):
        """This command and every one below it."""
        yield self
        for command in self.commands.values():
            yield from command.all()

    def option_names(self):
        return {name for option in self.options for name in option.names}


def parse_option(left):
    names, _, rest = left.partition(" ")
    rest = NO_VALUE.sub("", rest).strip()
    metavar = re.split(r"[:=\s]", rest)[0] if rest else ""
    choice = CHOICE.search(rest)
    return Option(names.split(","), metavar, words=choice[1].split(",") if choice else [])


def parse(text, path=()):
    """The options, positionals and the names of subcommands in one help text."""
    command = Command(path)
    section, last = "", None
    for line in text.splitlines():
        if match := re.match(r"^(Options|Positionals|Subcommands):$", line):
            section, last = match[1], None
            continue
        if not line.strip():
            section, last = "", None
            continue
        if section == "Options" and (match := OPTION.match(line)):
            last = parse_option(match[1])
            command.options.append(last)
        elif section == "Positionals" and (match := ENTRY.match(line)):
            last = Positional(match[1], many=" ..." in (match[2] or ""))
            command.positionals.append(last)
        elif section == "Subcommands" and (match := ENTRY.match(line)):
            last = Command((*path, match[1]))
            command.commands[match[1]] = last
        elif last is None or not (match := CONTINUED.match(line)):
            continue
        words = (match[match.re.groups] or "").strip()  # the text is what all three end with
        name = "about" if isinstance(last, Command) else "text"
        setattr(last, name, " ".join(filter(None, [getattr(last, name), words])))
    return command


def read(program, path=()):
    """Asks the program, and every subcommand that it names, for its help."""
    answer = subprocess.run([str(program), *path, "--help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            text=True, timeout=60, check=True)
    command = parse(answer.stdout, tuple(path))
    for name, known in list(command.commands.items()):
        below = read(program, (*path, name))
        below.about = known.about
        command.commands[name] = below
    return command
