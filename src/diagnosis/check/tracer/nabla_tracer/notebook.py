"""Files in, Python source out: a notebook's code cells in order, each line kept."""
import io
import json
import tokenize


def read(path):
    if not path.endswith(".ipynb"):
        with open(path, "rb") as file:
            data = file.read()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding).replace("\r\n", "\n")
    with open(path, encoding="utf-8") as file:
        book = json.load(file)
    cells = []
    for cell in book.get("cells", []):
        if cell.get("cell_type") == "code":
            text = "".join(cell.get("source", []))
            lines = ["# " + line if line.lstrip().startswith(("%", "!")) else line for line in text.split("\n")]
            cells.append("\n".join(lines))
    return "\n\n".join(cells) + "\n"
