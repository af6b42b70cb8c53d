"""A suspected statement in, the small edits worth trying out: each as source text, with the part it replaces.

Edits are made on text, so that a proposed fix keeps its author's spelling, and are parsed again; one that is no
expression is dropped. Whether an edit is right is decided elsewhere, by what it computes.
"""
import ast

from .rewrite import span

MAX_EDITS = 450


class Edit:
    def __init__(self, kind, text, place, replaced, tree):
        self.kind, self.text, self.place, self.replaced, self.tree = kind, text, place, replaced, tree

    def row(self):
        return [self.kind, self.text, list(self.place), self.replaced]


class Probe:
    """One expression and its edits. `trees()` gives them ready to be instrumented."""

    def __init__(self, index, expression, source_lines, edits):
        self.index, self.edits = index, edits
        self.span = span(source_lines, expression)
        self.location = expression

    def trees(self):
        for edit in self.edits:
            for node in ast.walk(edit.tree):
                if hasattr(node, "lineno"):
                    node.lineno = node.end_lineno = self.location.lineno
                    node.col_offset = node.end_col_offset = 0
        return [edit.tree for edit in self.edits]


class Scope:
    """What can be named at a statement: variables, attributes, items, and the script's own functions."""

    def __init__(self, tree, statement, owner, cls):
        home = owner if owner is not None else tree
        self.line = statement.lineno
        self.atoms, self.functions, self.scalars = [], [], []
        called, imported = set(), set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                called.add(node.func.id)
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                imported.update((a.asname or a.name).split(".")[0] for a in node.names)
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                called.add(node.name)
        self.numpy = next((a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names if a.name == "numpy"), None)
        skip = called | imported | {"self", "_", "True", "False", "range", "len", "print", "super"}
        self.collect(home, skip, imported)
        if cls is not None:
            for node in ast.walk(cls):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self" \
                        and not any(isinstance(d, ast.FunctionDef) and d.name == node.attr for d in cls.body):
                    self.add(ast.unparse(node))
        if owner is not None:
            for node in tree.body:
                for target in getattr(node, "targets", []):
                    if isinstance(target, ast.Name) and target.id not in skip:
                        self.add(target.id)
            self.add_items(tree, home)
        # What a function is told by a word: `activation == "relu"`.
        self.words = list(dict.fromkeys(
            part.value for node in ast.walk(tree) if isinstance(node, ast.Compare) for part in (node.left, *node.comparators)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)))[:12]
        self.templates = self.find_templates(tree, cls, imported)

    def add(self, text):
        if text not in self.atoms and len(self.atoms) < 48 and len(text) < 60:
            self.atoms.append(text)

    def add_items(self, tree, home):
        """Items of the script's own lists, `x[i]`, that other functions read by an index that there is here, too."""
        made = {t.id for n in tree.body for t in getattr(n, "targets", []) if isinstance(t, ast.Name)}
        here = {n.id for n in ast.walk(home) if isinstance(n, ast.Name)} | {n.arg for n in ast.walk(home) if isinstance(n, ast.arg)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and self.simple(node) and self.root(node) in made:
                names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {self.root(node)}
                if names and names <= here - made:
                    self.add(ast.unparse(node))

    def collect(self, home, skip, imported):
        # Of many names those that stand nearby.
        for node in sorted(ast.walk(home), key=lambda n: abs(getattr(n, "lineno", self.line) - self.line)):
            if isinstance(node, ast.arg) and node.arg not in skip:
                self.add(node.arg)
            elif isinstance(node, ast.Name) and node.id not in skip and not node.id.startswith("__"):
                self.add(node.id)
            elif isinstance(node, ast.Attribute) and node.attr not in ("T", "shape", "size", "dot", "append", "sum") \
                    and not isinstance(node.value, ast.Call) and self.root(node) not in imported:
                self.add(ast.unparse(node))
            elif isinstance(node, ast.Subscript) and self.simple(node) and self.root(node) not in imported:
                self.add(ast.unparse(node))
        called = {ast.unparse(n.func) for n in ast.walk(home) if isinstance(n, ast.Call)}
        self.atoms = [a for a in self.atoms if a not in called]

    @staticmethod
    def root(node):
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        return node.id if isinstance(node, ast.Name) else ""

    @staticmethod
    def simple(node):
        return not any(isinstance(n, (ast.Call, ast.Slice, ast.Compare)) for n in ast.walk(node))

    @staticmethod
    def find_templates(tree, cls, imported):
        """Calls of the script's own functions on one value: `sigmoid({}, deriv=True)`."""
        found, own = [], {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        own |= {t.id for n in ast.walk(tree) if isinstance(n, ast.Assign) and isinstance(n.value, ast.Lambda)
                for t in n.targets if isinstance(t, ast.Name)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args or isinstance(node.args[0], ast.Starred):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in own or not pure(tree, name):
                continue
            rest = [ast.unparse(a) for a in node.args[1:] if isinstance(a, ast.Constant)]
            if len(rest) != len(node.args) - 1 or not all(isinstance(k.value, ast.Constant) for k in node.keywords):
                continue
            rest += [f"{k.arg}={ast.unparse(k.value)}" for k in node.keywords]
            template = f"{ast.unparse(node.func)}({', '.join(['{}', *rest])})"
            if template not in found and len(found) < 8:
                found.append(template)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in own and pure(tree, node.name) and len(found) < 10:
                params = [a.arg for a in node.args.args]
                prefix = "self." if params[:1] == ["self"] and cls is not None and node in cls.body else ""
                if len(params) - bool(prefix) - len(node.args.defaults) == 1 and not (params[:1] == ["self"] and not prefix):
                    template = f"{prefix}{node.name}({{}})"
                    if template not in found:
                        found.append(template)
        return found


# Methods that change what they are called on, and draws that move a random generator on.
CHANGES = {"append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault", "add", "discard", "sort", "reverse", "fill", "put",
           "at", "copyto", "shuffle", "permutation", "seed", "random", "rand", "randn", "randint", "integers", "choice", "choices", "sample",
           "normal", "standard_normal", "uniform", "gauss", "binomial", "random_sample", "write", "send", "backward", "step", "zero_grad"}


def pure(tree, name):
    """Whether a function changes nothing outside itself, and calls none that does, as far as its text shows."""
    known = vars(tree).setdefault("nabla_pure", {})
    if name not in known:
        known[name] = True  # a function that calls itself is as pure as the rest of it
        known[name] = all(leaves_alone(tree, node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name)
    return known[name]


def leaves_alone(tree, function):
    if len(function.body) > 12:
        return False
    for inner in ast.walk(function):
        if isinstance(inner, (ast.Global, ast.Nonlocal, ast.AugAssign, ast.Yield, ast.Delete)):
            return False
        if isinstance(inner, (ast.Attribute, ast.Subscript)) and isinstance(inner.ctx, ast.Store):
            return False
        if isinstance(inner, ast.Call):
            method = isinstance(inner.func, ast.Attribute)
            called = inner.func.attr if method else getattr(inner.func, "id", "")
            if called in ("print", "input", "open") or (method and called in CHANGES) or any(k.arg == "out" for k in inner.keywords):
                return False
            if not pure(tree, called):
                return False
    return True


class Maker:
    """Makes the edits of one expression."""

    def __init__(self, expression, source, scope, scales, only=()):
        self.source, self.scope, self.scales = source, scope, scales
        self.lines = source.splitlines(keepends=True)
        self.bytes = [line.encode("utf-8") for line in self.lines]
        self.segments = {}
        self.only = only
        self.expression = expression
        self.text = self.segment(expression)
        self.edits, self.seen = [], {self.text}

    def segment(self, node):
        """A node's source text."""
        found = self.segments.get(id(node))
        if found is None:
            first, last = self.bytes[node.lineno - 1], self.bytes[node.end_lineno - 1]
            if node.lineno == node.end_lineno:
                part = first[node.col_offset:node.end_col_offset]
            else:
                between = b"".join(self.bytes[node.lineno:node.end_lineno - 1])
                part = first[node.col_offset:] + between + last[:node.end_col_offset]
            found = self.segments[id(node)] = part.decode("utf-8")
        return found

    def offset(self, line, column):
        """Character offset from the expression's start."""
        first = self.expression
        if line == first.lineno:
            return len(self.bytes[line - 1][first.col_offset:column].decode("utf-8"))
        total = len(self.bytes[first.lineno - 1][first.col_offset:].decode("utf-8"))
        for between in range(first.lineno, line - 1):
            total += len(self.lines[between])
        return total + len(self.bytes[line - 1][:column].decode("utf-8"))

    def put(self, kind, node, text, parent=None):
        if self.only and kind not in self.only:
            return
        start = self.offset(node.lineno, node.col_offset)
        end = self.offset(node.end_lineno, node.end_col_offset)
        if parent is not None and isinstance(parent, (ast.BinOp, ast.UnaryOp, ast.Attribute, ast.Subscript)):
            try:
                made = ast.parse(text, mode="eval").body
            except SyntaxError:
                return
            enclosed = self.text[max(0, start - 1):start] == "(" and self.text[end:end + 1] == ")"
            if isinstance(made, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp)) and not enclosed:
                text = f"({text})"
        whole = self.text[:start] + text + self.text[end:]
        if whole in self.seen or len(self.edits) >= MAX_EDITS:
            return
        self.seen.add(whole)
        try:
            tree = ast.parse("(" + whole + "\n)", mode="eval").body
        except (SyntaxError, ValueError):
            return
        self.edits.append(Edit(kind, text, span(self.bytes, node), self.segment(node), tree))

    # --- families, the likely ones first ------------------------------------------------------------------------
    def make(self):
        nodes = list(self.parts(self.expression, None))
        self.sign(self.expression)
        self.scale(self.expression, None)
        for node, parent in nodes:
            if isinstance(node, ast.BinOp):
                self.operators(node, parent)
            if isinstance(node, ast.Call):
                self.calls(node, parent)
            if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
                self.constants(node, parent)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and isinstance(parent, ast.Call) and node.value in self.scope.words:
                for word in self.scope.words:
                    self.put("derivative-function", node, repr(word) if "'" in self.segment(node) else f'"{word}"', parent)
            if isinstance(node, ast.Attribute) and node.attr == "T":
                self.put("drop-transpose", node, self.segment(node.value), parent)
            if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
                self.put("sign", node, self.segment(node.operand), parent)
            if isinstance(node, ast.Compare):
                self.comparisons(node, parent)
            if isinstance(node, ast.Subscript):
                self.slices(node)
        for node, parent in nodes:
            self.derivatives(node, parent)
        for node, parent in nodes:
            if self.is_atom(node):
                self.put("transpose", node, f"{self.segment(node)}.T", parent)
                self.siblings(node, parent)
                for atom in self.scope.atoms:
                    self.put("operand", node, atom, parent)
                    if parent is not None and isinstance(parent, (ast.BinOp, ast.Call)) and len(nodes) < 10:
                        self.put("operand", node, f"{atom}.T", parent)
        self.factors(self.expression, None)
        self.sums(self.expression, None)
        self.terms()
        for node, parent in nodes[1:]:
            summand = isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Add, ast.Sub)) and not isinstance(node, ast.Constant)
            if summand and not self.is_atom(node):
                self.scale(node, parent)
                self.factors(node, parent)
        for node, parent in nodes[1:]:
            if self.is_atom(node):
                self.factors(node, parent)
                self.scale(node, parent)
                for text in ("[1:]", "[:-1]", "[:, 1:]", "[:, :-1]", "[1:, :]", "[:-1, :]"):
                    self.put("slice", node, self.segment(node) + text, parent)
        return self.edits

    def parts(self, node, parent):
        yield node, parent
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.DictComp)):
            if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
                yield from self.parts(node.elt, node)
            return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.keyword):
                yield from self.parts(child.value, node)
            elif isinstance(child, ast.expr) and not (isinstance(node, ast.Call) and child is node.func and isinstance(child, ast.Name)):
                if isinstance(node, ast.Subscript) and child is node.slice:
                    yield from self.subscript_parts(child, node)
                elif isinstance(child, ast.Attribute) and isinstance(node, ast.Call) and child is node.func:
                    yield from self.parts(child.value, child)
                elif isinstance(node, (ast.Attribute, ast.Subscript)) and self.is_atom(node):
                    continue
                else:
                    yield from self.parts(child, node)

    def subscript_parts(self, child, node):
        if isinstance(child, (ast.Constant, ast.BinOp, ast.Name)) and not isinstance(getattr(child, "value", None), str):
            yield child, node

    def is_atom(self, node):
        return (isinstance(node, ast.Name) and node.id != self.scope.numpy and isinstance(node.ctx, ast.Load)) or \
            (isinstance(node, ast.Attribute) and node.attr not in ("T", "shape", "size") and Scope.root(node) != self.scope.numpy
             and Scope.simple(node)) or (isinstance(node, ast.Subscript) and Scope.simple(node))

    def siblings(self, node, parent):
        """The same item of another array."""
        if not isinstance(node, ast.Subscript):
            return
        index = self.segment(node)[len(self.segment(node.value)):]
        for name in self.scope.atoms:
            if "[" not in name:
                self.put("operand", node, name + index, parent)

    def slices(self, node):
        """All but the first for all but the last, and the reverse: a bias stands at one end or the other."""
        index = node.slice
        for part in index.elts if isinstance(index, ast.Tuple) else (index,):
            if not isinstance(part, ast.Slice) or part.step is not None:
                continue
            if part.upper is None and isinstance(part.lower, ast.Constant) and part.lower.value == 1:
                self.put("slice", part, ":-1")
            if part.lower is None and part.upper is not None and ast.unparse(part.upper) == "-1":
                self.put("slice", part, "1:")

    def derivatives(self, node, parent):
        """The derivative of another activation: what a product has of one value alone, `a * (1 - a)`, as `1 - a ** 2`."""
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult):
            return
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)) and parent is not None:
            return
        if self.is_atom(node):
            return
        factors = self.factors_of(node)
        owners = [self.only_atom(f) for f in factors]
        for atom in dict.fromkeys(o for o in owners if o is not None):
            rest = [self.wrapped(f) for f, owner in zip(factors, owners) if owner != atom]
            if rest and sum(o == atom for o in owners) > 1:
                self.put("drop-factor", node, " * ".join(rest), parent)
            for text in (f"{atom} * (1 - {atom})", f"(1 - {atom} ** 2)"):
                self.put("derivative-function", node, " * ".join([*rest, text]), parent)
            self.put("comparison", node, " * ".join([*rest, f"({atom} > 0)"]), parent)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) or len(factors) > 1:
            for part in ast.walk(node):
                if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub) and isinstance(part.left, ast.Constant) \
                        and not isinstance(part.right, (ast.BinOp, ast.Constant)):
                    self.put("derivative-function", part.right, f"{self.segment(part.right)} ** 2", part)

    def factors_of(self, node):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return [*self.factors_of(node.left), *self.factors_of(node.right)]
        return [node]

    def only_atom(self, node):
        """The one value that an expression is a function of."""
        found = set()
        stack = [node]
        while stack:
            part = stack.pop()
            if self.is_atom(part):
                found.add(self.segment(part))
            elif isinstance(part, ast.Call):
                stack.extend(part.args)
            elif isinstance(part, (ast.BinOp, ast.UnaryOp, ast.Compare)):
                stack.extend(c for c in ast.iter_child_nodes(part) if isinstance(c, ast.expr))
            elif not isinstance(part, ast.Constant):
                return None
        return found.pop() if len(found) == 1 else None

    def sign(self, node):
        text = self.segment(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            self.put("sign", node, self.segment(node.operand))
            return
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            self.put("sign", node, f"{self.segment(node.right)} - {self.wrapped(node.left)}")
        self.put("sign", node, f"-{text}" if self.tight(node) else f"-({text})")

    @staticmethod
    def tight(node):
        return isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Constant))

    def wrapped(self, node):
        text = self.segment(node)
        return text if self.tight(node) or (isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div, ast.MatMult))) else f"({text})"

    def scale(self, node, parent):
        text = self.wrapped(node)
        names = [a for a in self.scope.atoms if "[" not in a]
        shapes = [f"{a}.shape[{i}]" for a in names if a.split(".")[-1].lower() in DATA_NAMES for i in (0, 1)][:12]
        for size in [*names, *shapes, *(f"len({a})" for a in names if a.split(".")[-1].lower() in DATA_NAMES)]:
            self.put("scale", node, f"{text} / {size}", parent)
        for size in names:
            self.put("scale", node, f"{text} * {size}", parent)
        for number in ("2", "0.5", *self.scales):
            self.put("scale", node, f"{text} * {number}" if not number.startswith("/") else f"{text} {number}", parent)

    def operators(self, node, parent):
        left, right = self.segment(node.left), self.segment(node.right)
        a, b = self.wrapped(node.left), self.wrapped(node.right)
        kind = "drop-factor" if isinstance(node.op, (ast.Mult, ast.Div)) else "drop-call" if isinstance(node.op, ast.Pow) else "drop-term"
        self.put(kind, node, left, parent)
        if not isinstance(node.op, ast.Div):
            self.put(kind, node, right, parent)
        if isinstance(node.op, (ast.Add, ast.Sub)):
            self.put("sign", node, f"{left} {'-' if isinstance(node.op, ast.Add) else '+'} {b}", parent)
            if isinstance(node.op, ast.Sub):
                self.put("sign", node, f"{right} - {a}", parent)
        if isinstance(node.op, ast.Mult):
            self.put("operator", node, f"{a} / {b}", parent)
        if isinstance(node.op, ast.Div):
            self.put("operator", node, f"{a} * {b}", parent)
            self.put("operator", node, f"{b} / {a}", parent)
        if isinstance(node.op, (ast.Mult, ast.MatMult)):
            self.products(node, parent, left, right)
        self.regroup(node, parent)

    def products(self, node, parent, left, right):
        np = self.scope.numpy
        if np is None:
            return
        a = left[:-2] if left.endswith(".T") else left
        b = right[:-2] if right.endswith(".T") else right
        product = not isinstance(node, ast.BinOp) or isinstance(node.op, ast.MatMult)
        for first, second in ((a, b), (f"{a}.T", b), (a, f"{b}.T"), (f"{a}.T", f"{b}.T"), (b, a), (f"{b}.T", a), (b, f"{a}.T"), (f"{b}.T", f"{a}.T")):
            self.put("transpose" if product else "product", node, f"{np}.dot({first}, {second})", parent)
        for first, second in ((left, right), (right, left)):
            self.put("product", node, f"{np}.outer({first}, {second})", parent)
        if product:
            for first, second in ((left, right), (a, b), (f"{a}.T", b), (a, f"{b}.T")):
                self.put("product", node, f"{self.factor_text(first)} * {self.factor_text(second)}", parent)

    @staticmethod
    def factor_text(text):
        return text if text.replace("_", "").replace(".", "").isalnum() or text.endswith((")", "]")) and text[0] != "(" else f"({text})"

    def regroup(self, node, parent):
        """Misplaced parentheses: a - b / c against (a - b) / c."""
        symbol = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}.get(type(node.op))
        if symbol is None:
            return
        for inner, outer, order in ((node.left, node.right, 0), (node.right, node.left, 1)):
            if not isinstance(inner, ast.BinOp):
                continue
            sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}.get(type(inner.op))
            if sign is None:
                continue
            x, y, z = self.wrapped(inner.left), self.wrapped(inner.right), self.wrapped(outer)
            if order == 0:  # (x s y) o z  ->  x s (y o z)
                self.put("parentheses", node, f"{x} {sign} ({y} {symbol} {z})", parent)
            else:  # z o (x s y)  ->  (z o x) s y
                self.put("parentheses", node, f"({z} {symbol} {x}) {sign} {y}", parent)

    def calls(self, node, parent):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        own = isinstance(node.func, ast.Attribute) and Scope.root(node.func) != self.scope.numpy
        if name in ("dot", "matmul") and (len(node.args) == 2 or own and len(node.args) == 1):
            left = self.segment(node.func.value) if own else self.segment(node.args[0])
            self.products(node, parent, left, self.segment(node.args[-1]))
            self.put("drop-factor", node, left, parent)
            self.put("drop-factor", node, self.segment(node.args[-1]), parent)
        elif name in ("sum", "mean"):
            self.reductions(node, parent, name, own)
        elif name in ("exp", "log", "square", "sqrt", "abs"):
            self.put("drop-call", node, self.segment(node.args[0]) if node.args else "0", parent)
        elif name == "multiply" and len(node.args) == 2:
            for arg in node.args:
                self.put("drop-factor", node, self.segment(arg), parent)
            self.products(node, parent, self.segment(node.args[0]), self.segment(node.args[1]))
        if node.args and not isinstance(node.args[0], ast.Starred):
            text = self.segment(node.args[0])
            for template in self.scope.templates:
                self.put("derivative-function", node, template.format(text), parent)
            if any(template.split("(")[0] == ast.unparse(node.func) for template in self.scope.templates):
                for atom in self.scope.atoms:
                    self.put("derivative-argument", node.args[0], atom, None)
                self.put("drop-call", node, text, parent)
                for template in self.scope.templates:
                    for atom in self.scope.atoms[:24]:
                        self.put("derivative-function", node, template.format(atom), parent)

    def reductions(self, node, parent, name, own):
        inner = self.segment(node.func.value) if own else self.segment(node.args[0]) if node.args else ""
        self.put("drop-sum", node, inner, parent)
        keep = "keepdims" in self.segment(node)
        np = self.scope.numpy or "np"
        for other in (name, "mean" if name == "sum" else "sum"):
            for axis in ("axis=0", "axis=1", "axis=-1", ""):
                for tail in (("keepdims=True", "") if keep else ("", "keepdims=True")):
                    options = [o for o in (axis, tail) if o]
                    text = f"{inner}.{other}({', '.join(options)})" if own else f"{np}.{other}({', '.join([inner, *options])})"
                    self.put("axis" if other == name else "mean", node, text, parent)

    def constants(self, node, parent):
        value = node.value
        for other in (1, 2, 0, -1, 0.5, -value):
            if other != value:
                self.put("constant", node, str(other), parent)

    def comparisons(self, node, parent):
        left, right = self.segment(node.left), self.segment(node.comparators[0])
        for symbol in ("<", ">"):
            self.put("comparison", node, f"{left} {symbol} {right}", parent)

    def factors(self, node, parent):
        text = self.wrapped(node)
        for template in self.scope.templates:
            for atom in self.scope.atoms[:30]:
                self.put("factor", node, f"{text} * {template.format(atom)}", parent)
        for atom in self.scope.atoms:
            self.put("factor", node, f"{text} * {atom} * (1 - {atom})", parent)
            self.put("factor", node, f"{text} * (1 - {atom} ** 2)", parent)
            self.put("factor", node, f"{text} * ({atom} > 0)", parent)
            self.put("factor", node, f"{text} * {atom}", parent)
        np = self.scope.numpy
        if np is not None:
            for atom in self.scope.atoms:
                self.put("product", node, f"{np}.dot({self.segment(node)}, {atom}.T)", parent)
                self.put("product", node, f"{np}.dot({atom}.T, {self.segment(node)})", parent)

    def sums(self, node, parent):
        np = self.scope.numpy
        if np is None:
            return
        text = self.segment(node)
        for axis in ("axis=0", "axis=1", "axis=0, keepdims=True", "axis=1, keepdims=True"):
            self.put("sum", node, f"{np}.sum({text}, {axis})", parent)
            self.put("sum", node, f"{np}.mean({text}, {axis})", parent)
        self.put("sum", node, f"{np}.sum({text})", parent)

    def terms(self):
        """A term that is missing: regularisation, or what was there before."""
        node, text = self.expression, self.segment(self.expression)
        names = [a for a in self.scope.atoms if "[" not in a]
        rates = [a for a in names if any(w in a.lower() for w in ("reg", "lamb", "decay", "l2", "alpha", "lmbd", "beta", "wd"))]
        weights = [a for a in self.scope.atoms if a.split(".")[-1].strip("_")[:1] in "wWtT" or "W" in a or "eight" in a]
        sizes = [a for a in names if a.split(".")[-1] in ("m", "n", "N", "batch_size", "num_train", "n_samples", "num_examples")]
        for rate in rates[:4]:
            for weight in weights[:16]:
                self.put("regularisation", node, f"{text} + {rate} * {weight}")
                self.put("regularisation", node, f"{text} + 2 * {rate} * {weight}")
                for size in sizes[:3]:
                    self.put("regularisation", node, f"{text} + {rate} / {size} * {weight}")
        for atom in self.scope.atoms:
            self.put("term", node, f"{text} + {atom}")
            self.put("term", node, f"{text} - {atom}")


DATA_NAMES = {"x", "y", "t", "data", "inputs", "input", "labels", "targets", "target", "outputs", "x_train", "y_train", "xs",
              "ys", "train_x", "train_y", "features", "x_batch", "y_batch", "xb", "yb", "a", "a0", "out", "output", "y_true", "y_hat"}


def probes_for(request, tree, source, name):
    """The probes of one file."""
    lines = source.encode("utf-8").splitlines(keepends=True)
    wanted = {tuple(p["span"]): p for p in request if p["file"] == name}
    out = []

    def walk(node, owner, cls):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt) and span(lines, child) in wanted:
                asked = wanted[span(lines, child)]
                scope = Scope(tree, child, owner, cls)
                for expression in expressions_of(child):
                    edits = Maker(expression, source, scope, asked.get("scales", []), asked.get("only", ())).make()
                    if edits:
                        out.append(Probe(asked["index"] * 8 + min(7, sum(p.index // 8 == asked["index"] for p in out)), expression, lines, edits))
            if isinstance(child, ast.ClassDef):
                walk(child, owner, child)
            elif isinstance(child, ast.FunctionDef):
                walk(child, child, cls)
            else:
                walk(child, owner, cls)
    walk(tree, None, None)
    return out


def expressions_of(statement):
    """The expressions of a statement in which an edit can go."""
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.Return, ast.AnnAssign)) and statement.value is not None:
        value = statement.value
        return list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return [a for a in statement.value.args if not isinstance(a, (ast.Starred, ast.Constant))]
    return []
