"""Python's own functions on numbers: `math`, and the built-in ones."""
import builtins
import math
from numbers import Integral

UNARY = {"exp": "exp", "log": "log", "tanh": "tanh", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "fabs": "absolute",
         "log1p": "log1p", "expm1": "expm1", "log2": "log2", "log10": "log10", "sinh": "sinh", "cosh": "cosh",
         "atan": "arctan", "erf": "erf"}


def install(session):
    record = session.record

    def unary(op):
        def handle(site, function, args, keywords):
            value = function(*args, **keywords)
            if len(args) != 1 or not session.numeric(args[0]):
                return value
            return record.result(op, [record.ref(args[0])], 0, site, value)
        return handle

    for name, op in UNARY.items():
        if hasattr(math, name):
            session.handlers[getattr(math, name)] = unary(op)

    def power(site, function, args, keywords):
        value = function(*args, **keywords)
        if len(args) == 2 and session.numeric(value) and not isinstance(value, Integral):
            return session.recorded(site, "pow", args[0], args[1], value)
        return value

    def absolute(site, function, args, keywords):
        value = function(*args)
        if session.numeric(value) and not isinstance(value, Integral):
            return record.result("absolute", [record.ref(args[0])], 0, site, value)
        return value

    def total(site, function, args, keywords):
        items = list(session.iterate(site, args[0]))
        value = function(items, *args[1:], **keywords)
        if not session.on or isinstance(value, Integral) or not session.numeric(value) or len(items) == 0:
            return value
        refs = [record.ref(i) for i in items]
        if any(r is None for r in refs):
            return value
        if len(args) > 1:
            refs.append(record.ref(args[1]))
        return record.result("add_n", refs, 0, site, value if len(items) > 1 else value + 0.0)

    def to_float(site, function, args, keywords):
        value = function(*args, **keywords)
        if args and session.numeric(args[0]) and type(args[0]) not in (float, int, bool):
            return record.result("copy", [record.ref(args[0])], {"reshape": 1}, site, value)
        return value

    def loop_over(site, function, args, keywords):
        return function(*[session.iterate(site, a) for a in args], **keywords)

    def backwards(site, function, args, keywords):
        if len(args) == 1 and session.is_array(args[0]):
            args = (list(session.iterate(site, args[0])),)
        return function(*args, **keywords)

    def show(site, function, args, keywords):
        session.show(args, site)
        return function(*args, **keywords)

    def extreme(site, function, args, keywords):
        if len(args) == 1:
            args = (list(session.iterate(site, args[0])),)
        value = function(*args, **keywords)
        if len(args) != 2 or keywords or not session.on or not all(session.numeric(a) for a in args):
            return value
        if any(session.is_array(a) for a in args) or not any(not isinstance(a, Integral) and record.tracked(a) for a in args):
            return value
        if isinstance(value, Integral):  # the 0 of max(0, z): which of them it was is a branch
            session.compare(site, "less", args[0], args[1])
            return value
        name = "maximum" if function is builtins.max else "minimum"
        return record.result(name, [record.ref(a) for a in args], 0, site, value * 1.0)

    session.handlers.update({math.pow: power, builtins.pow: power, builtins.abs: absolute, builtins.sum: total,
                             math.fsum: total, builtins.float: to_float, builtins.zip: loop_over,
                             builtins.enumerate: loop_over, builtins.list: loop_over, builtins.tuple: loop_over,
                             builtins.reversed: backwards, builtins.print: show, builtins.max: extreme,
                             builtins.min: extreme})

    def set_attribute(site, function, args, keywords):
        if len(args) != 3 or keywords:
            return function(*args, **keywords)
        session.set_attribute(site, args[2], args[0], args[1])

    session.handlers[builtins.setattr] = set_attribute

    def mapped(site, function, args, keywords):
        return function(args[0], *[session.iterate(site, a) for a in args[1:]])

    session.handlers[builtins.map] = mapped
