"""A file in; its Python source, and the first line of each of its cells, out. A notebook's code cells follow in order,
each line kept, so that every line of the source is a line of some cell."""
import ast
import io
import json
import re
import tokenize

MOST_BYTES = 50 << 20
RUNS_ITS_CELL = {"time", "timeit", "capture", "prun"}
ASSIGNED = re.compile(r"^(\s*)([\w.\[\]\"', ]+?)\s*=\s*([!%].*)$")


class Unreadable(Exception):
    """Why a file is no Python source; `line` where one is to blame."""

    def __init__(self, reason, line=0):
        super().__init__(reason)
        self.line = line


def read(path):
    """(source, the first lines of its cells; none for a script)."""
    with open(path, "rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unreadable(f"it is larger than {MOST_BYTES >> 20} MB")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable("it is encoded in UTF-16, which Python does not read: save it as UTF-8")
    if b"\0" in data:
        raise Unreadable("it is a binary file, not Python source")
    if path.endswith(".ipynb"):
        return notebook(data)
    return decoded(data), []


def decoded(data):
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        if b"coding" in b"".join(data.splitlines()[:2]):
            raise Unreadable(str(error.msg), 1) from None
        encoding = "utf-8"  # whose decoder says which byte it is
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[:error.start].count(b"\n") + 1
        raise Unreadable(f"byte 0x{data[error.start]:02x} is not {error.encoding}: name the file's encoding in its first "
                         "line, as in # -*- coding: latin-1 -*-", line) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def notebook(data):
    try:
        book = json.loads(data.decode("utf-8-sig"))
        found = book["cells"] if "cells" in book else book["worksheets"][0]["cells"]
        language = str(book.get("metadata", {}).get("kernelspec", {}).get("language", "python"))
        texts = ["".join(cell.get("source", cell.get("input", []))) for cell in found if cell.get("cell_type") == "code"]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise Unreadable("it is not a notebook: no JSON with cells") from None
    if language.lower() != "python":
        raise Unreadable(f"its cells are in {language}, not in Python")
    source, starts = "", []
    for text in texts:
        starts.append(source.count("\n") + 1)
        source += plain(text.replace("\r\n", "\n")) + "\n"
    if not source.strip():
        raise Unreadable("it has no code cells")
    return source, starts


def plain(cell):
    """A cell without what only IPython understands; as many lines as before."""
    try:
        ast.parse(cell)
        return cell
    except (SyntaxError, ValueError):
        pass
    lines = cell.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        name = lines[first][2:].split(" ")[0]
        if name not in RUNS_ITS_CELL:
            return "\n".join("# " + line for line in lines)
        lines[first] = "# " + lines[first]
    return "\n".join(without_magic(line) for line in lines)


def without_magic(line):
    text = line.lstrip()
    indent = line[:len(line) - len(text)]
    if text.startswith("%time "):
        return indent + "if 1: " + text[6:]  # as long as what it replaces: columns stay
    if text.startswith(("%", "!", "?")) or re.match(r"^[\w.]+\?{1,2}$", text):
        return f"{indent}pass  # {text}"
    assigned = ASSIGNED.match(line)
    if assigned:
        return f"{assigned[1]}{assigned[2]} = get_ipython().run({assigned[3]!r})"
    return line
