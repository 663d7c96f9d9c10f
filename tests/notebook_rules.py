"""The rules a committed notebook keeps: its skeleton, and nothing that would let nbval pass in silence.

Each rule takes the notebook as a dictionary and its folder, and returns one sentence per fault.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from kampung_analysis import claims, figspec

SECTIONS = (
    "Answer",
    "What is claimed",
    "What would have to be true",
    "Evidence",
    "Estimate",
    "Checks",
    "What this cannot tell us",
)
STATEMENTS = 5
ALT = 40
SILENCING = ("nbval", "pytest_validate_ignore_output", "raises-exception")


def source(cell: dict) -> str:
    """Source of a cell as one text."""
    return "".join(cell["source"])


def code(notebook: dict) -> list[dict]:
    """Code cells in order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def markdown(notebook: dict) -> str:
    """All Markdown as one text."""
    return "\n\n".join(source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def outputs(notebook: dict) -> Iterator[tuple[dict, dict]]:
    """Every output with its cell."""
    for cell in code(notebook):
        for output in cell["outputs"]:
            yield cell, output


def said(output: dict) -> str:
    """All text of an output but images."""
    parts = ["".join(output.get("text", ""))]
    parts += [
        "".join(v) for k, v in output.get("data", {}).items() if not k.startswith("image/") and k.startswith("text/")
    ]
    return "\n".join(parts)


def _calls(cell: dict) -> set[str]:
    """Last names of all functions that a cell calls."""
    called = (node.func for node in ast.walk(ast.parse(source(cell))) if isinstance(node, ast.Call))
    return {getattr(f, "attr", getattr(f, "id", "")) for f in called}


def title_asks_a_question(notebook: dict, folder: Path) -> list[str]:
    first = notebook["cells"][0]
    lines = [line for line in source(first).splitlines() if line.strip()]
    if first["cell_type"] != "markdown" or not re.fullmatch(r"# .+\?", lines[0] if lines else ""):
        return ["the first cell does not begin with a question '# …?'"]
    return [] if len(lines) > 1 else ["no line of scope and date follows the question"]


def sections_have_their_names_and_order(notebook: dict, folder: Path) -> list[str]:
    found = tuple(re.findall(r"^## (.+?)\s*$", markdown(notebook), flags=re.MULTILINE))
    return [] if found == SECTIONS else [f"the sections are {found}, not {SECTIONS}"]


def answer_holds_a_summary_in_indonesian(notebook: dict, folder: Path) -> list[str]:
    answer = re.search(r"^## Answer\s*$(.*?)^## ", markdown(notebook), flags=re.MULTILINE | re.DOTALL)
    found = re.search(r"^\*\*Ringkasan\.\*\*(.*?)(?:\n\s*\n|\Z)", answer[1] if answer else "", re.MULTILINE | re.DOTALL)
    if not found:
        return ["section Answer has no paragraph that begins with '**Ringkasan.**'"]
    sentences = re.findall(r"[^.!?]+(?:[.!?](?!\s|$)[^.!?]*)*[.!?](?=\s|$)", found[1].strip())
    return [] if len(sentences) == 3 else [f"the Ringkasan has {len(sentences)} sentences, not three"]


def cells_are_short_and_plain(notebook: dict, folder: Path) -> list[str]:
    faults = []
    for cell in code(notebook):
        try:
            tree = ast.parse(source(cell))
        except SyntaxError as error:
            faults.append(f"{cell['id']} is not plain Python: {error.msg}")
            continue
        if len(tree.body) > STATEMENTS:
            faults.append(f"{cell['id']} has {len(tree.body)} statements; {STATEMENTS} at most")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.While):
                faults.append(f"{cell['id']} holds a {type(node).__name__}; move it to the package")
            if isinstance(node, ast.For) and len(node.body) > 1:
                faults.append(f"{cell['id']} holds a loop of {len(node.body)} statements; move it to the package")
            if isinstance(node, ast.For | ast.comprehension) and any(isinstance(n, ast.Lambda) for n in ast.walk(node)):
                faults.append(f"{cell['id']} loops over lambdas; move the loop to the package")
    return faults


def first_code_cell_starts_the_figures(notebook: dict, folder: Path) -> list[str]:
    return [] if "start" in _calls(code(notebook)[0]) else ["the first code cell does not call figures.start()"]


def last_code_cell_records(notebook: dict, folder: Path) -> list[str]:
    return [] if "record" in _calls(code(notebook)[-1]) else ["the last code cell does not call record(...)"]


def every_cell_was_run_once_in_order(notebook: dict, folder: Path) -> list[str]:
    counts = [cell["execution_count"] for cell in code(notebook)]
    faults = [] if counts == list(range(1, len(counts) + 1)) else [f"execution counts are {counts}, not 1, 2, 3 …"]
    results = [(c, o) for c, o in outputs(notebook) if o["output_type"] == "execute_result"]
    wrong = [c["id"] for c, o in results if o["execution_count"] != c["execution_count"]]
    return faults + [f"{cell} shows a result of another run" for cell in wrong]


def a_last_expression_has_its_output(notebook: dict, folder: Path) -> list[str]:
    faults = []
    for cell in code(notebook):
        body = ast.parse(source(cell)).body
        call = body and isinstance(body[-1], ast.Expr) and isinstance(body[-1].value, ast.Call)
        name = ast.unparse(body[-1].value.func).split(".")[-1] if call else ""
        if (name.startswith("draw_") or name in ("show", "print", "record", "finish")) and not cell["outputs"]:
            faults.append(f"{cell['id']} calls {name} and shows nothing; were its outputs cleared?")
    return faults


def nothing_silences_the_comparison(notebook: dict, folder: Path) -> list[str]:
    faults = []
    for cell in notebook["cells"]:
        text = f"{source(cell) if cell['cell_type'] == 'code' else ''} {cell['metadata'].get('tags', [])}".lower()
        faults += [f"{cell['id']} carries {word!r}" for word in SILENCING if word in text]
    return faults


def no_output_is_hidden_by_a_semicolon(notebook: dict, folder: Path) -> list[str]:
    bare = {cell["id"]: re.sub(r"\s*#[^\n\"']*$", "", source(cell).rstrip()) for cell in code(notebook)}
    return [f"{cell} ends with a semicolon" for cell, text in bare.items() if text.endswith(";")]


def every_image_has_fingerprint_and_description(notebook: dict, folder: Path) -> list[str]:
    faults = []
    for cell, output in outputs(notebook):
        data = output.get("data", {})
        if not any(mime.startswith("image/") for mime in data):
            continue
        if figspec.MIME not in data:
            faults.append(f"{cell['id']} shows an image without fingerprint")
            continue
        alt = output["metadata"].get("image/png", {}).get("alt", "")
        if len(alt) < ALT:
            faults.append(f"{cell['id']} shows an image whose alternative text has {len(alt)} characters, not {ALT}")
        if "".join(data[figspec.MIME]).splitlines()[-1] != f"alt: {alt}":
            faults.append(f"{cell['id']} shows an image whose alternative text is not the one in the fingerprint")
    return faults


def every_artist_is_told(notebook: dict, folder: Path) -> list[str]:
    texts = [(cell, "".join(output.get("data", {}).get(figspec.MIME, ""))) for cell, output in outputs(notebook)]
    return [
        f"{cell['id']} draws what the fingerprint cannot tell: {p}" for cell, t in texts for p in figspec.unsupported(t)
    ]


def nothing_warns_or_fails(notebook: dict, folder: Path) -> list[str]:
    wrong = [cell["id"] for cell, o in outputs(notebook) if o["output_type"] == "error" or o.get("name") == "stderr"]
    return [f"{cell} warns or fails" for cell in wrong]


def every_answer_is_recorded(notebook: dict, folder: Path) -> list[str]:
    phrases = [*claims.NOT_YET.values(), "No result recorded yet"]
    return [
        f"{cell['id']} has no recorded result" for cell, o in outputs(notebook) if any(p in said(o) for p in phrases)
    ]


def no_output_holds_an_address(notebook: dict, folder: Path) -> list[str]:
    found = [(cell["id"], re.search(r"\b0x[0-9a-fA-F]{5,}", said(o))) for cell, o in outputs(notebook)]
    return [f"{cell} prints the address {match[0]}" for cell, match in found if match]


def no_table_has_an_empty_header(notebook: dict, folder: Path) -> list[str]:
    tables = [(cell, "".join(o.get("data", {}).get("text/html", ""))) for cell, o in outputs(notebook)]
    return [
        f"{cell['id']} shows a table with an empty header" for cell, t in tables if re.search(r"<th[^>]*>\s*</th>", t)
    ]


def every_link_to_a_file_resolves(notebook: dict, folder: Path) -> list[str]:
    targets = re.findall(r"\]\(([^)\s]+)\)", markdown(notebook))
    local = [t for t in targets if not re.match(r"[a-z]+:|#", t)]
    return [f"the link to {t} leads nowhere" for t in local if not (folder / t.split("#")[0]).exists()]


def every_doi_is_in_the_bibliography(notebook: dict, folder: Path) -> list[str]:
    bibliography = folder.parent / "book" / "references.bib"
    if not bibliography.exists():
        return []
    known = bibliography.read_text("utf-8").lower()
    dois = re.findall(r"https?://(?:dx\.)?doi\.org/((?:[^()\s]|\([^()\s]*\))+)", markdown(notebook))
    return [f"DOI {doi} is not in book/references.bib" for doi in dict.fromkeys(dois) if doi.lower() not in known]


RULES: dict[str, Callable[[dict, Path], list[str]]] = {
    rule.__name__: rule
    for rule in (
        title_asks_a_question,
        sections_have_their_names_and_order,
        answer_holds_a_summary_in_indonesian,
        cells_are_short_and_plain,
        first_code_cell_starts_the_figures,
        last_code_cell_records,
        every_cell_was_run_once_in_order,
        a_last_expression_has_its_output,
        nothing_silences_the_comparison,
        no_output_is_hidden_by_a_semicolon,
        every_image_has_fingerprint_and_description,
        every_artist_is_told,
        nothing_warns_or_fails,
        every_answer_is_recorded,
        no_output_holds_an_address,
        no_table_has_an_empty_header,
        every_link_to_a_file_resolves,
        every_doi_is_in_the_bibliography,
    )
}
