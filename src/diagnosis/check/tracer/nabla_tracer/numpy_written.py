"""NumPy's functions that others are written in terms of: each is recorded as the operations that it is made of, and what
it returned itself is what the script gets.
"""

LONGEST = 2000  # of a running sum, which is a product with a matrix
MOST_CALLS = 4096  # of a function of the script's that NumPy would call element by element


def install(session):
    np = session.np
    record, handlers, call, item, binary = session.record, session.handlers, session.call, session.get_item, session.binary

    def written(rewrite):
        def handle(site, function, args, keywords):
            value = function(*args, **keywords)
            if not session.on or not session.numeric(value) or session.shares(value):
                return value
            if not any(record.tracked(a) for a in (*args, *keywords.values())):
                return value
            try:
                made = rewrite(site, *args, **keywords)
            except (TypeError, ValueError, IndexError, NotImplementedError):
                made = None
            node = None if made is None else record.ref(made)
            if node is None or np.shape(made) != np.shape(value) or not np.allclose(made, value, equal_nan=True):
                return session.from_library(site, function, args, keywords, value)
            return record.result("copy", [node], {"shape": list(np.shape(value)), "reshape": 1}, site, value)
        return handle

    def along(site, x, axis, make):
        """`make` of an array whose last axis is the one that is meant."""
        last = call(site, np.moveaxis, x, axis, -1)
        return call(site, np.moveaxis, make(last), -1, axis)

    def part(axis, rank, chosen):
        index = [slice(None)] * rank
        index[axis] = chosen
        return tuple(index)

    def diff(site, a, n=1, axis=-1):
        for _ in range(n):
            rank = np.ndim(a)
            a = binary(site, "sub", item(site, a, part(axis, rank, slice(1, None))),
                       item(site, a, part(axis, rank, slice(None, -1))))
        return a

    def cumsum(site, a, axis=None):
        if axis is None:
            a, axis = call(site, np.ravel, a), 0
        if a.shape[axis] > LONGEST:
            raise NotImplementedError
        ones = np.triu(np.ones((a.shape[axis], a.shape[axis])))
        return along(site, a, axis, lambda x: call(site, np.matmul, x, ones))

    def accumulate(site, a, axis=0):
        return cumsum(site, a, axis)

    def trace(site, a):
        return call(site, np.sum, call(site, np.diagonal, a))

    def multi_dot(site, arrays):
        product = arrays[0]
        for array in arrays[1:]:
            product = call(site, np.dot, product, array)
        return product

    def convolve(site, a, v, mode="full"):
        if np.ndim(a) != 1 or np.ndim(v) != 1:
            raise NotImplementedError
        if len(v) > len(a):
            a, v = v, a
        taps = len(v)
        padded = call(site, np.pad, a, taps - 1)
        first = {"full": 0, "same": (taps - 1) // 2, "valid": taps - 1}[mode]
        count = {"full": len(a) + taps - 1, "same": len(a), "valid": len(a) - taps + 1}[mode]
        windows = item(site, padded, first + np.arange(count)[:, None] + np.arange(taps)[None, :])
        return call(site, np.dot, windows, call(site, np.flip, v))

    def correlate(site, a, v, mode="valid"):
        if len(v) > len(a) or mode == "same" and len(v) % 2 == 0:
            raise NotImplementedError
        return convolve(site, a, call(site, np.flip, v), mode)

    def polyval(site, p, x):
        y = binary(site, "mul", x, 0.0)
        for k in range(len(p)):
            y = binary(site, "add", binary(site, "mul", y, x), item(site, p, k) if session.is_array(p) else p[k])
        return y

    def select(site, conditions, choices, default=0):
        y = default
        for condition, choice in zip(reversed(conditions), reversed(choices)):
            y = call(site, np.where, condition, choice, y)
        return y

    def piecewise(site, x, conditions, functions):
        y = np.zeros_like(x)
        conditions = list(conditions)
        if len(functions) == len(conditions) + 1:
            conditions.append(~np.any(conditions, axis=0))
        for condition, function in zip(conditions, functions):
            own = call(site, function, item(site, x, condition)) if callable(function) else function
            session.set_item(site, own, y, condition)
        return y

    def sort(site, a, axis=-1):
        if axis is None:
            a, axis = call(site, np.ravel, a), 0
        return call(site, np.take_along_axis, a, np.argsort(a, axis=axis), axis)

    def apply_along_axis(site, function, axis, array):
        last = call(site, np.moveaxis, array, axis, -1)
        places = list(np.ndindex(*last.shape[:-1]))
        if len(places) > MOST_CALLS:
            raise NotImplementedError
        rows = [call(site, function, item(site, last, place)) for place in places]
        whole = call(site, np.stack, rows) if session.is_array(rows[0]) else call(site, np.array, rows)
        whole = session.method(site, whole, "reshape", (*last.shape[:-1], *whole.shape[1:]))
        return whole if whole.ndim < last.ndim else call(site, np.moveaxis, whole, -1, axis)

    def outer(function):
        def rewrite(site, a, b):
            spread = item(site, a, (Ellipsis,) + (None,) * np.ndim(b)) if session.is_array(a) else a
            return call(site, function, spread, b)
        return rewrite

    def elementwise(site, function, args, keywords):
        """A function that np.vectorize made of one of single numbers."""
        def rewrite(site, *arrays):
            spread = np.broadcast_arrays(*arrays)
            if keywords or spread[0].size > MOST_CALLS:
                raise NotImplementedError
            wide = [a if np.shape(a) == spread[0].shape else call(site, np.broadcast_to, a, spread[0].shape) for a in arrays]
            flat = [call(site, function.pyfunc, *(item(site, w, place) for w in wide)) for place in np.ndindex(spread[0].shape)]
            return session.method(site, call(site, np.array, flat), "reshape", spread[0].shape)
        return written(rewrite)(site, function, args, keywords)

    def from_iterable(site, function, args, keywords):
        return call(site, np.array, list(args[0]), *args[1:2], **{k: v for k, v in keywords.items() if k == "dtype"})

    def enumerated(site, function, args, keywords):
        array = args[0]
        if not session.is_array(array) or not record.tracked(array):
            return function(*args, **keywords)
        return ((place, item(site, array, place)) for place in np.ndindex(array.shape))

    def windows(site, function, args, keywords):
        value = function(*args, **keywords)
        if not session.is_array(args[0]) or keywords.get("writeable"):
            return value
        return session.moved(site, [args[0]], lambda p: function(p, *args[1:], **keywords), value.copy())

    def puts(names, places, values):
        """Changes in place: the positions that are written, and what is written there, of the arguments."""
        def handle(site, function, args, keywords):
            for name in names[len(args):]:
                if name not in keywords:
                    break
                args, keywords = (*args, keywords[name]), {k: v for k, v in keywords.items() if k != name}
            target = args[0]
            if keywords or not session.is_array(target) or target.size == 0:
                return session.changed(function, args, keywords)
            before = record.ref(target)
            positions = places(np.arange(target.size).reshape(target.shape), *args[1:])
            put = values(*args[1:])
            node = record.ref(put)
            function(*args)
            if before is None or node is None or positions is None:
                return record.forget(target)
            params = {"at": np.asarray(positions).ravel().tolist(), "shape": list(np.shape(positions))}
            record.wrote(target, record.node("put", [before, node], params, site, target), site)
            session.noticed(site, target)
        return handle

    def masked(site, function, args, keywords):
        if len(args) != 3 or keywords or np.size(args[2]) != 1 or not session.is_array(args[0]):
            return session.changed(function, args, keywords)
        mask = args[1] if session.is_array(args[1]) else np.asarray(args[1])
        session.set_item(site, args[2], args[0], mask)

    rewritten = {np.diff: diff, np.cumsum: cumsum, np.trace: trace, np.linalg.multi_dot: multi_dot, np.convolve: convolve,
                 np.correlate: correlate, np.polyval: polyval, np.select: select, np.piecewise: piecewise, np.sort: sort,
                 np.apply_along_axis: apply_along_axis, np.add.accumulate: accumulate}
    handlers.update({function: written(rewrite) for function, rewrite in rewritten.items()})
    for function in (np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum):
        handlers[function.outer] = written(outer(function))
    reduced = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
    for function, whole in reduced.items():
        handlers[function.reduce] = written(lambda site, a, axis=0, whole=whole, **k: call(site, whole, a, axis=axis, **k))

    def along_axis(positions, indices, values, axis):
        return np.take_along_axis(positions, np.asarray(indices), axis)

    handlers.update({
        np.put_along_axis: puts(("arr", "indices", "values", "axis"), along_axis, lambda indices, values, axis: values),
        np.put: puts(("a", "ind", "v"), lambda p, at, v, *mode: None if mode else p.ravel()[np.asarray(at)], lambda at, v, *mode: v),
        np.copyto: puts(("dst", "src"), lambda p, source: p, lambda source: source),
        np.fill_diagonal: puts(("a", "val"), lambda p, v, *wrap: None if wrap else np.diagonal(p), lambda v, *wrap: v),
        np.putmask: masked, np.place: masked,
        np.fromiter: from_iterable, np.ndenumerate: enumerated,
    })
    session.vectorized = elementwise
    if hasattr(np.lib.stride_tricks, "sliding_window_view"):
        handlers[np.lib.stride_tricks.sliding_window_view] = windows

    def as_method(function):
        return lambda site, owner, args, keywords: handlers[function](site, function, (owner, *args), keywords)

    for name in ("cumsum", "trace"):
        session.methods[name] = as_method(getattr(np, name))
