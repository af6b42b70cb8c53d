"""NumPy's functions and methods: which operation each one is. Loaded only when the script has imported NumPy.

Three families: products, reductions, and functions that only move elements (those are run a second time on the
elements' positions, so that one operation of the trace stands for all of them).
"""

MOVES = {  # function -> which positional arguments hold data
    "repeat": (0,), "tile": (0,), "roll": (0,), "flip": (0,), "fliplr": (0,), "flipud": (0,), "rot90": (0,),
    "take": (0,), "diag": (0,), "tril": (0,), "triu": (0,), "append": (0, 1), "insert": (0, 2), "delete": (0,),
    "atleast_2d": (0,), "atleast_1d": (0,), "broadcast_to": (0,), "ravel": (0,), "reshape": (0,), "transpose": (0,),
    "squeeze": (0,), "expand_dims": (0,), "swapaxes": (0,), "moveaxis": (0,), "diagonal": (0,), "diagflat": (0,),
    "take_along_axis": (0,),
}
JOINS = ("concatenate", "vstack", "hstack", "stack", "column_stack", "dstack", "row_stack")
PRODUCTS = {"dot": "dot", "matmul": "matmul", "inner": "inner", "outer": "outer", "vdot": "vdot"}
REDUCTIONS = {"sum": "sum", "mean": "mean", "max": "max", "amax": "max", "min": "min", "amin": "min", "prod": "prod",
              "average": "mean", "nansum": "sum", "nanmean": "mean"}
PLACES = ("argmax", "argmin")  # where along an axis, or in all of an array, the largest element is


def install(session):
    np = session.np
    record = session.record
    handlers, methods = session.handlers, session.methods

    def plain(site, function, args, keywords):
        return session.from_library(site, function, args, keywords, function(*args, **keywords))

    def product(op):
        def handle(site, function, args, keywords):
            out = keywords.get("out")
            if len(args) < 2 or set(keywords) - {"out"}:
                return plain(site, function, args, keywords)
            refs = [record.ref(a) for a in args[:2]]
            value = function(*args, **keywords)
            if any(r is None for r in refs) or not session.numeric(value):
                return value
            return session.finish(op, refs, 0, site, value, out)
        return handle

    def reduction(op):
        names = ("axis", "dtype", "out", "keepdims")

        def handle(site, function, args, keywords):
            ref = record.ref(args[0]) if args else None
            given = dict(zip(names, args[1:])) if op in ("sum", "mean", "prod") else dict(zip(("axis", "out", "keepdims"), args[1:]))
            given.update(keywords)
            value = function(*args, **keywords)
            if ref is None or not session.numeric(value) or set(given) - {"axis", "keepdims", "dtype", "out"}:
                return session.from_library(site, function, args, keywords, value)
            axis = given.get("axis")
            rank = np.ndim(args[0])
            axes = list(range(rank)) if axis is None else [int(a) % rank for a in np.atleast_1d(axis)] if rank else []
            params = {"axes": axes, "keepdims": 1 if given.get("keepdims") else 0}
            return session.finish(op, [ref], params, site, value, given.get("out"))
        return handle

    def chosen(op, array, axis, value):
        """Positions that index something stay as they are when the trace is run again from other values."""
        if np.size(value) > 4096:
            return
        places = [int(value)] if axis is None else np.take_along_axis(
            np.arange(array.size).reshape(array.shape), np.expand_dims(value, axis), axis).ravel().tolist()
        axes = list(range(array.ndim)) if axis is None else [int(axis) % array.ndim]
        record.emit(["h", record.ref(array), op[3:], axes, places])

    def place(op):
        def handle(site, function, args, keywords):
            value = function(*args, **keywords)
            given = dict(zip(("axis", "out", "keepdims"), args[1:]))
            given.update(keywords)
            if not args or set(given) - {"axis"} or not session.is_array(args[0]) or not record.tracked(args[0]):
                return session.from_library(site, function, args, keywords, value)
            axis, rank = given.get("axis"), args[0].ndim
            if rank > 0 and session.on and not session.record.beside:
                chosen(op, args[0], axis, value)
            if not session.is_array(value) or rank == 0:
                return value  # one number, that indexes something
            node = record.node(op, [record.ref(args[0])], {"axes": [int(axis) % rank], "keepdims": 0}, site, value)
            record.keep(value, node)
            return value
        return handle

    def move(name, places):
        def handle(site, function, args, keywords):
            value = function(*args, **keywords)
            if session.shares(value) or not session.numeric(value) or len(args) <= max(places):
                return value if not isinstance(value, np.ndarray) else session.from_library(site, function, args, keywords, value)
            if value is args[0]:
                return value

            def again(*positions):
                changed = list(args)
                for place, part in zip(places, positions):
                    changed[place] = part
                return function(*changed, **keywords)
            return session.moved(site, [args[p] for p in places], again, value)
        return handle

    def join(site, function, args, keywords):
        parts = list(args[0]) if args and isinstance(args[0], (list, tuple)) else None
        value = function(*args, **keywords)
        if parts is None or not session.numeric(value):
            return session.from_library(site, function, args, keywords, value)
        return session.moved(site, parts, lambda *ps: function(list(ps), *args[1:], **keywords), value)

    def pad(site, function, args, keywords):
        value = function(*args, **keywords)
        mode = args[2] if len(args) > 2 else keywords.get("mode", "constant")
        if mode != "constant" or keywords.get("constant_values", 0) != 0:
            return plain(site, function, args, keywords)
        return session.moved(site, [args[0]], lambda p: function(p, *args[1:], **keywords), value)

    def copied(site, function, args, keywords):
        value = function(*args, **keywords)
        if not session.on or session.shares(value) or not args or value is args[0] or not session.numeric(value):
            return value
        if not (session.is_array(args[0]) or session.numeric(args[0]) or isinstance(args[0], (list, tuple))):
            return value
        if isinstance(args[0], (list, tuple)) and not scattered(args[0]):
            return value  # data: a leaf when it is used
        ref = record.ref(args[0])
        if ref is None:
            return value
        return record.result("copy", [ref], {"shape": list(np.shape(value)), "reshape": 1}, site, value)

    def numbers(site, function, args, keywords):
        """nan_to_num, which hands on what is a number."""
        finite = len(args) == 1 and session.on and session.numeric(args[0]) and np.all(np.isfinite(args[0]))
        return copied(site, function, args, keywords) if finite else plain(site, function, args, keywords)

    def scattered(value, depth=0):
        if isinstance(value, (list, tuple)):
            return depth < 6 and len(value) <= 20_000 and any(scattered(v, depth + 1) for v in value)
        return record.tracked(value)

    def where(site, function, args, keywords):
        value = function(*args, **keywords)
        refs = [record.ref(a) for a in args]
        if len(args) != 3 or any(r is None for r in refs):
            return value
        return record.result("where", refs, 0, site, value)

    def clip(site, function, args, keywords):
        value = function(*args, **keywords)
        low = args[1] if len(args) > 1 else keywords.get("a_min", keywords.get("min"))
        high = args[2] if len(args) > 2 else keywords.get("a_max", keywords.get("max"))
        ref = record.ref(args[0])
        if ref is None or not session.numeric(value):
            return session.from_library(site, function, args, keywords, value)
        sources, params = [ref], {}
        for name, bound in (("low", low), ("high", high)):
            if bound is not None:
                params[name] = len(sources)
                sources.append(record.ref(bound))
        if any(s is None for s in sources):
            return plain(site, function, args, keywords)
        return session.finish("clip", sources, params, site, value, args[3] if len(args) > 3 else keywords.get("out"))

    def spread(root):
        """Variance and standard deviation, in the operations they are made of."""
        def handle(site, function, args, keywords):
            value = function(*args, **keywords)
            ref = record.ref(args[0])
            axis = args[1] if len(args) > 1 else keywords.get("axis")
            if ref is None or len(args) > 2 or set(keywords) - {"axis", "keepdims", "ddof"}:
                return session.from_library(site, function, args, keywords, value)
            x = np.asarray(args[0])
            axes = list(range(x.ndim)) if axis is None else [int(a) % x.ndim for a in np.atleast_1d(axis)]
            kept = {"axes": axes, "keepdims": 1}
            mean = x.mean(axis=tuple(axes), keepdims=True)
            mean_node = record.node("mean", [ref], kept, site, mean)
            off = record.node("sub", [ref, mean_node], 0, site, x - mean)
            square = record.node("mul", [off, off], 0, site, (x - mean) ** 2)
            summed = ((x - mean) ** 2).sum(axis=tuple(axes))
            keep = 1 if keywords.get("keepdims") else 0
            total = record.node("sum", [square], {"axes": axes, "keepdims": keep}, site, summed.reshape(np.shape(value)))
            count = 1
            for a in axes:
                count *= x.shape[a]
            divisor = record.ref(float(count - keywords.get("ddof", 0)))
            if not root:
                return record.result("div", [total, divisor], 0, site, value)
            variance = record.node("div", [total, divisor], 0, site, value ** 2)
            return record.result("sqrt", [variance], 0, site, value)
        return handle

    def einsum(site, function, args, keywords):
        value = function(*args, **keywords)
        refs = [record.ref(a) for a in args[1:]]
        if not isinstance(args[0], str) or "." in args[0] or any(r is None for r in refs):
            return session.from_library(site, function, args, keywords, value)
        out = keywords.get("out")
        if out is None and session.shares(value):
            return value
        return session.finish("einsum", refs, {"subscripts": args[0].replace(" ", "")}, site, value, out)

    def tensordot(site, function, args, keywords):
        value = function(*args, **keywords)
        axes = args[2] if len(args) > 2 else keywords.get("axes", 2)
        a, b = np.ndim(args[0]), np.ndim(args[1])
        left, right = (list(range(a - axes, a)), list(range(axes))) if isinstance(axes, int) else \
            ([int(x) % a for x in np.atleast_1d(axes[0])], [int(x) % b for x in np.atleast_1d(axes[1])])
        letters = "abcdefghijklmnopqrstuvwxyz"
        first, second = list(letters[:a]), list(letters[a:a + b])
        for x, y in zip(left, right):
            second[y] = first[x]
        rest = [c for i, c in enumerate(first) if i not in left] + [c for i, c in enumerate(second) if i not in right]
        params = {"subscripts": "".join(first) + "," + "".join(second) + "->" + "".join(rest)}
        return record.result("einsum", [record.ref(args[0]), record.ref(args[1])], params, site, value)

    def norm(site, function, args, keywords):
        value = function(*args, **keywords)
        if len(args) != 1 or set(keywords) - {"axis", "keepdims"}:
            return session.from_library(site, function, args, keywords, value)
        x = np.asarray(args[0], dtype=float)
        axis = keywords.get("axis")
        axes = list(range(x.ndim)) if axis is None else [int(a) % x.ndim for a in np.atleast_1d(axis)]
        ref = record.ref(args[0])
        square = record.node("mul", [ref, ref], 0, site, x * x)
        total = record.node("sum", [square], {"axes": axes, "keepdims": 1 if keywords.get("keepdims") else 0}, site,
                            value * value)
        return record.result("sqrt", [total], 0, site, value)

    def fresh(site, function, args, keywords):
        return function(*args, **keywords)

    def deep(site, function, args, keywords):
        value = function(*args, **keywords)
        pair_copies(args[0], value, site)
        return value

    def pair_copies(old, new, site, depth=0):
        if session.is_array(old) and session.is_array(new) and old is not new and record.tracked(old):
            record.keep(new, record.node("copy", [record.ref(old)], {"shape": list(new.shape)}, site, new))
        elif isinstance(old, dict) and isinstance(new, dict) and depth < 5:
            for key in old:
                pair_copies(old[key], new.get(key), site, depth + 1)
        elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)) and depth < 5 and len(old) < 1000:
            for a, b in zip(old, new):
                pair_copies(a, b, site, depth + 1)

    def at(site, function, args, keywords):
        target, index = args[0], args[1]
        before = record.ref(target)
        value = record.ref(args[2]) if len(args) > 2 else None
        function(*args, **keywords)
        if function.__self__ not in (np.add, np.subtract) or value is None or before is None:
            record.forget(target)
            return
        if function.__self__ is np.subtract:
            value = record.node("neg", [value], {}, site, np.negative(args[2]))
        positions = np.arange(target.size).reshape(target.shape)[index]
        params = {"at": np.asarray(positions).ravel().tolist(), "shape": list(np.shape(positions))}
        record.wrote(target, record.node("add_at", [before, value], params, site, target), site)
        session.noticed(site, target)

    table = [(PRODUCTS, product)]
    for names, make in table:
        for name, op in names.items():
            handlers[getattr(np, name)] = make(op)
    for name, op in REDUCTIONS.items():
        if hasattr(np, name):
            handlers[getattr(np, name)] = reduction(op)
    for name in PLACES:
        handlers[getattr(np, name)] = place(name)
    for name, places in MOVES.items():
        handlers[getattr(np, name)] = move(name, places)
    for name in JOINS:
        if hasattr(np, name):
            handlers[getattr(np, name)] = join
    for name in ("array", "asarray", "copy", "ascontiguousarray", "float64", "float32", "asanyarray", "asfarray"):
        if hasattr(np, name):
            handlers[getattr(np, name)] = copied
    for name in ("zeros_like", "ones_like", "full_like", "empty_like", "shape", "size", "ndim", "argsort",
                 "isnan", "isfinite", "round", "around", "array_equal", "allclose", "any", "all", "unique",
                 "count_nonzero", "sign"):
        if hasattr(np, name) and not isinstance(getattr(np, name), np.ufunc):
            handlers[getattr(np, name)] = fresh
    handlers.update({np.where: where, np.clip: clip, np.var: spread(False), np.std: spread(True), np.einsum: einsum,
                     np.tensordot: tensordot, np.linalg.norm: norm, np.pad: pad, np.nan_to_num: numbers, np.add.at: at,
                     np.subtract.at: at, np.multiply.at: at, np.maximum.at: at, np.minimum.at: at})
    import copy
    handlers.update({copy.deepcopy: deep, copy.copy: deep})

    def as_method(function, handler):
        return lambda site, owner, args, keywords: handler(site, function, (owner, *args), keywords)

    for name in ("dot", "sum", "mean", "max", "min", "prod", "repeat", "take", "var", "std", "copy",
                 "squeeze", "swapaxes", "diagonal", "ravel", *PLACES):
        methods[name] = as_method(getattr(np, name), handlers[getattr(np, name)])

    def clipped(site, owner, args, keywords):
        # The method takes one bound alone, and has names of its own for them.
        low, high, out = (*args, None, None, None)[:3]
        bounds = (keywords.get("min", low), keywords.get("max", high))
        rest = {k: v for k, v in {"out": out, **keywords}.items() if k not in ("min", "max") and v is not None}
        return clip(site, np.clip, (owner, *bounds), rest)

    methods["clip"] = clipped

    def flatten(site, owner, args, keywords):
        value = owner.flatten(*args, **keywords)
        return session.moved(site, [owner], lambda p: p.flatten(*args, **keywords), value)

    def reshape(site, owner, args, keywords):
        value = owner.reshape(*args, **keywords)
        if session.shares(value) or value is owner:
            return value
        return session.moved(site, [owner], lambda p: p.reshape(*args, **keywords), value)

    def transposed(site, owner, args, keywords):
        # As a method it takes its axes one by one, too.
        axes = args[0] if len(args) == 1 else args or None
        return handlers[np.transpose](site, np.transpose, (owner, axes), keywords)

    def cast(site, owner, args, keywords):
        value = owner.astype(*args, **keywords)
        if value.dtype.kind in "fiub" and value is not owner and session.is_array(owner):
            op = "copy" if value.dtype.kind == "f" or owner.dtype.kind in "ib" else "trunc"
            return record.result(op, [record.ref(owner)], {"shape": list(value.shape)}, site, value)
        return value

    def typed(site, function, args, keywords):
        """np.int64(mask): an array given to a scalar's type is a cast."""
        if len(args) != 1 or keywords or not session.is_array(args[0]) or args[0].ndim == 0:
            return plain(site, function, args, keywords)
        return cast(site, args[0], (function,), {})

    for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "longdouble", "bool_", "intp"):
        handlers.setdefault(getattr(np, name), typed)

    def item(site, owner, args, keywords):
        value = owner.item(*args)
        if type(value) is not float:
            return value
        if args:
            return session.moved(site, [owner], lambda p: p.ravel()[args[0]], value)
        return record.result("copy", [record.ref(owner)], {"reshape": 1}, site, value)

    def tolist(site, owner, args, keywords):
        if not session.is_array(owner) or owner.dtype.kind != "f" or owner.size > 5000:
            return owner.tolist()

        def read(part):
            if part.ndim == 1:
                return [item(site, session.get_item(site, part, i), (), {}) for i in range(part.size)]
            return [read(p) for p in part]
        return read(owner)

    def fill(site, owner, args, keywords):
        owner.fill(*args, **keywords)
        if owner.size:
            record.forget(owner)

    def sort(site, owner, args, keywords):
        owner.sort(*args, **keywords)
        if owner.size:
            record.forget(owner)

    def resize(site, owner, args, keywords):
        # Our own reference is not to make it refuse.
        owner.resize(*args, **{**keywords, "refcheck": False})
        if owner.size:
            record.forget(owner)

    methods.update({"resize": resize, "transpose": transposed, "flatten": flatten, "reshape": reshape, "astype": cast, "item": item, "tolist": tolist,
                    "fill": fill, "sort": sort})
