"""Source text in, instrumented syntax tree out.

Every arithmetic operation, call, subscript, assignment and in-place update becomes a call on the recorder, which
does the operation as Python would and records it. Each function and loop keeps its original body beside the
instrumented one, and `_nabla_.on` chooses between them, so that the script runs at full speed once enough is seen.
Invariant: the values that the script computes are the ones it would compute without us.
"""
import ast
import copy

REC = "_nabla_"
COMPOUND = tuple(getattr(ast, name) for name in (
    "FunctionDef", "AsyncFunctionDef", "ClassDef", "For", "AsyncFor", "While", "If", "With", "AsyncWith", "Try",
    "TryStar", "Match") if hasattr(ast, name))
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
UNTOUCHED_CALLS = {"super", "locals", "globals", "vars", "eval", "exec", "dir"}
KEEPING = {"append", "appendleft", "insert"}  # methods of containers
OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.MatMult: "matmul",
    ast.Mod: "mod", ast.FloorDiv: "floordiv",
}
MASKS = {ast.BitAnd: "logical_and", ast.BitOr: "logical_or"}
COMPARISONS = {ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater", ast.GtE: "greater_equal",
               ast.Eq: "equal", ast.NotEq: "not_equal"}


def load(name):
    return ast.Name(id=name, ctx=ast.Load())


def recorder(method, *args, keywords=()):
    return ast.Call(func=ast.Attribute(value=load(REC), attr=method, ctx=ast.Load()), args=list(args),
                    keywords=list(keywords))


def const(value):
    return ast.Constant(value=value)


def is_on():
    return ast.Attribute(value=load(REC), attr="on", ctx=ast.Load())


def declared(body):
    """The `global` and `nonlocal` statements of a function's body, those in its blocks included."""
    found, stack = [], list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            found.append(node)
        elif not isinstance(node, SCOPES):
            stack.extend(ast.iter_child_nodes(node))
    return found


class Undeclared(ast.NodeTransformer):
    """The same body without those statements."""

    def visit_Global(self, node):
        return ast.copy_location(ast.Pass(), node)

    visit_Nonlocal = visit_Global

    def kept(self, node):
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = kept


class Sites:
    """The table of source spans; a site's index is what the trace carries."""

    def __init__(self):
        self.rows = []
        self.current_statement = -1
        self.function = "<module>"

    def add(self, file, lines, node, kind):
        self.rows.append([file, *span(lines, node), kind, self.current_statement, self.function])
        return len(self.rows) - 1


def span(lines, node):
    """(line, column, end line, end column), columns counted in characters from 0."""
    def column(line, offset):
        text = lines[line - 1] if line - 1 < len(lines) else b""
        return len(text[:offset].decode("utf-8", "replace"))
    return (node.lineno, column(node.lineno, node.col_offset), node.end_lineno,
            column(node.end_lineno, node.end_col_offset))


class Rewriter(ast.NodeTransformer):
    """Rewrites one module. `probes` maps an expression's span to the edits that are to be tried there."""

    def __init__(self, file, source, sites, probes=None, watches=None):
        self.file = file
        self.lines = source.encode("utf-8").splitlines(keepends=True)
        self.sites = sites
        self.probes = probes or {}
        self.watches = watches or {}
        self.classes = []

    def site(self, node, kind):
        return const(self.sites.add(self.file, self.lines, node, kind))

    def mangle(self, name):
        if self.classes and name.startswith("__") and not name.endswith("__"):
            return "_" + self.classes[-1].lstrip("_") + name
        return name

    # --- statements -------------------------------------------------------------------------------------------
    def module(self, tree):
        body = tree.body
        head = []
        while body and (self.is_docstring(body[0]) or self.is_future(body[0])):
            head.append(body[0])
            body = body[1:]
        tree.body = head + self.block(body)
        return ast.fix_missing_locations(tree)

    @staticmethod
    def is_docstring(node):
        return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)

    @staticmethod
    def is_future(node):
        return isinstance(node, ast.ImportFrom) and node.module == "__future__"

    def block(self, statements):
        out = []
        for statement in statements:
            saved = self.sites.current_statement
            if not isinstance(statement, COMPOUND):
                self.sites.current_statement = self.site(statement, type(statement).__name__).value
            result = self.visit(statement)
            self.sites.current_statement = saved
            if isinstance(result, list):
                out.extend(result)
            elif result is not None:
                out.append(result)
        return out

    def two_bodies(self, statements, test):
        """`if test: instrumented else: as written`."""
        plain = [self.plain_copy(s) for s in statements]
        return [ast.If(test=test, body=self.block(statements) or [ast.Pass()], orelse=plain)]

    def plain_copy(self, node):
        node = Undeclared().visit(copy.deepcopy(node))
        return Watcher(self).visit(node) if self.watches else node

    def visit_FunctionDef(self, node):
        saved, self.sites.function = self.sites.function, node.name
        head, body = [], node.body
        if body and self.is_docstring(body[0]):
            head, body = [body[0]], body[1:]
        scope = declared(body)
        node.args = self.arguments(node.args)
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        node.body = head + scope + (self.two_bodies(body, is_on()) if body else [ast.Pass()])
        self.sites.function = saved
        return node

    def arguments(self, args):
        args.defaults = [self.visit(d) for d in args.defaults]
        args.kw_defaults = [d and self.visit(d) for d in args.kw_defaults]
        return args

    def visit_AsyncFunctionDef(self, node):
        return node  # runs as it is written

    def visit_Global(self, node):
        return None  # stands at the head of its function already: a body that is there twice may not repeat it

    visit_Nonlocal = visit_Global

    def visit_ClassDef(self, node):
        self.classes.append(node.name)
        node.body = self.block(node.body) or [ast.Pass()]
        self.classes.pop()
        return node

    def visit_Lambda(self, node):
        plain = copy.deepcopy(node.body)
        node.body = ast.IfExp(test=is_on(), body=self.visit(node.body), orelse=plain)
        return node

    def visit_For(self, node):
        site = self.site(node, "For")
        targets = [self.store_event(t) for t in self.names_of(node.target)]
        iterable = recorder("iterate", self.site(node.iter, "iter"), self.visit(node.iter))
        body = self.two_bodies(node.body, recorder("tick", site))
        body[0].body = targets + body[0].body
        node.iter = iterable
        node.target = self.visit(node.target)
        node.body = body
        node.orelse = self.block(node.orelse)
        return [node, ast.Expr(recorder("left", site))]

    def visit_While(self, node):
        site = self.site(node, "While")
        plain = copy.deepcopy(node.test)
        node.test = ast.IfExp(test=is_on(), body=self.visit(node.test), orelse=plain)
        node.body = self.two_bodies(node.body, recorder("tick", site))
        node.orelse = self.block(node.orelse)
        return [node, ast.Expr(recorder("left", site))]

    def visit_If(self, node):
        node.test = self.visit(node.test)
        node.body = self.block(node.body) or [ast.Pass()]
        node.orelse = self.block(node.orelse)
        return node

    def visit_With(self, node):
        for item in node.items:
            item.context_expr = self.visit(item.context_expr)
        node.body = self.block(node.body)
        return node

    def visit_Try(self, node):
        node.body = self.block(node.body)
        for handler in node.handlers:
            handler.body = self.block(handler.body)
        node.orelse = self.block(node.orelse)
        node.finalbody = self.block(node.finalbody)
        return node

    visit_TryStar = visit_Try

    def visit_Match(self, node):
        node.subject = self.visit(node.subject)
        for case in node.cases:  # patterns are no expressions
            case.guard = case.guard and self.visit(case.guard)
            case.body = self.block(case.body)
        return node

    def visit_Return(self, node):
        if node.value is None:
            return node
        node.value = recorder("returned", self.site(node, "Return"), self.visit(node.value))
        return node

    def visit_Assign(self, node):
        value = self.visit(node.value)
        if len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                node.value = recorder("store", self.site(node, "Assign"), const(self.sites.function), const(target.id),
                                      value)
                return node
            if isinstance(target, ast.Attribute):
                return self.at(node, ast.Expr(recorder("set_attribute", self.site(node, "Assign"), value,
                                                       self.visit(target.value), const(self.mangle(target.attr)))))
            if isinstance(target, ast.Subscript):
                return self.at(node, ast.Expr(recorder("set_item", self.site(node, "Assign"), value,
                                                       self.visit(target.value), self.index(target.slice))))
        if len(node.targets) == 1 and self.has_places(node.targets[0]):
            return self.unpacked(node, value)
        node.value = value
        names = [n for t in node.targets for n in self.names_of(t)]
        node.targets = [self.visit(t) for t in node.targets]
        return [node] + [self.at(node, self.store_event(n)) for n in names]

    @staticmethod
    def has_places(target):
        """Whether a tuple of targets holds attributes or items, whose writing must be seen."""
        return (isinstance(target, (ast.Tuple, ast.List)) and not any(isinstance(e, ast.Starred) for e in target.elts)
                and any(isinstance(e, (ast.Attribute, ast.Subscript)) for e in target.elts))

    def unpacked(self, node, value):
        elements = node.targets[0].elts
        out = [self.at(node, ast.Assign(targets=[ast.Name(id="_nabla_tuple", ctx=ast.Store())],
                                        value=recorder("unpack", value, const(len(elements)))))]
        for position, element in enumerate(elements):
            part = ast.Subscript(value=load("_nabla_tuple"), slice=const(position), ctx=ast.Load())
            if isinstance(element, ast.Attribute):
                part = recorder("set_attribute", self.site(node, "Assign"), part, self.visit(element.value),
                                const(self.mangle(element.attr)))
                out.append(self.at(node, ast.Expr(part)))
            elif isinstance(element, ast.Subscript):
                part = recorder("set_item", self.site(node, "Assign"), part, self.visit(element.value),
                                self.index(element.slice))
                out.append(self.at(node, ast.Expr(part)))
            else:
                out.append(self.at(node, ast.Assign(targets=[element], value=part)))
                out.extend(self.at(node, self.store_event(n)) for n in self.names_of(element))
        out.append(self.at(node, ast.Delete(targets=[ast.Name(id="_nabla_tuple", ctx=ast.Del())])))
        return out

    def visit_AnnAssign(self, node):
        if node.value is None:
            return node
        if not isinstance(node.target, ast.Name):
            return self.visit_Assign(self.at(node, ast.Assign(targets=[node.target], value=node.value)))
        node.value = recorder("store", self.site(node, "Assign"), const(self.sites.function), const(node.target.id),
                              self.visit(node.value))
        return node

    def visit_AugAssign(self, node):
        op = OPERATORS.get(type(node.op))
        if op is None:
            node.value = self.visit(node.value)
            return node
        site, target, value = self.site(node, "AugAssign"), node.target, self.visit(node.value)
        if isinstance(target, ast.Name):
            call = recorder("augment_name", site, const(self.sites.function), const(target.id), const(op),
                            load(target.id), value)
            return self.at(node, ast.Assign(targets=[target], value=call))
        # The place is read before the right-hand side is computed, as Python does.
        if isinstance(target, ast.Attribute):
            place = recorder("attribute", self.visit(target.value), const(self.mangle(target.attr)))
            return self.at(node, ast.Expr(recorder("augment_attribute", site, const(op), place, value)))
        place = recorder("item", self.visit(target.value), self.index(target.slice))
        return self.at(node, ast.Expr(recorder("augment_item", site, const(op), place, value)))

    @staticmethod
    def at(node, new):
        return ast.copy_location(new, node)

    def names_of(self, target):
        if isinstance(target, ast.Name):
            return [target]
        if isinstance(target, (ast.Tuple, ast.List)):
            return [n for e in target.elts for n in self.names_of(e)]
        if isinstance(target, ast.Starred):
            return self.names_of(target.value)
        return []

    def store_event(self, name):
        return self.at(name, ast.Expr(recorder("store", self.site(name, "Assign"), const(self.sites.function),
                                               const(name.id), load(name.id))))

    # --- expressions ------------------------------------------------------------------------------------------
    def visit(self, node):
        probe = None
        if self.probes and isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            probe = self.probes.get((self.file, *span(self.lines, node)))
        if probe is None:
            return super().visit(node)
        saved, self.probes = self.probes, {}
        edits = [ast.Lambda(args=ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]),
                            body=super(Rewriter, self).visit(edit)) for edit in probe.trees()]
        result = recorder("probe", const(probe.index), super().visit(node), ast.Tuple(elts=edits, ctx=ast.Load()))
        self.probes = saved
        return ast.copy_location(result, node)

    def visit_BinOp(self, node):
        op = OPERATORS.get(type(node.op))
        site = self.site(node, "BinOp")
        left, right = self.visit(node.left), self.visit(node.right)
        if type(node.op) in MASKS:
            return recorder("mask", site, const(MASKS[type(node.op)]), left, right)
        if op is None:
            node.left, node.right = left, right
            return node
        return recorder("binary", site, const(op), left, right)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
            return recorder("negative", self.site(node, "UnaryOp"), self.visit(node.operand))
        if isinstance(node.op, ast.USub):
            return recorder("literal", node) if isinstance(node.operand.value, float) else node
        node.operand = self.visit(node.operand)
        if isinstance(node.op, ast.Invert):
            return recorder("mask_not", self.site(node, "UnaryOp"), node.operand)
        return node

    def visit_Constant(self, node):
        return recorder("literal", node) if isinstance(node.value, float) else node

    def visit_Compare(self, node):
        if len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
            return recorder("compare", self.site(node, "Compare"), const(COMPARISONS[type(node.ops[0])]),
                            self.visit(node.left), self.visit(node.comparators[0]))
        node.left = self.visit(node.left)
        node.comparators = [self.visit(c) for c in node.comparators]
        return node

    def visit_NamedExpr(self, node):
        node.value = recorder("store", self.site(node, "Assign"), const(self.sites.function), const(node.target.id),
                              self.visit(node.value))
        return node

    def visit_Call(self, node):
        site = self.site(node, "Call")
        if isinstance(node.func, ast.Name) and node.func.id in UNTOUCHED_CALLS:
            return node
        keeps = isinstance(node.func, ast.Attribute) and node.func.attr in KEEPING
        args = [self.handed(a) if keeps else self.visit(a) for a in node.args]
        makes = isinstance(node.func, ast.Name) and node.func.id == "dict"
        keywords = [ast.keyword(arg=k.arg, value=self.handed(k.value) if makes else self.visit(k.value))
                    for k in node.keywords]
        if isinstance(node.func, ast.Attribute):
            return recorder("method", site, self.visit(node.func.value), const(self.mangle(node.func.attr)), *args,
                            keywords=keywords)
        return recorder("call", site, self.visit(node.func), *args, keywords=keywords)

    def handed(self, node):
        """A value that goes unchanged into a container, by an expression of its own."""
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            return recorder("handed", self.site(node, "Handed"), self.visit(node))
        return self.visit(node)

    def visit_Tuple(self, node):
        if isinstance(node.ctx, ast.Load):
            node.elts = [self.handed(e) for e in node.elts]
            return node
        return self.generic_visit(node)

    visit_List = visit_Tuple

    def visit_Dict(self, node):
        node.keys = [k and self.visit(k) for k in node.keys]
        node.values = [self.handed(v) for v in node.values]
        return node

    def visit_Subscript(self, node):
        if not isinstance(node.ctx, ast.Load):
            node.value = self.visit(node.value)
            node.slice = self.visit(node.slice)
            return node
        return recorder("get_item", self.site(node, "Subscript"), self.visit(node.value), self.index(node.slice))

    def index(self, node):
        """A slice as an expression that makes the index object."""
        if isinstance(node, ast.Slice):
            none = const(None)
            return ast.Call(func=ast.Attribute(value=load(REC), attr="slice", ctx=ast.Load()),
                            args=[self.visit(p) if p else none for p in (node.lower, node.upper, node.step)],
                            keywords=[])
        if isinstance(node, ast.Tuple):
            return ast.Tuple(elts=[self.index(e) for e in node.elts], ctx=ast.Load())
        return self.visit(node)

    def comprehension(self, node):
        for generator in node.generators:
            generator.iter = recorder("iterate", self.site(generator.iter, "iter"), self.visit(generator.iter))
            generator.ifs = [self.visit(i) for i in generator.ifs]
        for field in ("elt", "key", "value"):
            if hasattr(node, field):
                setattr(node, field, self.visit(getattr(node, field)))
        return node

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = comprehension

    def visit_FormattedValue(self, node):
        node.value = recorder("shown", self.visit(node.value))
        return node

    def visit_JoinedStr(self, node):
        node.values = [self.visit(v) if isinstance(v, ast.FormattedValue) else v for v in node.values]
        return node


class Watcher(ast.NodeTransformer):
    """Puts a watch on chosen expressions of an otherwise plain body."""

    def __init__(self, rewriter):
        self.rewriter = rewriter

    def visit(self, node):
        node = self.generic_visit(node)
        if isinstance(node, ast.expr) and hasattr(node, "lineno"):
            watch = self.rewriter.watches.get((self.rewriter.file, *span(self.rewriter.lines, node)))
            if watch is not None and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                return ast.copy_location(recorder("watch", const(watch), node), node)
        return node
