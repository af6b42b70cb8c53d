"""What an activation's derivative is, by name and by form, and another function's in its place. A part of mutate.py."""
import ast

DERIVATIVE_NAMES = ("deriv", "prime", "grad", "_d", "jacobian")


class DerivativeFaults:
    """Expects text, above, parents, put and request of the class that it is mixed into."""

    def inside_derivative(self, node):
        """Is it a part of an activation's derivative: in a function for it, or in 1 / (1 + exp(-z)) where it stands, or its value?"""
        inline = False
        for part in (node, *self.above(node, self.parents)):
            if isinstance(part, ast.FunctionDef):
                arguments = [a.arg for a in part.args.args if a.arg != "self"]
                short = len(arguments) == 1 and len(part.body) < 5  # else it may well be the whole backward pass
                return short and self.names_derivative(part.name) or part.name in self.request.get("derivatives", [])
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div) and "exp(-" in self.text(part.right):
                return True
            if self.is_slope_of(part, node):
                return True
            inline = inline or isinstance(part, ast.Lambda)
            if inline and isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
                return self.names_derivative(part.targets[0].id)  # one, or a table of them
        return False

    def is_slope_of(self, part, value):
        """Is it 1 - a ** 2 or a * (1 - a), d * a * (1 - a) among them, where a is the value?"""
        if not isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)) or not isinstance(part, ast.BinOp):
            return False
        a = self.text(value)
        if self.is_one_minus(part):
            return self.squared(part.right) == a
        return isinstance(part.op, ast.Mult) and self.is_one_minus(part.right) and self.text(part.right.right) == a \
            and self.text(part.left).split(" * ")[-1] == a

    def names_derivative(self, name):
        return name in self.request.get("derivatives", []) or any(part in name.lower() for part in DERIVATIVE_NAMES)

    def is_derivative(self, node):
        text = self.text(node)
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            return self.names_derivative(name) or any(k.arg in ("deriv", "derivative") for k in node.keywords)
        if isinstance(node, ast.Compare):
            return text.replace(" ", "").endswith((">0", ">=0"))
        return self.is_one_minus(node) and self.squared(node.right) is not None

    def squared(self, node):
        """a ** 2, a * a, np.power(a, 2), np.square(a), where a has a name: its text, or None."""
        inner = None
        if isinstance(node, ast.BinOp) and (isinstance(node.op, ast.Pow) or isinstance(node.op, ast.Mult) and self.text(node.left) == self.text(node.right)):
            inner = node.left
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("power", "square"):
            inner = node.args[0]
        return self.text(inner) if isinstance(inner, (ast.Name, ast.Attribute, ast.Subscript)) else None

    def is_one_minus(self, node):
        return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and self.text(node.left) in ("1", "1.0", "1.")

    def logistic_pair(self, node):
        """a * (1 - a): the value, or None."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and self.is_one_minus(node.right) \
                and self.text(node.right.right) == self.text(node.left):
            return self.text(node.left)
        return None

    def returned_derivative(self, node, value):
        """`return 1 - a ** 2` in a function that is the derivative: another function's derivative in its place."""
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub) and self.is_derivative(value):
            a = self.squared(value.right)
            if a is not None:
                self.put("tanh to sigmoid derivative", value, f"{a} * (1 - {a})")
