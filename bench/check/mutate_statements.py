"""Faults that concern whole statements and the set-up: what is moved, dropped, reset, shared, shuffled or of another shape.

A part of mutate.py. An answer's "also" lists the lines that a reader may name as well as the one that was changed: a
fault of this kind lies between two statements (a reset that is missing, and the sum that it was for).
"""
import ast
import re

RATES = {"lr", "LR", "rate", "rate0", "alpha", "eta", "step", "step_size", "learning_rate", "learningRate", "lernrate", "tasa", "taux"}
DRAWS = {"randn", "rand", "normal", "uniform", "standard_normal", "gauss"}
PENALTY = re.compile(r"\b(reg|lam|lmbda|[Ll]ambda?_?|decay|weight_decay|wd|l2)\b|reg\b")


def blocks(tree):
    """(owner, statements that follow each other), all of them."""
    for node in ast.walk(tree):
        for field in ("body", "orelse"):
            part = getattr(node, field, None)
            if isinstance(part, list) and part and isinstance(part[0], ast.stmt):
                yield node, part


def is_zero(node):
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float) and node.value == 0
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", getattr(node.func, "id", "")) in ("zeros", "zeros_like")
    if isinstance(node, (ast.List, ast.Tuple)):
        return bool(node.elts) and all(is_zero(e) for e in node.elts)
    if isinstance(node, ast.ListComp):
        return is_zero(node.elt)
    if isinstance(node, ast.DictComp):
        return is_zero(node.value)
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and (is_zero(node.left) or is_zero(node.right))


def base_name(node):
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return getattr(node, "id", "")


def targets_of(statement):
    found = statement.targets if isinstance(statement, ast.Assign) else [statement.target] if isinstance(statement, ast.AugAssign) else []
    for target in found:
        yield from target.elts if isinstance(target, ast.Tuple) else [target]


class StatementFaults:
    """Expects source, lines, tree, request, text, inside, offset and emit of the class that it is mixed into."""

    def statement_faults(self):
        self.all_statements = [n for n in ast.walk(self.tree) if isinstance(n, (ast.Assign, ast.AugAssign))]
        for owner, block in blocks(self.tree):
            self.early_updates(block)
            if isinstance(owner, (ast.For, ast.While)):
                self.resets(owner)
            self.shared_states(block)
        self.dropped_updates()
        self.lost_updates()
        self.rates()
        self.zero_weights()
        self.shuffles()
        for node in ast.walk(self.tree):
            self.shapes(node)
            self.shared_arrays(node)
            self.integers(node)
        self.twice()

    # --- text --------------------------------------------------------------------------------------------------
    def span(self, node):
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def spliced(self, edits):
        """The source with [(node, text)] put in."""
        source = self.source
        for node, text in sorted(edits, key=lambda e: self.span(e[0]), reverse=True):
            first, last = self.span(node)
            source = source[:first] + text + source[last:]
        return source

    def moved(self, node, before, indent):
        """The source with a statement's lines put before line `before`, and the line that it then begins at."""
        taken = self.lines[node.lineno - 1:node.end_lineno]
        width = len(taken[0]) - len(taken[0].lstrip())
        taken = [" " * indent + line[width:] if line.strip() else line for line in taken]
        rest = self.lines[:node.lineno - 1] + [None] * len(taken) + self.lines[node.end_lineno:]
        out = rest[:before - 1] + taken + rest[before - 1:]
        place = sum(1 for line in rest[:before - 1] if line is not None) + 1
        return "".join(line for line in out if line is not None), place

    def reads(self, node):
        return {self.text(n) for n in ast.walk(node) if isinstance(n, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(n.ctx, ast.Load)}

    def sums(self, loop, names):
        return [n for n in ast.walk(loop) if isinstance(n, ast.AugAssign) and isinstance(n.op, (ast.Add, ast.Sub))
                and base_name(n.target) in names and self.inside(n, "backward")]

    def update_lines(self):
        return [line for first, last in self.request.get("update", []) for line in range(first, last + 1)]

    # --- the loop ----------------------------------------------------------------------------------------------
    def early_updates(self, block):
        """W2 -= … before the statement that still needs the W2 of the forward pass."""
        for i, update in enumerate(block):
            changed = [s for s in ast.walk(update) if isinstance(s, (ast.Assign, ast.AugAssign))]
            if not changed or not isinstance(update, (ast.Assign, ast.AugAssign, ast.For)) or not all(self.inside(s, "update") for s in changed):
                continue
            targets = {self.text(t) for s in changed for t in targets_of(s)}
            readers = [j for j in range(i) if self.inside(block[j], "backward") and targets & self.reads(block[j])
                       or isinstance(block[j], ast.For) and any(self.inside(n, "backward") and targets & self.reads(n) for n in ast.walk(block[j]) if isinstance(n, ast.stmt))]
            if not readers:
                continue
            at = readers[-1]
            wanted = self.reads(update) - targets
            made = {name for s in block[at:i] for n in ast.walk(s) for t in targets_of(n)
                    for name in (self.text(t), *([base_name(t)] if isinstance(s, ast.For) else []))}
            made |= {base_name(s.value.func) for s in block[at:i] if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)}
            if wanted & made:
                continue
            source, line = self.moved(update, block[at].lineno, update.col_offset)
            height = update.end_lineno - update.lineno + 1
            readers = [n.lineno + height for n in ast.walk(block[at]) if isinstance(n, ast.stmt) and targets & self.reads(n)]
            self.emit("updated too early", line, source, also=[*range(line, line + height), *readers])

    def resets(self, loop):
        for reset in loop.body:
            if not isinstance(reset, ast.Assign) or not is_zero(reset.value):
                continue
            sums = self.sums(loop, {base_name(t) for t in targets_of(reset)})
            if not sums:
                continue
            lines = [s.lineno for s in sums]
            source, place = self.moved(reset, loop.lineno, loop.col_offset)
            self.emit("sum never reset", lines[0], source, also=[*lines, place, loop.lineno + 1])
            inner = next((s for s in loop.body if isinstance(s, (ast.For, ast.While)) and sums[0] in list(ast.walk(s))), None)
            if inner is not None:
                source, place = self.moved(reset, inner.body[0].lineno, inner.body[0].col_offset)
                self.emit("sum reset too often", place, source, also=lines)

    def dropped_updates(self):
        states = {s for group in self.request.get("states", []) for s in group}
        updates = [s for s in self.all_statements if self.inside(s, "update") and self.text(next(targets_of(s))) not in states
                   and (isinstance(s, ast.AugAssign) or self.text(s.targets[0]) in self.reads(s.value))]
        if len(updates) < 2:
            return
        for update in updates:
            target = self.text(next(targets_of(update)))
            wanted = self.reads(update) - {target}
            last = {name.split(".")[-1] for name in wanted}  # layer.dw is self.dw where it is made
            also = [s.lineno for s in self.all_statements
                    if any(self.text(t).split(".")[-1] in last and self.inside(s, "backward") or self.text(t).split(".")[-1] == target.split(".")[-1]
                           for t in targets_of(s))]
            # Or any of the updates that it is missing from.
            also += [u.lineno for u in updates if self.parents.get(u) is self.parents.get(update)]
            self.emit("update missing", update.lineno, self.spliced([(update, "pass")]), also=also + self.beside(update))

    def lost_updates(self):
        """`w = w - …` where w is only a name for the parameter."""
        for owner, block in blocks(self.tree):
            names = {n.id for n in ast.walk(owner.target) if isinstance(n, ast.Name)} if isinstance(owner, ast.For) else set()
            for statement in block:
                if isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.Call, ast.Subscript, ast.Attribute)):
                    names |= {t.id for t in targets_of(statement) if isinstance(t, ast.Name)}
                if isinstance(statement, ast.AugAssign) and self.inside(statement, "update") and isinstance(owner, ast.For) \
                        and isinstance(statement.target, ast.Name) and statement.target.id in names:
                    symbol = "-" if isinstance(statement.op, ast.Sub) else "+"
                    name = statement.target.id
                    self.emit("update of a name", statement.lineno, self.spliced([(statement, f"{name} = {name} {symbol} {self.wrapped(statement.value)}")]))

    # --- the set-up --------------------------------------------------------------------------------------------
    def rates(self):
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.keyword) and node.arg in RATES:
                found.append(node.value)
            elif isinstance(node, ast.Assign):
                target = node.targets[0]
                pairs = zip(target.elts, node.value.elts) if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) else [(target, node.value)]
                found += [value for name, value in pairs if self.text(name).split(".")[-1] in RATES]
            elif isinstance(node, ast.arguments) and node.defaults:
                found += [value for a, value in zip(node.args[-len(node.defaults):], node.defaults) if a.arg in RATES]
        for value in found:
            if isinstance(value, ast.Constant) and isinstance(value.value, float):
                self.emit("negative learning rate", value.lineno, self.spliced([(value, f"-{self.text(value)}")]), also=self.update_lines())

    def zero_weights(self):
        """All weights of a network with hidden layers begin at zero."""
        lines = self.request.get("weights", [])
        draws = [n for n in ast.walk(self.tree) if isinstance(n, ast.Call) and n.lineno in lines
                 and getattr(n.func, "attr", getattr(n.func, "id", "")) in DRAWS]
        edits = []
        for call in draws:
            args, size = [self.text(a) for a in call.args], next((self.text(k.value) for k in call.keywords if k.arg == "size"), None)
            name = getattr(call.func, "attr", "")
            if name in ("randn", "rand"):
                size = f"({', '.join(args)},)" if len(args) == 1 else f"({', '.join(args)})"
            elif size is None and name == "standard_normal":
                size = args[0]
            elif size is None and len(args) == 3:
                size = args[2]
            edits.append((call, "0.0" if size is None else f"np.zeros({size})"))
        if edits and len({e[0].lineno for e in edits}) == len(lines):
            self.emit("all weights zero", lines[0], self.spliced(edits), also=lines)

    def shuffles(self):
        orders = {t.id: s.lineno for s in self.all_statements if isinstance(s, ast.Assign) and isinstance(s.value, ast.Call)
                  and getattr(s.value.func, "attr", "") == "permutation" for t in targets_of(s) if isinstance(t, ast.Name)}
        for s in self.all_statements:
            if isinstance(s, ast.Assign) and isinstance(s.value, ast.Tuple):
                for part in s.value.elts[1:]:
                    if isinstance(part, ast.Subscript) and self.reads(part.slice) & set(orders):
                        self.emit("labels not shuffled along", s.lineno, self.spliced([(part, self.text(part.value))]), also=list(orders.values()))
        labels, loop = self.request.get("labels"), self.request.get("loop")
        if labels and loop and self.np:
            for s in self.all_statements:
                if isinstance(s, ast.Assign) and isinstance(s.value, ast.Subscript) and base_name(s.value) in orders and isinstance(s.targets[0], ast.Name):
                    uses = [n for n in ast.walk(self.tree) if isinstance(n, ast.Subscript) and self.text(n.value) == labels and self.text(n.slice) == s.targets[0].id]
                    if uses:
                        edits = [(n, f"{labels}[{self.text(s.value.slice)}]") for n in uses]
                        self.emit("labels not shuffled along", uses[0].lineno, self.spliced(edits), also=[n.lineno for n in uses] + list(orders.values()) + [s.lineno])
            body = self.lines[loop]
            indent = body[:len(body) - len(body.lstrip())]
            source = "".join(self.lines[:loop] + [f"{indent}np.random.shuffle({labels})\n"] + self.lines[loop:])
            self.emit("labels shuffled alone", loop + 1, source, also=[loop + 2])

    def shapes(self, node):
        """A target of shape (n,) where the prediction is (n, 1)."""
        if not hasattr(node, "lineno") or not self.inside(node, "setup"):
            return
        inner = None
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "reshape" and len(node.args) == 2:
            inner = self.wrapped(node.func.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("transpose", "ravel", "flatten") and not node.args:
            inner = self.text(node.func.value)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and any(self.text(e) in ("None", "np.newaxis") for e in node.slice.elts):
            inner = self.text(node.value)
        elif isinstance(node, ast.Call) and len(node.keywords) > 1 and node.keywords[-1].arg == "keepdims":
            inner = re.sub(r",\s*keepdims=True", "", self.text(node))
        if inner is None:
            return
        names = {base_name(t) for s in self.all_statements if s.lineno <= node.lineno <= s.end_lineno for t in targets_of(s)}
        users = [s.lineno for s in self.all_statements if names & self.reads(s)]
        self.emit("target without its second axis", node.lineno, self.spliced([(node, inner)]), also=users)

    def integers(self, node):
        if isinstance(node, ast.Call) and self.np and self.text(node.func) in ("np.zeros", "np.ones", "np.full") and not any(k.arg == "dtype" for k in node.keywords):
            names = {base_name(t) for s in self.all_statements if s.lineno <= node.lineno <= s.end_lineno for t in targets_of(s)}
            writes = [s.lineno for s in self.all_statements for t in targets_of(s) if base_name(t) in names
                      and (isinstance(t, ast.Subscript) or isinstance(s, ast.AugAssign))]
            self.emit("integer array", node.lineno, self.spliced([(node, f"{self.text(node)[:-1]}, dtype=int)")]), also=writes + self.update_lines())

    # --- one array under two names -----------------------------------------------------------------------------
    def shared_states(self, block):
        for first, second in zip(block, block[1:]):
            if isinstance(first, ast.Assign) and isinstance(second, ast.Assign) and is_zero(first.value) and self.text(first.value) == self.text(second.value) \
                    and not isinstance(first.value, (ast.Constant, ast.Tuple)) and len(first.targets) == 1 and not isinstance(first.targets[0], ast.Tuple):
                self.emit("two states in one array", second.lineno, self.spliced([(second.value, self.text(first.targets[0]))]),
                          also=[first.lineno, *self.update_lines()])

    def shared_arrays(self, node):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "copy" and not node.args:
            names = {base_name(t) for s in self.all_statements if s.value is node for t in targets_of(s)}
            users = [s.lineno for s in self.all_statements if isinstance(s, ast.AugAssign) and base_name(s.target) in names]
            self.emit("copy missing", node.lineno, self.spliced([(node, self.text(node.func.value))]), also=users or self.update_lines())
        if isinstance(node, ast.ListComp) and is_zero(node.elt) and not is_zero_number(node.elt) and len(node.generators) == 1:
            count = node.generators[0].iter
            if isinstance(count, ast.Call) and self.text(count.func) == "range" and len(count.args) == 1 and not isinstance(node.elt, ast.ListComp):
                names = {base_name(t) for s in self.all_statements if s.value is node for t in targets_of(s)}
                users = [s.lineno for s in self.all_statements if isinstance(s, ast.AugAssign) and base_name(s.target) in names]
                self.emit("one row many times", node.lineno, self.spliced([(node, f"[{self.text(node.elt)}] * {self.wrapped(count.args[0])}")]), also=users)

    def twice(self):
        """Softmax or sigmoid differentiated once more, where the error term p - y has done it."""
        for line, value in self.request.get("outputs", []):
            for s in self.all_statements:
                if s.lineno == line and isinstance(s, ast.Assign):
                    self.emit("output differentiated twice", line, self.spliced([(s.value, f"{self.wrapped(s.value)} * {value} * (1 - {value})")]))
            for s in ast.walk(self.tree):
                if isinstance(s, ast.Return) and s.lineno == line and s.value is not None:
                    self.emit("output differentiated twice", line, self.spliced([(s.value, f"{self.wrapped(s.value)} * {value} * (1 - {value})")]))


def is_zero_number(node):
    return isinstance(node, ast.Constant)
