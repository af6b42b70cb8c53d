"""Data in plain lists, standardised where it lies: what would the same script learn with scaled inputs?

Rows are found by the values of a few samples; each column that holds one of their features is brought to mean 0 and
standard deviation 1, in all tables that hold such rows. Lists are changed in place; rows that are tuples are replaced.
"""
import math

DEEP = 5
MOST_VISITED = 200_000
FEWEST_ROWS = 3


def standardise(samples, roots):
    """Whether a table of the samples was found, and scaled."""
    tables = sorted(find_tables(samples, roots), key=lambda found: -len(found[0]))
    done, figures = set(), None
    for table, path, columns in tables:
        rows = [follow(entry, path) for entry in table]
        if figures is None:
            figures = [figures_of([row[c] for row in rows]) for c in columns]
        for position, row in enumerate(rows):
            if id(row) in done:
                continue
            done.add(id(row))
            values = list(row)
            for column, (mean, deviation) in zip(columns, figures):
                values[column] = (values[column] - mean) / deviation
            put(table, position, path, row, values)
    return figures is not None


def figures_of(column):
    mean = sum(column) / len(column)
    return mean, math.sqrt(sum((x - mean) ** 2 for x in column) / len(column)) or 1.0


def put(table, position, path, row, values):
    if not isinstance(row, tuple):
        row[:] = values
        return
    entry, new = table[position], tuple(values)
    if path:
        if isinstance(entry, tuple):
            new = (*entry[:path[0]], new, *entry[path[0] + 1:])
        else:
            entry[path[0]] = new
            return
    if isinstance(table, list):
        table[position] = new


def follow(entry, path):
    for key in path:
        entry = entry[key]
    return entry


def find_tables(samples, roots):
    seen, stack, found = set(), [(root, 0) for root in roots], []
    while stack and len(seen) < MOST_VISITED:
        value, depth = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, (list, tuple)) and len(value) >= FEWEST_ROWS:
            match = matching(value, samples)
            if match is not None:
                found.append((value, *match))
                continue
        if depth < DEEP:
            stack.extend((part, depth + 1) for part in parts_of(value))
    return found


def parts_of(value):
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, (list, tuple)):
        return [v for v in value if isinstance(v, (list, tuple, dict)) or hasattr(v, "__dict__")]
    if isinstance(value, type) or callable(value) or type(value).__name__ == "module":
        return []
    return list(getattr(value, "__dict__", {}).values())


def is_row(value):
    if not isinstance(value, (list, tuple)):
        return getattr(value, "ndim", 0) == 1 and value.dtype.kind == "f"
    return len(value) > 0 and all(isinstance(v, (int, float)) for v in value)


def matching(table, samples):
    """The path from an entry to its row, and the columns that hold the features; None where some sample is not there."""
    first = table[0]
    paths = [()] if is_row(first) else \
        [(k,) for k, part in enumerate(first) if is_row(part)] if isinstance(first, (list, tuple)) else []
    for path in paths:
        try:
            rows = [follow(entry, path) for entry in table]
        except (TypeError, IndexError, KeyError):
            continue
        if not all(is_row(row) for row in rows) or len({len(row) for row in rows}) != 1:
            continue
        for columns in {columns_of(row, samples[0]) for row in rows} - {None}:
            held = {tuple(float(row[c]) for c in columns) for row in rows}
            if all(tuple(sample) in held for sample in samples):
                return path, columns
    return None


def columns_of(row, sample):
    """Where a row holds the values of a sample, in their order."""
    columns, at = [], 0
    for value in sample:
        while at < len(row) and row[at] != value:
            at += 1
        if at == len(row):
            return None
        columns.append(at)
        at += 1
    return tuple(columns)
