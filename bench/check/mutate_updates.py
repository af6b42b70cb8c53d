"""Faults in the formula of an update, and in the softmax of the forward pass. A part of mutate.py."""
import ast

from mutate_statements import targets_of


class UpdateFaults:
    """Expects text, wrapped, put, penalty and request of the class that it is mixed into."""

    def update(self, node):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
            target, symbol = self.text(node.target), "-" if isinstance(node.op, ast.Add) else "+"
            self.put("update's sign", node, f"{target} {symbol}= {self.text(node.value)}")
        if isinstance(node, ast.BinOp):
            left, right = self.text(node.left), self.text(node.right)
            if isinstance(node.op, (ast.Add, ast.Sub)) and left not in ("1", "1.0") and not self.text(node.right).strip("()").startswith(("eps", "1e")):
                if isinstance(node.op, ast.Add) and self.penalty(node, left, right):
                    return
                symbol = "-" if isinstance(node.op, ast.Add) else "+"
                if isinstance(node.op, ast.Add) and not self.request.get("states"):  # a sum of gradients
                    self.put("drop term", node, left)
                    self.put("term's sign", node, f"{left} - {self.wrapped(node.right)}")
                    return
                name = "update's sign" if left in self.updated(node) else "optimiser's sign"
                self.put(name, node, f"{left} {symbol} {self.wrapped(node.right)}")
                if name == "optimiser's sign":
                    self.put("optimiser lacks a term", node, left)
            if isinstance(node.op, ast.Pow) and right == "2":
                self.put("mixed moments", node, left)
            if isinstance(node.op, ast.Div) and "1 -" in right and "**" in right:
                self.put("no bias correction", node, left)
            if isinstance(node.op, ast.Div) and "sqrt" in right:
                self.put("root on the wrong side", node, f"{left} * {self.wrapped(node.right)}")
            if isinstance(node.op, ast.Mult) and left == right:
                self.put("mixed moments", node, left)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "sqrt":
            self.put("root missing", node, self.wrapped(node.args[0]))
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Load):
            text = self.text(node)
            for group in self.request.get("states", []):
                for other in group:
                    if text in group and other != text:
                        self.put("optimiser's states mixed up", node, other)
            for group in self.request.get("confusable", []):
                for other in group:
                    if text in group and other != text:
                        self.put("wrong operand", node, other)

    def updated(self, value):
        """What the statement gives the value to, as it is read: `w` of `w, b = …`, `getattr(o, k)` of `setattr(o, k, …)`."""
        if isinstance(self.parent, ast.Call) and getattr(self.parent.func, "id", "") == "setattr" and self.parent.args[-1] is value:
            return [f"getattr({', '.join(self.text(a) for a in self.parent.args[:2])})"]
        statement = self.parents.get(self.parent) if isinstance(self.parent, ast.Tuple) else self.parent
        return [self.text(t) for t in targets_of(statement)]

    def forward(self, node):
        if isinstance(node, ast.Call) and (getattr(node.func, "attr", "") == "sum"):
            axis = next((k for k in node.keywords if k.arg == "axis"), None)
            if axis is None:
                return
            method = self.text(node.func.value) != "np"
            inner = self.text(node.func.value) if method else self.text(node.args[0])
            self.put("softmax over everything", node, f"np.sum({inner})")
            if isinstance(axis.value, ast.Constant) and axis.value.value in (0, 1):
                self.put("softmax over the wrong axis", axis.value, str(1 - axis.value.value))
