"""The object that instrumented code talks to (`_nabla_`): does each operation as Python would, and records it."""
import builtins
import operator
import sys
from itertools import islice
from time import process_time

from . import scalar_calls, scaling, shuffles
from .updates import Updates

EDIT_NODES = 20_000
# An edit may make a loop of a call that was none: such a one is tried once, and all edits of a run together so long.
SLOW_EDIT_SECONDS = 0.1
MAX_EDIT_SECONDS = 8.0
LIBRARY = ("builtins", "numpy", "functools", "operator")  # whose callables are functions; a script's own may be layers
LONGEST_LIST = 50_000  # whose floats are made values of their own
MOST_KEPT = 2_000_000  # elements of an array that is recorded where it is stored
MOST_IN_LIST = 200_000  # the same for one that was not computed and goes into a list, as data does
DO = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "pow": operator.pow,
      "matmul": operator.matmul, "mod": operator.mod, "floordiv": operator.floordiv}
DO_INPLACE = {"add": operator.iadd, "sub": operator.isub, "mul": operator.imul, "div": operator.itruediv,
              "pow": operator.ipow, "matmul": operator.imatmul, "mod": operator.imod, "floordiv": operator.ifloordiv}
MASK = {"logical_and": operator.and_, "logical_or": operator.or_}
COMPARE = {"less": operator.lt, "less_equal": operator.le, "greater": operator.gt, "greater_equal": operator.ge,
           "equal": operator.eq, "not_equal": operator.ne}


# NumPy's elementwise functions that can be computed again from other values; what others return is data.
FOLLOWED = frozenset("""add subtract multiply divide true_divide power float_power maximum minimum fmax fmin mod remainder
floor_divide hypot logaddexp negative positive exp exp2 expm1 log log1p log2 log10 sqrt cbrt square reciprocal absolute fabs
tanh sin cos tan sinh cosh arcsin arccos arctan arctan2 arcsinh arctanh expit erf sign floor ceil rint trunc heaviside greater
greater_equal less less_equal equal not_equal logical_and logical_or logical_not isnan isfinite matmul""".split())


def fields(value):
    """The attributes of an object, those in slots as well."""
    names = getattr(type(value), "__slots__", ())
    slots = [(n, getattr(value, n)) for n in ((names,) if isinstance(names, str) else names)
             if n not in ("__dict__", "__weakref__") and hasattr(value, n)]
    return [*slots, *getattr(value, "__dict__", {}).items()]


class Session:
    def __init__(self, recorder, done, cleared):
        self.on = True
        self.pauses = True
        self.paused = None  # the loop that runs unrecorded
        self.paused_depth = self.depth = 0
        self.skipped = ()  # loops that were found to train nothing
        self.cleared = cleared  # called when what was recorded so far is not needed
        self.record = recorder
        self.done = done  # called when enough has been seen
        self.updates = Updates(recorder, self.enough)
        self.containers = {}
        self.kept = []
        self.np = None
        self.handlers = {}
        self.methods = {}
        self.slow_edits = set()
        self.edit_seconds = 0.0
        self.watched = None
        self.has_scaled = False
        scalar_calls.install(self)

    def numpy(self):
        """Learns NumPy's functions once the script has imported it."""
        np = sys.modules.get("numpy")
        if np is not None and self.np is None and not getattr(np.__spec__, "_initializing", False):
            from . import numpy_calls, numpy_written
            self.np = self.record.np = np
            numpy_calls.install(self)
            numpy_written.install(self)
        return self.np

    def enough(self, status="enough"):
        if not self.record.beside:
            self.on = False
            self.done(status)

    def full(self):
        """The budget is spent. What ran before the first update was the making of data: it is forgotten."""
        if self.record.beside:
            return
        if self.updates.steps > 0:
            return self.enough("limit")
        if self.updates.faint is not None:
            self.updates.home = self.updates.faint
            return self.enough()
        if self.is_long_round():
            self.record.before_updates, self.record.over = self.record.budget_nodes, False
            return None
        self.forget()
        if self.pauses and self.updates.loops:
            self.pause(self.updates.loops[0][0])

    def is_long_round(self):
        """Whether it is one round of a loop that takes so much, a step over all samples in single numbers; data are made in many."""
        record = self.record
        within = record.count - self.updates.loops[0][1] if self.updates.loops else 0
        return record.before_updates < record.budget_nodes and record.bytes < record.budget_bytes \
            and within > record.before_updates / 2

    def forget(self):
        self.record.clear()
        self.updates.clear()
        self.cleared()

    def pause(self, site):
        """Runs a loop at full speed: nothing is recorded until it is left, or the function that it is in returns."""
        self.on = False
        self.paused, self.paused_depth = site, self.depth
        if site not in self.skipped:
            self.record.emit(["paused", site])

    def resume(self):
        self.on, self.paused = True, None
        self.forget()
        self.updates.loops = []

    def is_array(self, value):
        return self.np is not None and isinstance(value, self.np.ndarray)

    def numeric(self, value):
        return self.record.is_number(value)

    # --- arithmetic -------------------------------------------------------------------------------------------
    def literal(self, value):
        """A float written in the source: a fresh object, so that two of them are two values."""
        return value * 1.0 if type(value) is float else value

    def binary(self, site, op, left, right):
        value = DO[op](left, right)
        if not self.on:
            return value
        if self.np is None:
            self.numpy()
        kind = type(value)
        if kind is float or (self.np is not None and isinstance(value, (self.np.ndarray, self.np.generic))):
            return self.recorded(site, op, left, right, value)
        if kind is list and op == "mul" and len(value) <= LONGEST_LIST:
            self.repeated(site, left if type(left) is list else right, value)
            return [self.literal(v) for v in value]
        if kind is str and op == "mod":
            self.show(right)
        return value

    def repeated(self, site, part, whole):
        """`[item] * n` holds n times the same object: what is written into one is in all."""
        if self.record.beside or len(whole) <= len(part):
            return
        shared = [v for v in part if isinstance(v, list) or self.is_array(v)]
        if shared:
            self.record.emit(["a", site, [self.container(v) for v in shared]])

    def recorded(self, site, op, left, right, value):
        record = self.record
        if op in ("mul", "pow") and self.np is not None and (isinstance(left, self.np.matrix) or isinstance(right, self.np.matrix)):
            if op == "pow":
                return self.opaque(site, "matrix power", [left, right], value)
            if self.np.ndim(left) == 2 and self.np.ndim(right) == 2:
                op = "matmul"
        a, b = record.ref(left), record.ref(right)
        if a is None or b is None or not record.is_number(value):
            return value
        return record.result(op, [a, b], 0, site, value)

    def negative(self, site, value):
        result = -value
        if self.on and type(result) is not int and self.numeric(result):
            return self.record.result("neg", [self.record.ref(value)], 0, site, result)
        return result

    def mask(self, site, op, left, right):
        """`&` and `|`, which of truths are what `and` and `or` are of one of them."""
        value = MASK[op](left, right)
        if self.on and self.numpy() is not None and self.is_array(value) and value.dtype.kind == "b":
            return self.recorded(site, op, left, right, value)
        return value

    def mask_not(self, site, operand):
        value = ~operand
        if self.on and self.numpy() is not None and self.is_array(value) and value.dtype.kind == "b":
            node = self.record.ref(operand)
            return value if node is None else self.record.result("logical_not", [node], 0, site, value)
        return value

    def compare(self, site, op, left, right):
        result = COMPARE[op](left, right)
        if not self.on or not (self.numeric(left) or self.numeric(right)):
            return result
        if type(left) in (int, bool) and type(right) in (int, bool):
            return result
        a, b = self.record.ref(left), self.record.ref(right)
        if a is None or b is None:
            return result
        node = self.record.node(op, [a, b], 0, site, result)
        if self.is_array(result):
            self.record.keep(result, node)
        else:
            if not self.record.beside:
                self.record.emit(["g", node, bool(result), site])
        return result

    # --- subscripts -------------------------------------------------------------------------------------------
    @staticmethod
    def slice(lower, upper, step):
        return slice(lower, upper, step)

    def get_item(self, site, owner, index):
        value = owner[index]
        if not self.on or self.numpy() is None:
            return value
        if self.is_array(owner):
            return self.read(site, owner, index, value)
        if type(owner).__name__ in ("CClass", "RClass"):
            parts = list(index) if isinstance(index, tuple) else [index]
            if all(self.is_array(p) or self.numeric(p) for p in parts):
                return self.moved(site, parts, lambda *ps: owner[ps if len(ps) > 1 else ps[0]], value)
        return value

    def read(self, site, owner, index, value):
        record = self.record
        if not record.is_number(value):
            return value
        if self.is_array(value) and record.owner(value) is not value:
            base = record.owner(value)
            if base is record.owner(owner):
                return value  # a view: its address says what it is
        if owner.dtype.kind in "iub" and not self.is_array(value):
            return value
        return self.moved(site, [owner], lambda o: o[index], value)

    def moved(self, site, sources, function, value):
        """Records a function that only moves elements: it is run on their positions."""
        np, record = self.np, self.record
        args, indexed, start = [], [], 1
        for source in sources:
            ref = record.ref(source)
            if ref is None:
                return self.opaque(site, "opaque", sources, value)
            array = np.asarray(source)
            args.append(ref)
            positions = np.arange(start, start + array.size).reshape(array.shape)
            indexed.append(positions)
            start += array.size
        try:
            where = np.asarray(function(*indexed))
        except Exception:  # a function that cannot take positions: its result has no origin that we know
            return self.opaque(site, "opaque", sources, value)
        if where.size > 4_000_000:
            return self.opaque(site, "opaque", sources, value)
        params = {"index": (where.ravel() - 1).tolist(), "shape": list(where.shape)}
        return record.result("move", args, params, site, value)

    def opaque(self, site, name, sources, value):
        record = self.record
        if not record.is_number(value) or self.shares(value):
            return value
        refs = [record.ref(s) for s in sources if self.numeric(s) or isinstance(s, (list, tuple))]
        refs = [r for r in refs if r is not None]
        node = record.node("opaque", refs, {"name": name}, site, value)
        record.keep(value, node)
        leaf = record.leaf(value, site)
        record.emit(["o", node, leaf])
        return value

    def shares(self, value):
        return self.is_array(value) and self.record.shares(value)

    # --- stores -----------------------------------------------------------------------------------------------
    def container(self, value):
        known = self.containers.get(id(value))
        if known is None:
            known = self.containers[id(value)] = len(self.containers)
            self.kept.append(value)
            self.record.emit(["k", known, type(value).__name__])
        return known

    def slot(self, site, kind, owner, key, value, depth=0, path=()):
        """Tells the trace that a place now holds a value; `path` leads to the place through lists that are new."""
        if self.record.beside:
            return
        record = self.record
        if self.numeric(value):
            if type(value) in (int, bool):
                return
            if self.is_array(value) and value.size > (MOST_IN_LIST if kind == "item" and not record.tracked(value) else MOST_KEPT):
                return
            node = record.ref(value)
            if node is not None:
                record.emit(["s", site, kind, owner, key, node])
                self.updates.stored((kind, owner, key), node, site)
                if path:
                    self.updates.stored((*path, key), node, site)
        elif isinstance(value, (list, tuple, dict)) or hasattr(value, "__dict__") or hasattr(type(value), "__slots__"):
            if isinstance(value, type) or (callable(value) and type(value).__module__ in LIBRARY) or type(value).__name__ == "module":
                return
            fresh = id(value) not in self.containers
            number = self.container(value)
            record.emit(["b", site, kind, owner, key, number])
            if fresh and depth < 4:
                self.snapshot(site, value, number, depth + 1, (*path, key) if path else (kind, owner, key))

    def snapshot(self, site, value, number, depth, path):
        if isinstance(value, dict):
            items = list(value.items())[:400]
        elif isinstance(value, (list, tuple)):
            items = list(enumerate(value[:400])) if len(value) <= 400 else []
        else:
            items = fields(value)[:100]
        for key, item in items:
            if isinstance(key, (str, int)):
                self.slot(site, "item", number, key, item, depth, path)

    def store(self, site, scope, name, value):
        if self.on and value is not None:
            self.numpy()
            self.slot(site, "name", scope, name, value)
        return value

    def set_attribute(self, site, value, owner, name):
        if type(value) is float and any(value is d for d in getattr(type(owner).__init__, "__defaults__", None) or ()):
            value = self.literal(value)
        setattr(owner, name, value)
        if self.on and not self.is_array(owner):
            self.slot(site, "attr", self.container(owner), name, value)

    def set_item(self, site, value, owner, index):
        if not self.on or self.numpy() is None or not self.is_array(owner):
            owner[index] = value
            if self.on and isinstance(index, (str, int)) and isinstance(owner, (list, dict)):
                self.slot(site, "item", self.container(owner), self.position(owner, index), value)
            return
        node = self.record.ref(value)
        self.written(site, owner, index, node, lambda: owner.__setitem__(index, value), getattr(value, "size", 1))

    @staticmethod
    def position(owner, index):
        """`weights[-1]` is the place that was `weights[2]` when the list was made."""
        return index + len(owner) if type(owner) is list and index.__class__ is int and index < 0 else index

    def is_mask(self, owner, index):
        """An index that says for every element whether it is meant: another run may choose others."""
        return self.is_array(index) and index.dtype.kind == "b" and index.shape == owner.shape

    def written(self, site, owner, index, node, write, put_size=0):
        """An assignment to part of an array: `node` holds what was put there."""
        np, record = self.np, self.record
        before = record.ref(owner)
        write()
        if before is None or owner.dtype.kind not in "fiub":
            return
        if node is None:
            record.forget(owner)
            return
        if self.is_mask(owner, index) and put_size == 1:
            record.wrote(owner, record.node("where", [record.ref(index), node, before], 0, site, owner), site)
            self.noticed(site, owner)
            return
        positions = np.arange(owner.size).reshape(owner.shape)[index]
        params = {"at": np.asarray(positions).ravel().tolist(), "shape": list(np.shape(positions))}
        changed = record.node("put", [before, node], params, site, owner)
        record.wrote(owner, changed, site)
        self.noticed(site, owner)

    def changed(self, function, args, keywords):
        """Something that changes its first argument in a way that we cannot follow."""
        value = function(*args, **keywords)
        if self.is_array(args[0]) and args[0].size:
            self.record.forget(args[0])
        return value

    def noticed(self, site, array):
        record = self.record
        root = record.roots[id(record.owner(array))]
        record.emit(["w", site, self.container(root.array), root.node])
        self.updates.stored(("buffer", id(root.array)), root.node, site)

    # --- augmented assignments --------------------------------------------------------------------------------
    def augmented(self, site, op, target, value):
        """`target op= value`; returns the object that the name then holds."""
        if not self.on or self.numpy() is None or not self.is_array(target):
            if self.on and type(target) in (float, int) or self.numeric(target):
                return self.binary(site, op, target, value)
            if self.on and isinstance(target, list) and op == "add":
                self.append(site, value)
            return DO_INPLACE[op](target, value)
        record = self.record
        a, b = record.ref(target), record.ref(value)
        result = DO_INPLACE[op](target, value)
        if a is None or b is None:
            record.forget(target)
            return result
        node = record.node(op, [a, b], {"inplace": 1}, site, target)
        record.wrote(target, node, site)
        self.noticed(site, target)
        return result

    def augment_name(self, site, scope, name, op, target, value):
        result = self.augmented(site, op, target, value)
        if self.on:
            self.slot(site, "name", scope, name, result)
        return result

    @staticmethod
    def attribute(owner, name):
        return owner, name, getattr(owner, name)

    @staticmethod
    def item(owner, index):
        return owner, index, owner[index]

    def augment_attribute(self, site, op, place, value):
        owner, name, before = place
        result = self.augmented(site, op, before, value)
        setattr(owner, name, result)
        if self.on:
            self.slot(site, "attr", self.container(owner), name, result)

    def augment_item(self, site, op, place, value):
        owner, index, part = place
        if not self.on or not self.is_array(owner):
            result = self.augmented(site, op, part, value)
            owner[index] = result
            if self.on and isinstance(index, (str, int)):
                self.slot(site, "item", self.container(owner), self.position(owner, index), result)
            return
        record, node = self.record, None
        if self.is_mask(owner, index) and getattr(value, "size", 1) == 1:
            whole, by = record.ref(owner), record.ref(value)
            changed = record.node(op, [whole, by], 0, site, DO[op](owner, value))
            self.written(site, owner, index, changed, lambda: owner.__setitem__(index, DO[op](part, value)), 1)
            return
        a = record.ref(self.read(site, owner, index, part)) if record.is_number(part) else None
        b = record.ref(value)
        if self.is_array(part) and record.owner(part) is record.owner(owner):
            result = DO_INPLACE[op](part, value)  # a view: the write goes through
            owner[index] = result
            node = record.node(op, [a, b], {"inplace": 1}, site, part) if a is not None and b is not None else None
            if node is None:
                record.forget(owner)
            else:
                record.wrote(part, node, site)
                self.noticed(site, owner)
            return
        result = DO_INPLACE[op](part, value)
        if a is not None and b is not None:
            node = record.node(op, [a, b], 0, site, result)
        self.written(site, owner, index, node, lambda: owner.__setitem__(index, result))

    # --- calls ------------------------------------------------------------------------------------------------
    def call(self, site, function, /, *args, **keywords):
        if self.on and self.record.over:
            self.full()
        if not self.on:
            return function(*args, **keywords)
        self.numpy()
        try:
            handler = self.handlers.get(function)
        except TypeError:
            handler = None
        if handler is not None:
            return handler(site, function, args, keywords)
        if shuffles.is_shuffle(function):
            return shuffles.shuffled(self, site, function, args, keywords)
        if self.np is not None and isinstance(function, self.np.ufunc):
            return self.ufunc(site, function, args, keywords)
        if self.np is not None and isinstance(function, self.np.vectorize):
            return self.vectorized(site, function, args, keywords)
        self.depth += 1
        caller = self.record.entered(site)
        try:
            value = function(*args, **keywords)
        finally:
            self.depth -= 1
            self.record.frame = caller
            if self.paused is not None and self.depth < self.paused_depth:
                self.resume()
        if isinstance(function, type) and hasattr(function, "__dataclass_fields__"):
            self.own_defaults(value)
        elif self.on and not hasattr(function, "__code__") and self.foreign(function):
            return self.from_library(site, function, args, keywords, value)
        return value

    def own_defaults(self, made):
        """Two objects that begin with the default of a dataclass hold two numbers."""
        for name, value in getattr(made, "__dict__", {}).items():
            if type(value) is float and any(value is vars(c).get(name) for c in type(made).__mro__):
                made.__dict__[name] = self.literal(value)

    @staticmethod
    def foreign(function):
        return not isinstance(function, type) or function.__module__ in ("numpy", "builtins")

    def from_library(self, site, function, args, keywords, value):
        """A function nobody taught us: its result depends on its arguments in a way that we cannot follow."""
        if not self.numeric(value) or type(value) in (int, bool) or self.shares(value):
            return value
        sources = [a for a in (*args, *keywords.values()) if self.record.tracked(a)]
        if not sources or self.record.tracked(value):
            return value
        return self.opaque(site, getattr(function, "__name__", "?"), sources, value)

    def method(self, site, owner, name, /, *args, **keywords):
        if not self.on:
            return getattr(owner, name)(*args, **keywords)
        self.numpy()
        if self.np is not None and isinstance(owner, (self.np.ndarray, self.np.floating)):
            handler = self.methods.get(name)
            if handler is not None:
                return handler(site, owner, args, keywords)
        elif isinstance(owner, list) and name in ("append", "insert", "extend"):
            self.append(site, args[-1])
            if name == "append":
                self.slot(site, "item", self.container(owner), len(owner), args[0])
        elif name in shuffles.NAMES and shuffles.is_generator(owner):
            return shuffles.shuffled(self, site, getattr(owner, name), args, keywords)
        elif isinstance(owner, str) and name == "format":
            self.show((*args, *keywords.values()), site)
        return self.call(site, getattr(owner, name), *args, **keywords)

    def ufunc(self, site, function, args, keywords):
        out = keywords.get("out")
        inputs = args[:function.nin]
        if len(args) > function.nin:
            out = args[function.nin]
        refs = None
        if function.nout == 1 and function.__name__ in FOLLOWED and not (set(keywords) - {"out", "dtype"}):
            refs = [self.record.ref(a) for a in inputs]
        value = function(*args, **keywords)
        out = out[0] if isinstance(out, tuple) else out
        if refs is None or any(r is None for r in refs):
            if out is not None:
                self.record.forget(out)
                return value
            return self.from_library(site, function, inputs, {}, value)
        if not self.numeric(value):
            return value
        return self.finish(function.__name__, refs, 0, site, value, out)

    def finish(self, op, refs, params, site, value, out=None):
        """Records a result, as a fresh value or as what was written into `out`."""
        if out is None:
            return self.record.result(op, refs, params, site, value)
        node = self.record.node(op, refs, {**(params or {}), "inplace": 1}, site, out)
        self.record.wrote(out, node, site)
        self.noticed(site, out)
        return value

    @property
    def leaving(self):
        return self.on and self.updates.leaving()

    # --- what is shown, kept, returned: where a script states its loss ----------------------------------------
    def mark(self, site, kind, value, text=""):
        if self.on and not self.record.beside and self.numeric(value) and type(value) not in (int, bool) and self.record.tracked(value):
            size = getattr(value, "size", 1)
            if size == 1 or kind in ("return", "handed"):
                if kind == "print":
                    self.updates.shown()
                self.record.emit(["m", site, kind, self.record.ref(value), text])

    def show(self, value, site=-1):
        for part in value if isinstance(value, tuple) else (value,):
            self.mark(site, "print", part)

    def shown(self, value):
        self.show(value)
        return value

    def append(self, site, value):
        for part in value if isinstance(value, (list, tuple)) else (value,):
            self.mark(site, "append", part)

    def handed(self, site, value):
        self.mark(site, "handed", value)
        return value

    def returned(self, site, value):
        if self.on:
            for part in value if isinstance(value, tuple) else (value,):
                self.mark(site, "return", part)
        return value

    # --- control ----------------------------------------------------------------------------------------------
    def unpack(self, value, count):
        parts = tuple(islice(self.iterate(-1, value), count + 1))
        if len(parts) > count:
            raise ValueError(f"too many values to unpack (expected {count})")
        if len(parts) < count:
            raise ValueError(f"not enough values to unpack (expected {count}, got {len(parts)})")
        return parts

    def iterate(self, site, value):
        if self.on and self.numpy() is not None and self.is_array(value) and value.ndim == 1 \
                and value.dtype.kind == "f" and value.size <= 50_000:
            return (self.get_item(site, value, i) for i in range(value.size))  # as late as Python would read them
        return value

    def tick(self, site):
        if self.on and self.record.over:
            self.full()
        if self.on and not self.record.beside:
            if site in self.skipped and not self.updates.loops:
                self.pause(site)
                return False
            self.updates.iteration(site)
            self.record.emit(["i", site])
        return self.on

    def left(self, site):
        if self.paused == site:
            self.resume()
        elif self.on and not self.record.beside:
            self.updates.left(site)
            self.record.emit(["e", site])

    def scaled(self, samples, value):
        """Stands around what a loop goes over, in a script that is tried with its data standardised, the first time."""
        frame, roots = sys._getframe(1), []
        while frame is not None and not self.has_scaled:
            roots += [frame.f_locals, frame.f_globals] if "__builtins__" in frame.f_globals else []
            frame = frame.f_back if frame.f_globals.get("__name__") != "__main__" or frame.f_code.co_name != "<module>" else None
        if not self.has_scaled:
            self.has_scaled = True
            scaling.standardise(samples, roots)
        return value

    def probe(self, index, value, edits):
        """Evaluates an expression's possible edits beside it, for the analysis to choose from."""
        if not self.on or self.record.beside:
            return value
        record = self.record
        value = self.own(value)
        original = record.ref(value) if self.numeric(value) else None
        if original is None:
            return value
        start = record.count
        found = []
        record.beside = True
        settings = self.np.seterr(all="ignore") if self.np is not None else None
        for number, edit in enumerate(edits):
            if record.count - start > EDIT_NODES:
                break
            if (index, number) in self.slow_edits or self.edit_seconds > MAX_EDIT_SECONDS:
                continue
            began = process_time()
            try:
                result = edit()
                node = record.ref(result) if self.numeric(result) else None
            except Exception:  # an edit that does not fit is no candidate
                node = None
            took = process_time() - began
            self.edit_seconds += took
            if took > SLOW_EDIT_SECONDS:
                self.slow_edits.add((index, number))
            if node is not None:
                found.append([number, node])
        record.beside = False
        if settings is not None:
            self.np.seterr(**settings)
        record.emit(["c", index, original, start, record.count, found])
        return value

    def own(self, value):
        """The same value as an object of its own, so that replacing it here replaces it nowhere else."""
        record = self.record
        if type(value) is float or (self.np is not None and isinstance(value, self.np.floating)):
            node = record.ref(value)
            return record.result("copy", [node], 0, -1, value * 1.0)
        if self.is_array(value) and value.size:
            node = record.ref(value)
            if node is not None:
                return record.result("copy", [node], 0, -1, value.copy())
        return value

    def watch(self, index, value):
        if self.watched is not None:
            self.watched(index, value)
        return value


def put_in_builtins(session):
    builtins._nabla_ = session
