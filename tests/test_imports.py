"""Who may know whom: market <- exchange <- feed <- widgets <- screens <- app <- cli."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui

PACKAGE = Path(tui.__file__).parent
FREE_FOR_ALL = {"errors", "text"}

# Each part of tui, and the other parts that it may import beside errors and text.
MAY_IMPORT = {
    "errors": set[str](),
    "text": set(),
    "toml_file": set(),
    "rules": {"toml_file"},
    "journal": set(),
    "uncaught": set(),
    "market": set(),
    "listing": {"market"},
    "chart": {"market"},
    "studies": {"market"},
    "simulator": {"market"},
    "exchange": {"market", "rules"},
    "feed": {"market", "exchange"},
    "stream": {"market", "feed"},
    "config": {"market", "exchange", "feed", "alerts", "rules", "toml_file"},
    "feed_sample": {"market", "exchange"},
    "targets": {"market", "exchange", "config", "layout_text", "tab"},
    "lock": set(),
    "tab": {"market"},
    "layout_text": set(),
    "local_time": set(),
    "state_file": set(),
    "keeping": set(),
    "workspace": {"market", "tab", "toml_file", "lock", "listing", "state_file"},
    "alerts": {"market", "feed", "state_file", "keeping", "toml_file"},
    "look": {"theme"},
    "wardrobe": {"config", "look", "theme"},
    "reload": {"config", "theme", "wardrobe"},
    "appearance": {"config", "keys", "local_time", "workspace"},
    "remembering": {"workspace", "keeping"},
    "theme": {"chart", "rules", "toml_file"},
    "chart_options": {"chart", "config", "workspace"},
    "keys": set(),
    "export": {"market"},
    "widgets": {"market", "exchange", "feed", "chart", "studies", "keys", "listing", "tab"},
    "screens": {
        "market", "exchange", "feed", "chart", "studies", "keys", "widgets", "workspace", "export",
        "listing", "tab", "layout_text", "alerts",
    },
    "commands": {
        "market", "exchange", "feed", "chart", "studies", "keys", "widgets", "screens", "listing",
        "wardrobe",
    },
    "tab_commands": {"commands", "layout_text", "widgets", "tab"},
    "terminal": set[str](),
    "web": set(),
    "doctor": {
        "market", "exchange", "feed", "chart", "config", "targets", "workspace", "theme", "look",
        "keys", "journal", "terminal",
    },
}  # fmt: skip
# These put the program together: they may know everything but those that start them.
ASSEMBLERS = {
    "framed_app": {"app", "opening", "cli", "__main__"},
    "app": {"opening", "cli", "__main__"},
    "opening": {"cli", "__main__"},
    "cli": {"__main__"},
    "__main__": set[str](),
}

# The parts that may import each library; a longer path is one file. All others may not.
LIBRARIES = {
    "textual": {
        "widgets", "screens", "commands", "tab_commands", "keys", "theme", "look", "wardrobe",
        "app", "framed_app", "terminal",
    },
    "rich": {
        "widgets", "screens", "commands", "keys", "theme", "look", "app", "terminal",
        "doctor/terminal.py",
    },
    "textual_serve": {"web"},
    "textual_plotext": {"widgets"},
    "plotext": set(),
    "websockets": {"feed/transport.py"},
    "aiohttp": {"feed/rest.py", "simulator", "web"},
    "msgspec": {"exchange", "workspace", "alerts"},
    "tomli_w": {"state_file"},
    "platformdirs": {"config", "journal", "workspace", "screens/delivery.py"},
    "pyarrow": {"export/parquet.py"},
    "click": {"cli", "__main__"},
    "talipp": {"studies", "alerts"},
}  # fmt: skip

# Packages that load in a bare interpreter, and what must not come with them.
LOADS_WITHOUT = {
    "tui.market": {"textual", "rich", "websockets", "aiohttp", "msgspec"},
    "tui.chart": {"textual", "rich", "websockets", "aiohttp", "msgspec"},
    "tui.studies": {"textual", "rich", "websockets", "aiohttp", "msgspec", "tui.chart"},
    "tui.exchange": {"textual", "rich", "websockets", "aiohttp"},
    "tui.feed": {"textual", "rich"},
    "tui.alerts": {"textual", "rich"},
    "tui.simulator": {"textual", "rich", "msgspec", "tui.exchange", "tui.feed"},
}
NOTHING_BUT_THE_STANDARD_LIBRARY = ["tui.market", "tui.chart", "tui.export"]

_REPORT = """
import sys
before = set(sys.modules)
import importlib, pkgutil
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print("\\n".join(set(sys.modules) - before))
"""


def loaded_by(package: str) -> set[str]:
    """The modules that a fresh interpreter loads for every module of `package`."""
    run = subprocess.run(
        [sys.executable, "-c", _REPORT, package], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def below(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def sources() -> list[str]:
    return sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))


def part_of(source: str) -> str:
    return source.partition("/")[0].removesuffix(".py")


def imports(source: str) -> Iterator[str]:
    """Every module that a file names in an import, wherever in the file it stands."""
    for node in ast.walk(ast.parse((PACKAGE / source).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{source}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def allowed_parts(part: str) -> set[str]:
    everything = MAY_IMPORT.keys() | ASSEMBLERS.keys()
    parts = everything - ASSEMBLERS[part] if part in ASSEMBLERS else MAY_IMPORT[part]
    return parts | FREE_FOR_ALL | {part, "__init__"}


@pytest.mark.parametrize("package", LOADS_WITHOUT)
def test_a_package_loads_in_a_fresh_interpreter_without(package: str) -> None:
    modules, forbidden = loaded_by(package), LOADS_WITHOUT[package]
    assert package in modules
    assert {m for m in modules for name in forbidden if below(m, name)} == set()


@pytest.mark.parametrize("package", NOTHING_BUT_THE_STANDARD_LIBRARY)
def test_a_package_of_facts_loads_only_the_standard_library(package: str) -> None:
    own = {"tui", package, "tui.market", "tui.errors", "tui.text"}
    others = {m for m in loaded_by(package) if m.partition(".")[0] not in sys.stdlib_module_names}
    strangers = {m for m in others if m not in own and m.rpartition(".")[0] not in own - {"tui"}}
    assert strangers == set()


def test_every_part_has_a_rule_and_every_rule_a_part() -> None:
    parts = {part_of(source) for source in sources()} - {"__init__"}
    assert parts == MAY_IMPORT.keys() | ASSEMBLERS.keys()


@pytest.mark.parametrize("source", sources())
def test_a_file_imports_only_the_parts_it_may_know(source: str) -> None:
    own = {name.split(".")[1] for name in imports(source) if name.startswith("tui.")}
    if source != "__init__.py":
        assert own - allowed_parts(part_of(source)) == set()


@pytest.mark.parametrize("source", sources())
def test_a_file_imports_only_the_libraries_it_may_know(source: str) -> None:
    tops = {name.partition(".")[0] for name in imports(source)}
    foreign = tops - sys.stdlib_module_names - {"tui"}
    users = {library: LIBRARIES[library] for library in foreign}
    assert {lib for lib, allowed in users.items() if not {part_of(source), source} & allowed} == (
        set()
    )
