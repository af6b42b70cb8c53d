"""Values in, trace rows out: which value came from which operation.

Values stay plain floats and arrays. A float is known by its identity (each arithmetic result is a fresh object, kept
alive here); an array by the buffer that it looks into: every write makes a new version of the buffer, and a view is
an address into the version that was current when it was read.
"""
import base64

HUGE = 500_000


# A budget that is spent ends the trace at the next call or round of a loop; this many times the budget, anywhere.
PATIENCE = 4


class Limit(BaseException):
    """Enough has been recorded."""


class Root:
    """One buffer: the array that owns it, and the node that holds its present content."""
    __slots__ = ("array", "node", "shape", "views")

    def __init__(self, array, node):
        self.array, self.node, self.shape, self.views = array, node, array.shape, {}


MAX_FRAMES = 5000  # recursion makes a frame for each of its levels


class Recorder:
    def __init__(self, write, budget_nodes, budget_bytes):
        self.write = write
        self.np = None
        self.budget_nodes, self.budget_bytes = budget_nodes, budget_bytes
        self.before_updates = budget_nodes  # how many of them may come before the first update
        self.updated = False
        self.beside = False  # what is computed now is no part of the script: an edit that is tried out
        self.frame, self.frames = 0, {}  # the call that runs, and all calls: (caller, site) -> its number
        self.weights = {}
        self.clear()

    def clear(self):
        """Forgets all values: those that are met again are leaves."""
        self.over = False
        self.count = 0
        self.bytes = 0
        self.floats = {}  # id -> (object, node)
        self.integers = {}
        self.roots = {}  # id of owning array -> Root
        self.args = []  # node -> its operands
        self.ops = []
        self.depth = []
        self.multiplied = set()
        self.first_use = {}  # node -> the first that was computed from it

    # --- nodes ------------------------------------------------------------------------------------------------
    def node(self, op, args, params, site, value):
        """Records one operation with its result; returns the node's number."""
        if None in args:
            return self.leaf(value)
        number = self.count
        self.count += 1
        self.args.append(args)
        self.ops.append(op)
        self.depth.append(1 + max([self.depth[a] for a in args], default=0))
        if not self.beside:
            for arg in args:
                self.first_use.setdefault(arg, number)
            if op in ("mul", "matmul", "dot", "div", "einsum", "outer"):
                for arg in args:
                    while arg not in self.multiplied:  # a part of an array stands for the array
                        self.multiplied.add(arg)
                        if self.ops[arg] not in ("view", "move") or not self.args[arg]:
                            break
                        arg = self.args[arg][0]
        shape, kind, digest = self.describe(value)
        self.emit(["n", number, op, args, params, site, shape, kind, digest, self.frame])
        if self.count > (self.budget_nodes if self.updated else self.before_updates) or self.bytes > self.budget_bytes:
            self.over = True
            if self.count > PATIENCE * self.budget_nodes or self.bytes > PATIENCE * self.budget_bytes:
                raise Limit()
        return number

    def entered(self, site):
        """One of the script's own functions is called; returns the frame that called it."""
        caller = self.frame
        found = self.frames.get((caller, site))
        if found is None:
            if len(self.frames) >= MAX_FRAMES:
                return caller
            found = self.frames[(caller, site)] = len(self.frames) + 1
            self.emit(["f", found, caller, site])
        self.frame = found
        return caller

    def leaf(self, value, site=-1):
        number = self.count
        self.count += 1
        self.args.append(())
        self.ops.append("leaf")
        self.depth.append(0)
        if isinstance(value, (int, float)):
            self.emit(["l", number, [], "f" if isinstance(value, float) else "i", float(value), site])
        else:
            array = self.np.asarray(value)
            kind = array.dtype.str.lstrip("<>=|")
            data = base64.b64encode(self.np.ascontiguousarray(array, dtype="<f8").tobytes()).decode()
            self.emit(["l", number, list(array.shape), kind, data, site])
        return number

    def emit(self, row):
        self.bytes += 80 + (len(row[4]) if row[0] == "l" and row[2] else self.length(row[4]) if row[0] == "n" else 0)
        self.write(row)

    @staticmethod
    def length(params):
        """About how long an operation's parameters are as text: lists of positions may be."""
        return 7 * sum(len(p) for p in params.values() if isinstance(p, list)) if params else 0

    def describe(self, value):
        """(shape, dtype, digest): a scalar's digest is itself, an array's its sum and a weighted sum."""
        if type(value) is float:
            return 0, "f", value
        np = self.np
        if np is None or not isinstance(value, (np.ndarray, np.generic)):
            return 0, "i" if isinstance(value, int) else "f", float(value)
        kind = value.dtype.str.lstrip("<>=|")
        if value.ndim == 0:
            return 0, kind, float(value)
        flat = np.asarray(value).ravel()
        if flat.size > 65536:
            flat = flat[:: flat.size // 65536]
        weights = self.weights.get(flat.size)
        if weights is None:
            weights = self.weights[flat.size] = (np.arange(flat.size) * 7919 % 1009) / 1009.0
        return list(value.shape), kind, [float(flat.sum(dtype=float)), float(flat @ weights)]

    # --- identity ---------------------------------------------------------------------------------------------
    def is_number(self, value):
        kind = type(value)
        if kind is float or kind is int or kind is bool:
            return True
        np = self.np
        return np is not None and isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fiub"

    def ref(self, value):
        """The node of a value, or None when it is no number (a leaf is made for a number not seen before)."""
        kind = type(value)
        if kind is float:
            known = self.floats.get(id(value))
            if known is not None:
                return known[1]
            node = self.leaf(value)
            self.floats[id(value)] = (value, node)
            return node
        if kind is int or kind is bool:
            node = self.integers.get(value)
            if node is None and abs(value) < 2**53:
                node = self.integers[value] = self.leaf(int(value))
            return node
        np = self.np
        if np is None:
            return self.sequence(value) if kind in (list, tuple) else None
        if isinstance(value, np.ndarray):
            return self.array(value) if value.dtype.kind in "fiub" and value.size else None
        if isinstance(value, np.floating):
            known = self.floats.get(id(value))
            if known is not None:
                return known[1]
            node = self.leaf(float(value))
            self.floats[id(value)] = (value, node)
            return node
        if isinstance(value, (np.integer, np.bool_)):
            known = self.floats.get(id(value))
            return known[1] if known is not None else self.ref(int(value))
        if kind in (list, tuple):
            return self.sequence(value)
        return None

    def tracked(self, value):
        """Whether a value's origin is known already (no leaf is made)."""
        np = self.np
        if np is not None and isinstance(value, np.ndarray):
            return id(self.owner(value)) in self.roots
        if isinstance(value, (list, tuple)):
            return any(self.tracked(v) for v in value)
        return id(value) in self.floats

    def sequence(self, value):
        """A (nested) list of numbers as an array-valued node, its elements' origins kept."""
        flat, shape = [], []
        level = value
        while isinstance(level, (list, tuple)):
            shape.append(len(level))
            if not level:
                return None
            level = level[0]
        np = self.np
        if np is not None and isinstance(level, np.ndarray) and level.ndim > 0:
            shape.extend(level.shape)

        def walk(part, axis):
            if isinstance(part, (list, tuple)):
                if axis >= len(shape) or len(part) != shape[axis]:
                    raise ValueError
                for p in part:
                    walk(p, axis + 1)
            elif self.is_number(part):
                flat.append(part)
            else:
                raise ValueError
        try:
            walk(value, 0)
        except ValueError:
            return None
        if len(flat) > 20_000 and not any(id(f) in self.floats for f in flat):
            return self.leaf(np.array(value, dtype=float)) if np is not None else None
        args = [self.ref(f) for f in flat]
        if any(a is None for a in args):
            return None
        if np is None:
            number = self.node("pack", args, {"shape": shape}, -1, 0.0)
            return number
        return self.node("pack", args, {"shape": shape}, -1, np.array(value, dtype=float))

    def owner(self, array):
        np = self.np
        while id(array) not in self.roots:
            base = array.base
            if type(base).__name__ == "DummyArray":  # what np.lib.stride_tricks puts between a view and its array
                base = base.base
            if not isinstance(base, np.ndarray):
                break
            array = base
        return array

    def array(self, array):
        root_array = self.owner(array)
        root = self.roots.get(id(root_array))
        if root is None:
            if root_array is not array and root_array.size > HUGE and array.size < root_array.size // 2:
                root_array = array
            root = self.roots[id(root_array)] = Root(root_array, self.leaf(root_array))
        if array is root.array and array.shape == root.shape:
            return root.node
        return self.view(array, root)

    def view(self, array, root):
        step = root.array.itemsize or 1
        offset = (self.address(array) - self.address(root.array)) // step
        strides = [s // step for s in array.strides]
        key = (root.node, offset, tuple(strides), array.shape)
        node = root.views.get(key)
        if node is None:
            params = {"offset": offset, "strides": strides, "shape": list(array.shape)}
            params.update(self.layout(root.array))
            node = root.views[key] = self.node("view", [root.node], params, -1, array)
        return node

    def layout(self, array):
        """How an owner's elements lie in memory, where that is not row by row."""
        if array.flags.c_contiguous:
            return {}
        return {"layout": [s // array.itemsize for s in array.strides]}

    @staticmethod
    def address(array):
        return array.__array_interface__["data"][0]

    # --- results ----------------------------------------------------------------------------------------------
    def keep(self, value, node):
        """Ties a fresh result to its node."""
        np = self.np
        if np is not None and isinstance(value, np.ndarray):
            base = self.owner(value)
            root = self.roots[id(value)] = Root(value, node)
            # `X[:, order]` is a view of an array that nobody else has; views of it are views of that one.
            if base is not value and id(base) not in self.roots and base.size == value.size:
                self.roots[id(base)] = root
        elif type(value) is float or (np is not None and isinstance(value, np.generic)):
            self.floats[id(value)] = (value, node)
        return value

    def result(self, op, args, params, site, value):
        """Records a fresh result and returns it."""
        self.keep(value, self.node(op, args, params, site, value))
        return value

    def shares(self, array):
        """Whether an array is a view into a buffer that is known."""
        np = self.np
        return isinstance(array, np.ndarray) and id(array) not in self.roots and id(self.owner(array)) in self.roots

    def wrote(self, array, node, site):
        """`array` (an owner or a view) was changed in place, and `node` holds what it now reads."""
        root_array = self.owner(array)
        root = self.roots.get(id(root_array))
        if root is None:
            self.roots[id(root_array)] = Root(root_array, self.leaf(root_array))
            return
        if array is root.array:
            root.node, root.views, root.shape = node, {}, array.shape
            return
        step = root.array.itemsize or 1
        params = {"offset": (self.address(array) - self.address(root.array)) // step,
                  "strides": [s // step for s in array.strides], "shape": list(array.shape)}
        params.update(self.layout(root.array))
        root.node = self.node("write", [root.node, node], params, site, root.array)
        root.views = {}

    def forget(self, array):
        """An array was changed in a way that is not followed: it becomes a leaf with its present content."""
        root_array = self.owner(array)
        self.roots[id(root_array)] = Root(root_array, self.leaf(root_array))


