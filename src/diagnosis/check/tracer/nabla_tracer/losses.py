"""
A loss that a script states only now and then, or away from its gradients, is stated while it is traced as well: reports
are made in every round, loops that have shown their updates are left for what follows them, and a loss's function is
called where its gradients are computed.
"""
import ast
import re

LOSS = re.compile("loss|cost|nll|likelihood|entropy|objective|surrogate|mse|bce|elbo|verlust|kosten|fehler|perte|perdida|coste|custo", re.I)
MOST = 3
LOOPS = (ast.For, ast.While)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
SHOWS = re.compile("^(print|info|write|set_description|set_postfix)$")
KEEPS = re.compile("hist|curve|track|record|log|loss|cost|err|verl|score", re.I)
LASTING = re.compile("save|dump|open|write|remove|mkdir|exit|quit", re.I)
# What a report may not do: leave a loop, or change what the training goes on with.
CHANGES = (ast.AugAssign, ast.Break, ast.Continue, ast.Return, ast.Raise, ast.Delete, ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom)


def functions(tree):
    """The functions of a module and the methods of its classes, each with its class or None."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield None, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield node.name, inner


def names(function):
    args = function.args
    if args.vararg or args.kwarg or args.kwonlyargs or args.posonlyargs or function.decorator_list:
        return None
    return [arg.arg for arg in args.args]


def needed(function):
    """What has to be given to a function: the parameters without a default."""
    known = names(function)
    return None if known is None else known[:len(known) - len(function.args.defaults)]


def called(call):
    """The name of what is called, without what leads to it."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def calls(function, name):
    return any(isinstance(n, ast.Call) and name == called(n) for n in ast.walk(function))


def also(tree):
    """Changes a module; tells whether there was anything to change."""
    reports = states_always(tree)
    left = leaves_loops(tree)
    return calls_losses(tree) or reports or left


def calls_losses(tree):
    """Calls each loss at the beginning of the functions that are given all that it takes, under the same names."""
    known = list(functions(tree))
    losses = [(owner, f) for owner, f in known if LOSS.search(f.name) and needed(f)]
    added = False
    for owner, loss in losses[:MOST]:
        wanted = needed(loss)
        for other_owner, other in known:
            if other is loss or other_owner != owner or LOSS.search(other.name) or not set(wanted) <= set(names(other) or ()):
                continue
            given = wanted[1:] if owner else wanted
            if not given or calls(other, loss.name) or calls(loss, other.name):
                continue
            first = 1 if ast.get_docstring(other, clean=False) is not None else 0
            if first >= len(other.body):
                continue
            callee = f"{wanted[0]}.{loss.name}" if owner else loss.name
            other.body.insert(first, placed(f"try:\n {callee}({', '.join(given)})\nexcept Exception:\n pass", other.body[first]))
            added = True
        if owner is None and not calls(tree, loss.name):
            added = calls_in_loop(tree, loss.name, wanted) or added
    return added


def assigned(node):
    return {n.id for n in inside(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def calls_in_loop(tree, name, wanted):
    """Calls a loss that the script calls nowhere, in a loop that makes what it takes, under the same names."""
    outside = set().union(*(assigned(s) for s in tree.body))
    for loop in [n for n in ast.walk(tree) if isinstance(n, LOOPS)]:
        made = [i for i, s in enumerate(loop.body) if assigned(s) & set(wanted)]
        if made and set(wanted) <= outside | set().union(*(assigned(s) for s in loop.body)):
            call = placed(f"try:\n {name}({', '.join(wanted)})\nexcept Exception:\n pass", loop.body[made[-1]])
            loop.body.insert(made[-1] + 1, call)
            return True
    return False


def placed(source, where):
    """A statement that stands where another one stands."""
    statement = ast.parse(source).body[0]
    for node in ast.walk(statement):
        ast.copy_location(node, where)
    return statement


def inside(node):
    """What is done where a statement is: without the functions that are only defined there."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, FUNCTIONS):
            yield from inside(child)


def shows(node):
    """Whether something is printed, or kept in a list that is called after what one looks at afterwards."""
    return any(isinstance(n, ast.Call) and (SHOWS.match(called(n)) or keeps(n)) for n in inside(node))


def keeps(call):
    return called(call) == "append" and isinstance(call.func, ast.Attribute) and KEEPS.search(ast.dump(call.func.value)) is not None


def states_always(tree):
    """`if epoch % 100 == 0: print(…)` in every round, where all that is done there is to report."""
    changed = False
    for scope in [tree, *(n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))]:
        for loop in [n for s in scope.body for n in inside(s) if isinstance(n, LOOPS)]:
            for test in [n for s in loop.body for n in inside(s) if isinstance(n, ast.If)]:
                if is_report(test, loop):
                    always = ast.BoolOp(op=ast.Or(), values=[ast.Constant(value=True), test.test])
                    test.test = ast.fix_missing_locations(ast.copy_location(always, test.test))
                    changed = True
    return changed


def is_report(test, loop):
    if test.orelse or isinstance(test.test, ast.BoolOp) and isinstance(test.test.values[0], ast.Constant):
        return False
    done = [n for statement in test.body for n in inside(statement)]
    if not any(shows(statement) for statement in test.body) or any(isinstance(n, CHANGES) for n in done):
        return False
    if any(isinstance(n, ast.Call) and LASTING.search(called(n)) for n in done):
        return False
    stores = [n for n in done if isinstance(getattr(n, "ctx", None), ast.Store)]
    if any(not isinstance(n, ast.Name) for n in stores):
        return False
    own = {id(n) for n in done}
    read = {n.id for n in inside(loop) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and id(n) not in own}
    return not read & {n.id for n in stores}


def leaves_loops(tree):
    """A loop that reports nothing can be left once its updates were seen."""
    changed = False
    for loop in [n for n in ast.walk(tree) if isinstance(n, LOOPS)]:
        gives = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in inside(loop))
        if not any(shows(s) for s in loop.body) and not loop.orelse and not gives:
            loop.body.insert(0, placed("if _nabla_.leaving: break", loop.body[0]))
            changed = True
    return changed
