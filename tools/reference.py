"""Writes the references from the code: docs/cli.md, docs/api.md and the settings in docs/server.md.

With `--check` nothing is written; what would change is shown, and the exit code is 1.
"""

from __future__ import annotations

import ast
import difflib
import enum
import importlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import earmark

DOCS = Path(__file__).parent.parent / "docs"

SETTINGS_BEGIN = "<!-- settings, written by `make docs` from the code -->"
SETTINGS_END = "<!-- end of settings -->"

HEADER = "<!-- Written by `make docs` from the code; do not edit. -->\n"

Command = Any
"""A command of click, or of Typer's own copy of it: they agree in all that is used here."""


def main(arguments: list[str]) -> int:
    """Write or compare all references; return the exit code."""
    outdated = False
    references = (
        (DOCS / "cli.md", cli_reference()),
        (DOCS / "api.md", api_reference()),
        (DOCS / "server.md", with_settings((DOCS / "server.md").read_text(encoding="utf-8"))),
    )
    for path, text in references:
        if "--check" in arguments:
            outdated |= show_changes(path, text)
        else:
            path.write_text(text, encoding="utf-8")
    if outdated:
        print("run `make docs` and commit what it writes", file=sys.stderr)
    return 1 if outdated else 0


def show_changes(path: Path, text: str) -> bool:
    """Print how a document differs from what the code says, and return whether it does."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    changes = difflib.unified_diff(
        before.splitlines(), text.splitlines(), str(path), "the code", lineterm=""
    )
    shown = list(changes)
    print(*shown, sep="\n", end="\n" if shown else "")
    return before != text


def cli_reference() -> str:
    """Describe every command of the command line, in Markdown."""
    typer = importlib.import_module("typer.main")
    application = importlib.import_module("earmark.cli.app")
    root = typer.get_command(application.app)
    return HEADER + "\n" + "\n".join(command_section(root, "earmark")).rstrip() + "\n"


def command_section(command: Command, path: str) -> Iterator[str]:
    """Yield the lines about a command and, below them, about its subcommands."""
    heading = "#" if " " not in path else "##"
    yield f"{heading} `{path}`\n"
    yield f"{_help_text(command)}\n"
    shown = [param for param in command.params if not getattr(param, "hidden", False)]
    arguments = [param for param in shown if param.param_type_name == "argument"]
    options = [param for param in shown if param.param_type_name == "option"]
    yield f"    {_usage(command, path, arguments)}\n"
    yield from _param_table("Argument", arguments)
    yield from _param_table("Option", options)
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        if not inner.hidden:
            yield from command_section(inner, f"{path} {name}")


def api_reference() -> str:
    """Describe every public name of the package, in Markdown."""
    parts = [HEADER, "# The Python API\n", inspect.getdoc(earmark) or "", ""]
    for name in sorted(vars(earmark)["__all__"]):
        parts += name_section(name, getattr(earmark, name))
    return "\n".join(parts).rstrip() + "\n"


def with_settings(text: str) -> str:
    """Return the page of the server with the table of its settings as the code has them."""
    options = importlib.import_module("earmark.server.options")
    lines = ["", "| option | variable | usual | meaning |", "|---|---|---|---|"]
    for one in options.settings():
        option = one.flag if one.metavar is None else f"{one.flag} {one.metavar}"
        usual = "" if one.usual in (None, False, ()) else f"`{one.usual}`"
        lines.append(f"| `{option}` | `{one.variable}` | {usual} | {_escaped(one.meaning)} |")
    table = "\n".join([*lines, "", ""])
    before, _, rest = text.partition(SETTINGS_BEGIN)
    _, _, after = rest.partition(SETTINGS_END)
    return f"{before}{SETTINGS_BEGIN}\n{table}{SETTINGS_END}{after}"


def name_section(name: str, value: object) -> Iterator[str]:
    """Yield the lines about a class, a function or a constant."""
    if inspect.isclass(value):
        yield from _class_section(name, value)
    elif callable(value):
        yield f"## `{name}{_signature(value)}`\n"
        yield f"{_doc(value)}\n"
    else:
        yield f"## `{name} = {value!r}`\n"


def _help_text(command: Command) -> str:
    """The help without click's marks for paragraphs that keep their lines."""
    text = inspect.cleandoc(command.help or command.short_help or "")
    return text.replace("\b\n", "").replace("\f", "")


def _usage(command: Command, path: str, arguments: list[Command]) -> str:
    parts = [path, "[OPTIONS]"]
    for argument in arguments:
        name = f"{_metavar(argument)}{'...' if argument.nargs == -1 else ''}"
        parts.append(name if argument.required else f"[{name}]")
    if getattr(command, "commands", None):
        parts.append("COMMAND [ARGS]...")
    return " ".join(parts)


def _param_table(title: str, params: list[Command]) -> Iterator[str]:
    if not params:
        return
    yield f"| {title} | Meaning |"
    yield "|---|---|"
    for param in params:
        name = _metavar(param) if title == "Argument" else _option_names(param)
        meaning = " ".join((getattr(param, "help", None) or "").split())
        yield f"| `{_escaped(name)}` | {_escaped(meaning + _default(param))} |"
    yield ""


def _metavar(param: Command) -> str:
    return str(param.metavar or param.name.upper()).removesuffix("...")


def _option_names(param: Command) -> str:
    names = ", ".join([*param.opts, *param.secondary_opts])
    return names if param.is_flag else f"{names} {_value_name(param)}"


def _value_name(param: Command) -> str:
    """The choices of an enumeration (known by its default), else what stands for the value."""
    if isinstance(param.default, enum.Enum):
        return "[" + "|".join(_plain(choice) for choice in type(param.default)) + "]"
    return _metavar(param)


def _default(param: Command) -> str:
    """A default that is the same for everybody; what depends on the user is told by the help."""
    found = [f"variable: `{param.envvar}`"] if param.envvar else []
    if isinstance(param.default, str | int | float) and not isinstance(param.default, bool):
        found.append(f"default: `{_plain(param.default)}`")
    return f" ({'; '.join(found)})" if found else ""


def _plain(value: object) -> str:
    return str(value.value if isinstance(value, enum.Enum) else value)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _class_section(name: str, cls: type) -> Iterator[str]:
    bases = [base.__name__ for base in cls.__bases__ if base is not object]
    yield f"## `{name}`{' (' + ', '.join(bases) + ')' if bases else ''}\n"
    yield f"{_doc(cls)}\n"
    fields = list(_fields(cls))
    yield from fields
    if fields:
        yield ""
    for attribute, member in sorted(vars(cls).items()):
        if not attribute.startswith("_") and inspect.getdoc(member):
            yield from _member_section(name, attribute, member)


def _member_section(owner: str, name: str, member: object) -> Iterator[str]:
    """Yield the lines about a method or property; other attributes are told as fields."""
    function = getattr(member, "__func__", member)
    if isinstance(member, property):
        yield f"### `{owner}.{name}`\n"
    elif inspect.isfunction(function):
        yield f"### `{owner}.{name}{_signature(function)}`\n"
    else:
        return
    yield f"{_doc(member)}\n"


def _fields(cls: type) -> Iterator[str]:
    """Yield a list item for each annotated field or enumeration member, with its docstring."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for statement, following in zip(statements, [*statements[1:], ast.Pass()], strict=True):
        text = ast.unparse(statement)
        if isinstance(statement, ast.AnnAssign | ast.Assign) and not text.startswith("_"):
            yield f"- `{text}`{_field_doc(following)}"


def _field_doc(statement: ast.stmt) -> str:
    """The string below a field, if that is what the next statement is."""
    match statement:
        case ast.Expr(value=ast.Constant(value=str() as text)):
            return ": " + " ".join(text.split())
    return ""


def _signature(function: Callable[..., object]) -> str:
    """The signature as it is written in the source, without `self` or `cls`."""
    node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(node, ast.FunctionDef):
        return str(inspect.signature(function))
    if node.args.args and node.args.args[0].arg in {"self", "cls"}:
        del node.args.args[0]
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"({ast.unparse(node.args)}){returned}"


def _doc(value: object) -> str:
    return _sections(inspect.getdoc(value) or "")


def _sections(doc: str) -> str:
    """Turn the headings of a Google-style docstring into bold words and their items into lists."""
    lines: list[str] = []
    inside = False
    for line in doc.splitlines():
        if line in {"Args:", "Returns:", "Raises:", "Yields:"}:
            lines += [f"**{line.removesuffix(':')}**", ""]
            inside = True
        elif line == "Example:":
            lines += ["**Example**", ""]
        elif inside and line.startswith("    ") and not line.startswith("     "):
            lines.append(f"- {line.strip()}")
        elif inside and line.startswith("     "):
            lines.append(f"  {line.strip()}")
        else:
            inside = inside and not line.strip()
            lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
