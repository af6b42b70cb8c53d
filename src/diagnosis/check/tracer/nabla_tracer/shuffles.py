"""Shuffles, followed: which element went where, so that inputs and targets can be seen to stay together.

The order is learned by shuffling positions from the same state of the generator; its state is then what it was.
"""

NAMES = ("shuffle", "permutation")
LARGEST = 1_000_000


def is_generator(owner):
    return type(owner).__name__ in ("Generator", "RandomState", "Random") and \
        type(owner).__module__.split(".")[0] in ("numpy", "random")


def is_shuffle(function):
    return getattr(function, "__name__", "") in NAMES and is_generator(getattr(function, "__self__", None))


def state_of(generator):
    if hasattr(generator, "getstate"):
        return generator.getstate()
    return generator.bit_generator.state if hasattr(generator, "bit_generator") else generator.get_state()


def put_state(generator, state):
    if hasattr(generator, "setstate"):
        generator.setstate(state)
    elif hasattr(generator, "bit_generator"):
        generator.bit_generator.state = state
    else:
        generator.set_state(state)


def shuffled(session, site, function, args, keywords):
    """Calls the function and records the order that it made of its first argument."""
    record, generator = session.record, function.__self__
    data = args[0] if args else None
    array = session.is_array(data) and data.ndim > 0 and data.dtype.kind in "fiub"
    followed = (array or isinstance(data, list)) and len(args) == 1 and not keywords \
        and 1 < getattr(data, "size", len(data)) <= LARGEST and not session.record.beside
    if not followed:
        value = function(*args, **keywords)
        if array and function.__name__ == "shuffle" and session.record.tracked(data):
            record.forget(data)
        return value
    before = record.ref(data) if array else None
    state = state_of(generator)
    value = function(data)
    after = state_of(generator)
    order = list(range(len(data)))
    put_state(generator, state)
    if array:
        order = session.np.arange(len(data))
    moved = function(order)
    order = [int(i) for i in (order if moved is None else moved)]
    put_state(generator, after)
    result = data if value is None else value
    if isinstance(result, list) or array:
        kept = result if not array else record.owner(result)
        record.emit(["p", site, session.container(kept), order[:4096]])
    if not array:
        return value
    positions = session.np.arange(data.size).reshape(data.shape)[order]
    params = {"index": positions.ravel().tolist(), "shape": list(data.shape)}
    node = record.node("move", [before], params, site, result)
    if value is None:
        record.wrote(data, node, site)
        return None
    return record.keep(value, node)
