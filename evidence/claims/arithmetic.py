"""Calculates expressions of named numbers; nothing but ``+ - * /``, brackets, names and numbers is understood."""

import ast
import operator
from collections.abc import Callable, Mapping

from data.errors import UsageError

OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

MAX_LENGTH = 200
"""Characters of an expression: a longer one is no arithmetic that a reader could check."""


def calculate(expression: str, numbers: Mapping[str, float]) -> float:
    """The value of an expression.

    >>> calculate("(sold - kept) / 4", {"sold": 9, "kept": 1})
    2.0

    Raises:
        UsageError: it holds anything else than named numbers, numbers, ``+ - * /`` and brackets, or divides by 0.
    """
    if len(expression) > MAX_LENGTH:
        message = f"an expression has at most {MAX_LENGTH} characters, not {len(expression)}"
        raise UsageError(message)
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        message = f"{expression!r} is no arithmetic"
        raise UsageError(message) from error
    try:
        return _calculate_node(tree.body, numbers)
    except ZeroDivisionError as error:
        message = f"{expression!r} divides by 0"
        raise UsageError(message) from error


def _calculate_node(node: ast.expr, numbers: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.Name(id=name) if name in numbers:
            return numbers[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_calculate_node(operand, numbers)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
            return OPERATIONS[type(op)](_calculate_node(left, numbers), _calculate_node(right, numbers))
    message = f"{ast.unparse(node)!r} is neither a number, one of the names {', '.join(numbers)}, nor a sum or product"
    raise UsageError(message)
