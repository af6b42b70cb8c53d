"""Faults in products, elementwise and of matrices, and in sums over an axis. A part of mutate.py."""
import ast
import re

from mutate_statements import PENALTY

MASK = re.compile(r"mask|keep(?!dims)")


class ProductFaults:
    """Expects text, factor, put, squared, is_derivative, is_one_minus, logistic_pair and np of the class that it is mixed into."""

    def product(self, node, left, right):
        for part, rest in ((node.right, left), (node.left, right)):
            if self.is_derivative(part) or self.logistic_pair(part):
                value = self.logistic_pair(node)
                if value is not None and part is node.right:
                    continue
                self.put("drop derivative", node, rest)
                self.put("derivative twice", node, f"{self.text(node)} * {self.wrapped(part)}")
            elif not (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult)) \
                    and (MASK.search(self.text(part)) or self.text(part) in self.request.get("masks", [])) and not PENALTY.search(f"{left} {right}"):
                self.put("drop mask", node, rest)
        # d * a * (1 - a) parses as (d * a) * (1 - a)
        if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Mult) and self.is_one_minus(node.right) \
                and self.text(node.right.right) == self.text(node.left.right):
            a, rest = self.text(node.left.right), self.text(node.left.left)
            self.put("drop derivative", node, rest)
            self.put("sigmoid to tanh derivative", node, f"{self.factor(node.left.left)} * (1 - {a} ** 2)")
            self.put("derivative twice", node, f"{self.text(node)} * {a} * (1 - {a})")
        value = self.logistic_pair(node)
        divides = isinstance(self.parent, ast.BinOp) and isinstance(self.parent.op, ast.Div) and self.parent.right is node
        if value is not None and not divides:  # (p - y) / (p * (1 - p)) is of the cross-entropy
            self.put("sigmoid to tanh derivative", node, f"(1 - {value} ** 2)")
        if isinstance(node.right, ast.BinOp) and self.is_derivative(node.right):
            a = self.squared(getattr(node.right, "right", None))
            if a is not None:
                self.put("tanh to sigmoid derivative", node, f"{self.factor(node.left)} * {a} * (1 - {a})")
        if isinstance(node.right, ast.Compare) and self.is_derivative(node.right):
            a = self.text(node.right.left)
            self.put("ReLU to tanh derivative", node.right, f"(1 - {a} ** 2)")
        if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Sub):
            inner = node.left
            start = self.text(inner)
            self.parentheses(node, inner, right, "*", start)
        if self.np and isinstance(node.left, (ast.Name, ast.Subscript, ast.Attribute)) and isinstance(node.right, (ast.Name, ast.Subscript, ast.Attribute)):
            self.put("matrix for elementwise", node, f"np.dot({left}, {right})")

    def parentheses(self, node, inner, right, symbol, start):
        self.put("misplaced parentheses", node, f"{self.text(inner.left)} - {self.wrapped(inner.right)} {symbol} {right}")

    def matrix_product(self, node, a, b, left, right):
        out = next((f", out={self.text(k.value)}" for k in getattr(node, "keywords", ()) if k.arg == "out"), "")
        self.put("elementwise for matrix", node, f"np.multiply({left}, {right}{out})" if out else f"{a} * {b}")
        for first in (left, left[:-2] if left.endswith(".T") else f"{self.wrapped_text(left)}.T"):
            for second in (right, right[:-2] if right.endswith(".T") else f"{self.wrapped_text(right)}.T"):
                if (first, second) != (left, right) and first.endswith(".T") + second.endswith(".T") >= left.endswith(".T") + right.endswith(".T"):
                    self.put("added transpose", node, f"np.dot({first}, {second}{out})")
        if out:  # there is no product left to write there
            return
        self.put("drop matrix factor", node, left)
        self.put("drop derivative" if "jacobian" in left.lower() else "drop first matrix factor", node, right)

    @staticmethod
    def wrapped_text(text):
        return f"({text})" if any(c in text for c in "+-*/ ") and not text.endswith(")") else text

    def calls(self, node):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        method = isinstance(node.func, ast.Attribute) and self.text(node.func.value) != "np"
        if name in ("dot", "matmul") and len(node.args) == (1 if method else 2):
            left = self.text(node.func.value) if method else self.text(node.args[0])
            right = self.text(node.args[-1])
            self.matrix_product(node, self.wrapped_text(left), self.wrapped_text(right), left, right)
        if name == "multiply" and len(node.args) == 2 and not node.keywords:
            product = ast.copy_location(ast.BinOp(node.args[0], ast.Mult(), node.args[1]), node)
            self.parents[product] = self.parents[node]
            self.product(product, self.factor(node.args[0]), self.factor(node.args[1]))
        if name == "transpose" and len(node.args) == (0 if method else 1):
            self.put("drop transpose", node, self.text(node.func.value) if method else self.text(node.args[0]))
        if name == "outer" and len(node.args) == 2:
            self.put("outer product turned", node, f"np.outer({self.text(node.args[1])}, {self.text(node.args[0])})")
        if name in ("sum", "mean"):
            self.reductions(node, name, method)

    def reductions(self, node, name, method):
        text = self.text(node)
        inner = self.text(node.func.value) if method else self.text(node.args[0]) if node.args else ""
        axis = next((k for k in node.keywords if k.arg == "axis"), None)
        other = "mean" if name == "sum" else "sum"
        head = text[:text.rindex(f".{name}(")] if f".{name}(" in text else None
        if head is not None:
            self.put("mean for sum" if name == "sum" else "sum for mean", node, f"{head}.{other}({text[len(head) + len(name) + 2:]}")
        if axis is not None:
            if isinstance(axis.value, ast.Constant) and axis.value.value in (0, 1):
                self.put("other axis", axis.value, str(1 - axis.value.value))
            self.put("summed to a scalar", node, f"np.{name}({inner})")
            self.put("not summed", node, inner)
            self.put("first sample only", node, f"{self.wrapped_text(inner)}[0]")
        elif not node.keywords and name == "sum" and self.np:
            self.put("first element only", node, f"{self.wrapped_text(inner)}.ravel()[0]")
