"""Right scripts in, faulty ones out: each fault operator applied wherever it fits, one change in one place.

Request on stdin: {"source", "backward": [first, last] line ranges, "update": ranges, "forward": ranges,
"confusable": groups of names that are mistaken for each other, "pairs": value before and after an activation,
"states": groups of an optimiser's names}, and where they apply "setup": ranges with targets, rates and buffers,
"weights": the lines of the initial weights of a network with hidden layers, "derivatives": names of functions that are an
activation's derivative where the name does not say so in English, "masks": dropout's, likewise, "labels" and "loop": what can be shuffled
alone, and at which line the training loop begins, "outputs": [line of p - y, p].
Answer on stdout: a list of {"operator", "line", "also", "derivative": in an activation's derivative, "penalty": in what a
weight decay adds, "source"}. Text is replaced by span, so that everything else stays. What an activation's derivative is
is said in mutate_derivatives.py; products and sums over axes are in mutate_products.py, whole statements and the set-up in
mutate_statements.py, the optimiser's formula and the softmax in mutate_updates.py.
"""
import ast
import json
import re
import sys

from mutate_derivatives import DerivativeFaults
from mutate_products import ProductFaults
from mutate_statements import PENALTY, StatementFaults, targets_of
from mutate_updates import UpdateFaults

# How a number of samples is written: what a gradient is divided by to be a mean.
COUNT = re.compile(r"\(?[\d.* ]*\)?|len\(\w+\)|[mnNB]|pairs|count|batch|.*(size|shape\[.\]|_samples|examples)\)?|float\(.*\)")


class Mutator(DerivativeFaults, ProductFaults, StatementFaults, UpdateFaults):
    def __init__(self, request):
        self.request = request
        self.source = request["source"]
        self.lines = self.source.splitlines(keepends=True)
        self.tree = ast.parse(self.source)
        self.out = []
        self.seen = {self.source}
        self.np = "np" if "import numpy as np" in self.source else None

    # --- text --------------------------------------------------------------------------------------------------
    def text(self, node):
        return ast.get_source_segment(self.source, node)

    def offset(self, line, column):
        """Of a place in the text: Python counts columns in bytes."""
        return sum(len(text) for text in self.lines[:line - 1]) + len(self.lines[line - 1].encode()[:column].decode())

    def put(self, operator, node, text, line=None):
        if isinstance(self.parents.get(node), (ast.BinOp, ast.UnaryOp)) and not self.is_sum(node) and self.is_sum(text):
            text = f"({text})"  # what stood in brackets beside a factor
        start = self.offset(node.lineno, node.col_offset)
        end = self.offset(node.end_lineno, node.end_col_offset)
        also = self.beside(node) if text == "pass" else self.only_reader(node) if operator == "difference turned" else ()
        if operator == "statement doubled":
            also = range(node.lineno, node.lineno + 2 * (node.end_lineno - node.lineno + 1))
        self.emit(operator, line or node.lineno, self.source[:start] + text + self.source[end:], also,
                  self.inside_derivative(node), self.inside_penalty(node))

    def beside(self, statement):
        """Of one that is gone no line is left to be named: those before and after it, what last wrote its target, and what reads it next."""
        siblings = getattr(self.parents.get(statement), "body", [])
        place = siblings.index(statement) if statement in siblings else -1
        if place < 0:
            return []
        targets = {self.whole(t) for t in targets_of(statement)}
        writer = next((s for s in reversed(siblings[:place]) if targets & self.written(s)), None)
        reader = next((s for s in siblings[place + 1:] if targets & self.reads(s)), None)
        near = siblings[max(0, place - 1):place + 2] + [s for s in (writer, reader) if s is not None]
        return sorted({s.lineno for s in near})

    def whole(self, target):
        """`g` of `g[:, 1:]`."""
        while isinstance(target, ast.Subscript):
            target = target.value
        return self.text(target)

    def written(self, statement):
        """The names that a statement sets, or hands over as `out`."""
        found = {self.whole(t) for t in targets_of(statement)}
        return found | {self.text(n.value) for n in ast.walk(statement) if isinstance(n, ast.keyword) and n.arg == "out"}

    def only_reader(self, value):
        """Where `e = y - p` should be `p - y`, the one statement of the backward pass that reads e can be mended as well."""
        statement = self.parents.get(value)
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            return []
        name = statement.targets[0].id
        readers = [s for s in ast.walk(self.tree) if isinstance(s, (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)) and self.inside(s, "backward")
                   and s is not statement and any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in ast.walk(s))]
        return [readers[0].lineno] if len(readers) == 1 else []

    @staticmethod
    def is_sum(node):
        if isinstance(node, str):
            try:
                node = ast.parse(node, mode="eval").body
            except SyntaxError:
                return False
        return isinstance(node, ast.Compare) or isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))

    def inside_penalty(self, node):
        """Is it a part of what a weight decay adds: of a term, without a sum in it, that has the decay's factor?"""
        if self.request.get("states") and self.inside(node, "update"):
            return False  # an average's decay
        term = node.value if isinstance(node, (ast.Assign, ast.AugAssign)) else node
        while isinstance(self.parents.get(term), ast.expr) and not self.is_sum(self.parents[term]):
            term = self.parents[term]
        return PENALTY.search(self.text(term)) is not None and not any(self.is_sum(n) for n in ast.walk(term))

    def emit(self, operator, line, changed, also=(), derivative=False, penalty=False):
        if changed in self.seen:
            return
        try:
            ast.parse(changed)
        except SyntaxError:
            return
        self.seen.add(changed)
        self.out.append({"operator": operator, "line": line, "also": sorted(set(also) - {line}), "derivative": derivative,
                         "penalty": penalty, "source": changed})

    def wrapped(self, node):
        text = self.text(node)
        return f"({text})" if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp)) else text

    def factor(self, node):
        return f"({self.text(node)})" if self.is_sum(node) else self.text(node)

    def inside(self, node, part):
        return any(first <= node.lineno <= last for first, last in self.request.get(part, []))

    # --- operators ---------------------------------------------------------------------------------------------
    def run(self):
        self.parents = parents = {}
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                parents[child] = node
        for node in ast.walk(self.tree):
            if not hasattr(node, "lineno"):
                continue
            self.parent = parents.get(node)
            self.in_test = any(isinstance(p, (ast.If, ast.While)) and self.within(node, p.test, parents) for p in self.above(node, parents))
            texts = any(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in ast.walk(node)) and isinstance(node, ast.BinOp) \
                and not any(isinstance(n, ast.Subscript) for n in ast.walk(node))
            if self.in_test or texts or isinstance(parents.get(node), ast.FormattedValue):
                continue
            if isinstance(node, ast.BinOp) and self.in_index(node, parents):
                if self.inside(node, "backward") and isinstance(node.op, (ast.Add, ast.Sub)) and not isinstance(parents.get(node), ast.Slice):
                    self.put("wrong index", node, self.text(node.left))
                continue
            if self.inside(node, "backward"):
                self.backward(node)
            if self.inside(node, "update"):
                self.update(node)
            if self.inside(node, "forward"):
                self.forward(node)
        self.statement_faults()
        return self.out

    @classmethod
    def in_index(cls, node, parents):
        return any(isinstance(p, ast.Subscript) and cls.within(node, p.slice, parents) for p in cls.above(node, parents))

    @staticmethod
    def above(node, parents):
        while node in parents:
            node = parents[node]
            yield node

    @staticmethod
    def within(node, test, parents):
        while node is not None:
            if node is test:
                return True
            node = parents.get(node)
        return False

    def backward(self, node):
        if isinstance(node, ast.stmt):
            self.statements(node)
        elif isinstance(node, ast.BinOp):
            self.binary(node)
        elif isinstance(node, ast.Call):
            self.calls(node)
        elif isinstance(node, ast.Attribute) and node.attr == "T":
            self.put("drop transpose", node, self.text(node.value))
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.Gt, ast.GtE, ast.LtE)):
            left, right = self.text(node.left), self.text(node.comparators[0])
            self.put("comparison turned", node, f"{left} {'<' if isinstance(node.ops[0], (ast.Gt, ast.GtE)) else '>'} {right}")
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Load):
            self.names(node)

    def statements(self, node):
        value = getattr(node, "value", None)
        if isinstance(node, ast.AugAssign) and not self.inside(node, "update"):
            target = self.text(node.target)
            if isinstance(node.op, ast.Add):
                indent = self.lines[node.lineno - 1][:node.col_offset]
                self.put("statement doubled", node, f"{self.text(node)}\n{indent}{self.text(node)}")
                self.put("overwritten sum", node, f"{target} = {self.text(value)}")
                self.put("sum turned into difference", node, f"{target} -= {self.text(value)}")
            if isinstance(node.op, ast.Div):
                self.put("drop in-place division", node, "pass")
            if isinstance(node.op, ast.Mult):
                self.put("drop square" if self.text(value) == target else "drop in-place factor", node, "pass")
            if isinstance(node.op, ast.Sub):  # x -= x * h is x *= 1 - h
                factors = (self.text(value.left), self.text(value.right)) if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult) else ()
                self.put("drop in-place factor" if target in factors else "drop in-place difference", node, "pass")
        if isinstance(node, ast.Return):
            self.returned_derivative(node, value)
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            if isinstance(node.targets[0], ast.Subscript) and isinstance(node.targets[0].slice, ast.Compare):
                self.put("drop masked write", node, "pass")
            if isinstance(value, ast.BinOp) or self.is_product(value):
                self.put("factor two", value, f"2 * {self.wrapped(value)}")
                self.put("half", value, f"0.5 * {self.wrapped(value)}")
                self.put("negated", value, f"-{self.wrapped(value)}")

    def is_product(self, node):
        return isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("dot", "matmul", "sum", "outer", "mean")

    def binary(self, node):
        left, right = self.text(node.left), self.text(node.right)
        if isinstance(node.op, ast.Div):
            self.put("drop division" if COUNT.fullmatch(right) else "drop divisor", node, left)
            self.put("extra division", node, f"{self.text(node)} / {self.wrapped(node.right)}")
        if isinstance(node.op, ast.Sub) and left not in ("1", "1.0", "1."):
            turned = f"({right})" if isinstance(node.right, (ast.IfExp, ast.Compare)) else right
            self.put("difference turned", node, f"{turned} - {self.wrapped(node.left)}")
        if isinstance(node.op, ast.Sub) and left in ("1", "1.0", "1."):
            other = self.text(self.parent.left) if isinstance(self.parent, ast.BinOp) and isinstance(self.parent.op, ast.Mult) else ""
            slope = self.is_derivative(node) or other.endswith(right)
            self.put("plus for minus in derivative" if slope else "plus for minus", node, f"{left} + {right}")
        if isinstance(node.op, ast.Pow) and right == "2":
            self.put("drop square", node, left)
        if isinstance(node.op, ast.Mult):
            self.product(node, left, right)
        if isinstance(node.op, ast.MatMult):
            self.matrix_product(node, self.wrapped(node.left), self.wrapped(node.right), left, right)
        if isinstance(node.op, ast.Add):
            if not self.penalty(node, left, right):
                self.put("drop term", node, left)
                self.put("drop first term", node, right)
                self.put("term's sign", node, f"{left} - {self.wrapped(node.right)}")
        if isinstance(node.op, ast.Sub) and left not in ("1", "1.0", "1.") and isinstance(node.left, (ast.BinOp, ast.Call)) and not isinstance(self.parent, ast.Assign):
            self.put("drop subtracted term", node, left)

    def penalty(self, node, left, right):
        reg = next((s for s in (right, left) if PENALTY.search(s) and "sum" not in s), None)
        if reg is None:
            return False
        rest = left if reg == right else right
        self.put("regularisation missing", node, rest)
        self.put("regularisation doubled", node, f"{rest} + 2 * {reg}")
        self.put("regularisation sign", node, f"{rest} - {reg}")
        return True

    def names(self, node):
        text = self.text(node)
        for group in self.request.get("confusable", []):
            if text in group:
                for other in group:
                    if other != text:
                        written = isinstance(self.parent, ast.Subscript) and self.parent.value is node and isinstance(self.parent.ctx, ast.Store)
                        self.put("wrong target" if written else "wrong operand", node, other)
        for before, after in self.request.get("pairs", []):
            for mine, other in ((before, after), (after, before)):
                if text == mine:
                    self.put("value before or after activation", node, other)


def main():
    requests = json.load(sys.stdin)
    json.dump([Mutator(request).run() for request in requests], sys.stdout)


main()
