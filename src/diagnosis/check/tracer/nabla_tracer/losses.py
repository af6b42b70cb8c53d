"""A loss that a script computes only now and then, or on other data, is computed where its gradients are as well."""
import ast
import re

LOSS = re.compile("loss|cost|nll|likelihood|entropy|objective|mse|bce|elbo|verlust|kosten|fehler|perte|perdida|coste|custo", re.I)
MOST = 3


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


def calls(function, name):
    return any(isinstance(n, ast.Call) and name == (n.func.id if isinstance(n.func, ast.Name) else getattr(n.func, "attr", None))
               for n in ast.walk(function))


def also(tree):
    """Calls each loss at the beginning of the functions that are given all that it takes, under the same names."""
    known = list(functions(tree))
    losses = [(owner, f) for owner, f in known if LOSS.search(f.name) and needed(f)]
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
            call = ast.parse(f"try:\n {callee}({', '.join(given)})\nexcept Exception:\n pass").body[0]
            for node in ast.walk(call):
                ast.copy_location(node, other.body[first])
            other.body.insert(first, call)
