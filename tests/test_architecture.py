"""The rules of the house, kept by reading the source. Each failing line names the file and what to do instead."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lms.app import create_app  # noqa: F401  (with it, every model is known)
from lms.extensions import db
from lms.transfer.columns import LEFT_TABLES, TABLES

ROOT = Path(__file__).resolve().parents[1]
LMS = ROOT / "lms"

# Between areas, below the views: import only from what stands before you.
STREET = [
    "outbox", "centres", "accounts", "cycles", "materials", "packages", "quizzes", "surveys", "sessions", "talk",
    "progress", "certificates", "reports", "transfer", "search", "api", "home",
]  # fmt: skip
# Inside an area: a later one may import an earlier one, never back. Other names are pure or belong to their noun.
LADDER = ["models", "queries", "mail", "actions", "forms", "views"]
REQUEST_WORDS = {"request", "session", "current_user", "flash", "abort", "redirect"}
MAY_COMMIT = {"views", "cli", "delivery", "worker", "server"}


@cache
def modules() -> dict[str, ast.Module]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(path.read_text())
        for path in sorted(LMS.rglob("*.py"))
    }


def area_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 2 and parts[1] in STREET else None


def rung(module: str) -> str:
    """The file's place on the ladder: ``question_views`` is a view, ``people_list`` is pure."""
    name = module.rsplit(".", 1)[-1]
    for step in LADDER:
        if name == step or name.endswith(f"_{step}") or name.endswith(f"_{step[:-1]}"):
            return step
    return name


def is_view(module: str) -> bool:
    return area_of(module) is not None and rung(module) == "views"


@cache
def imports_of(module: str) -> list[tuple[str, int]]:
    """Every ``lms…`` module that this one imports when it runs, with its line."""
    return list(_imports_of(module))


def _imports_of(module: str) -> Iterator[tuple[str, int]]:
    for_types_only = {
        id(node)
        for parent in ast.walk(modules()[module])
        if isinstance(parent, ast.If) and "TYPE_CHECKING" in ast.unparse(parent.test)
        for node in ast.walk(parent)
    }
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names if alias.name.startswith("lms"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lms") and node.level == 0:
            if id(node) in for_types_only:
                continue
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in modules() else str(node.module)), node.lineno


def test_inside_an_area_nobody_walks_back():
    wrong = []
    for module in modules():
        area = area_of(module)
        if area is None or rung(module) not in LADDER:
            continue
        for imported, line in imports_of(module):
            is_of_ours = area_of(imported) == area and rung(imported) in LADDER
            if is_of_ours and LADDER.index(rung(imported)) > LADDER.index(rung(module)):
                wrong.append(f"{module}:{line} imports {imported}")
    assert wrong == []


def test_between_areas_the_street_is_one_way():
    wrong = []
    for module in modules():
        area = area_of(module)
        if area is None or is_view(module):
            continue
        for imported, line in imports_of(module):
            other = area_of(imported)
            if other and other != area and STREET.index(other) > STREET.index(area):
                wrong.append(f"{module}:{line} imports {imported}, which stands after it")
    assert wrong == []


def test_views_call_other_areas_queries_and_actions_but_never_their_views_or_forms():
    wrong = []
    for module in filter(is_view, modules()):
        for imported, line in imports_of(module):
            other = area_of(imported)
            if other and other != area_of(module) and rung(imported) in {"views", "forms"}:
                wrong.append(f"{module}:{line} imports {imported}")
    assert wrong == []


def test_only_the_application_imports_views():
    wrong = [
        f"{module}:{line} imports {imported}"
        for module in modules()
        if module != "lms.app"
        for imported, line in imports_of(module)
        if is_view(imported) and area_of(imported) != area_of(module)
    ]
    assert wrong == []


def test_whatever_the_worker_shall_do_is_known_to_the_application():
    """A job hangs itself up when its module is imported: one that app.py does not name is never done."""
    known = {imported for imported, _ in imports_of("lms.app")}
    jobs = {
        module
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any("every(" in ast.unparse(one) for one in node.decorator_list)
    }
    assert jobs - known == set()


def test_extensions_database_and_pure_corner_import_nothing_of_ours():
    wrong = [
        f"{module}:{line} imports {imported}"
        for module in ("lms.database", "lms.clock", "lms.dates", "lms.typography", "lms.config", "lms.permissions")
        for imported, line in imports_of(module)
    ]
    wrong += [
        f"lms.extensions:{line} imports {imported}"
        for imported, line in imports_of("lms.extensions")
        if imported != "lms.database"
    ]
    assert wrong == []


def test_the_request_is_known_only_at_the_door_and_in_views():
    """Actions receive the person and the time as arguments, so that commands and workers call them too."""
    wrong = []
    for module, tree in modules().items():
        if area_of(module) is None or is_view(module):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("flask", "flask_login")):
                names = {alias.name for alias in node.names} & REQUEST_WORDS
                if names and rung(module) != "forms":
                    wrong.append(f"{module}:{node.lineno} imports {', '.join(sorted(names))}")
    assert wrong == []


def test_only_views_commands_and_delivery_commit():
    wrong = []
    for module, tree in modules().items():
        if rung(module) in MAY_COMMIT or module.rsplit(".", 1)[-1].split("_")[-1] in MAY_COMMIT or ".seeds" in module:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "commit" and "session" in ast.unparse(node.value):
                wrong.append(f"{module}:{node.lineno} commits")
    assert wrong == []


def test_nothing_is_imported_inside_a_function():
    wrong = []
    for module, tree in modules().items():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        wrong.append(f"{module}:{node.lineno} in {function.name}()")
    assert wrong == []


def test_only_libraries_and_the_room_of_pdfs_are_loaded_late():
    """Their docstrings say why; of our own modules it would be an import inside a function by another name."""
    late = re.compile(r"\b(?:import_module|__import__|LazyLoader)\b")
    sources = {str(path.relative_to(ROOT)): path.read_text() for path in LMS.rglob("*.py")}
    assert {path for path, source in sources.items() if late.search(source)} == {"lms/pdf/__init__.py", "lms/later.py"}
    assert [path for path, source in sources.items() if re.search(r"later\(\"lms\b", source)] == []


HEAVY = {"docx", "mammoth", "xlsxwriter", "dns", "dkim", "cryptography", "jwt", "segno", "snowballstemmer", "reportlab"}


def test_starting_loads_none_of_what_few_processes_use():
    code = "import sys, lms.app; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert HEAVY & set(loaded.split()) == set()


def test_the_room_of_pdfs_knows_none_of_ours():
    wrong = [
        f"{module}:{line} imports {imported}"
        for module in modules()
        if module.startswith("lms.pdf")
        for imported, line in imports_of(module)
        if not imported.startswith("lms.pdf")
    ]
    assert wrong == []


def test_no_module_imports_itself_in_a_circle():
    graph = {
        module: {imported for imported, _ in imports_of(module) if imported in modules() and imported != module}
        for module in modules()
    }

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(graph[start])
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                todo += graph[here]
        return seen

    assert [module for module in graph if module in reached(module)] == []


def test_no_room_is_named_after_nothing():
    grab_bags = {"utils", "helpers", "common", "misc", "services", "managers"}
    assert [module for module in modules() if module.rsplit(".", 1)[-1] in grab_bags] == []


def test_pages_carry_no_inline_style_script_or_handler():
    inline = re.compile(r"<[^>]+\s(?:style|on\w+)=|<script(?![^>]*\ssrc=)|<style", re.IGNORECASE)
    wrong = [
        str(path.relative_to(ROOT))
        for path in (LMS / "templates").rglob("*.html")
        if "mail" not in path.parts and inline.search(path.read_text())
    ]
    assert wrong == []


def test_pages_name_no_other_host():
    outside = re.compile(r"(?:src|href|action)=[\"']https?://")
    wrong = [
        str(path.relative_to(ROOT))
        for path in (LMS / "templates").rglob("*.html")
        if "mail" not in path.parts and outside.search(path.read_text())
    ]
    assert wrong == []


def test_what_learners_see_is_decided_in_one_place():
    """What is scheduled appears by itself: ask ``cycles.models.is_out`` (in a statement) or ``is_published``."""
    alone = re.compile(
        r"\b_?(?:Module|Activity|Material|Quiz|LiveSession|module|activity|material|quiz|live_session)(?:\.c)?"
        r"\.state (?:==|is|!=|is not) State\.PUBLISHED"
    )
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted(LMS.rglob("*.py"))
        if path != LMS / "cycles" / "models.py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if alone.search(line)
    ]
    assert wrong == []


def test_whatever_a_cycle_is_made_of_is_copied_or_left_behind_for_a_reason():
    """A new column or table: say in lms/transfer/columns.py what becomes of it when a cycle is copied."""
    tables = db.metadata.tables
    told = {name: sorted(carried.all) for name, carried in TABLES.items()}
    assert told == {name: sorted(column.name for column in tables[name].columns) for name in TABLES}
    hanging = {
        table.name
        for table in tables.values()
        if any(key.column.table.name in TABLES for key in table.foreign_keys) and table.name not in TABLES
    }
    assert hanging == set(LEFT_TABLES)
