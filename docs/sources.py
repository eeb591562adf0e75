"""What the code says by name, read from its syntax: events, log actions, reasons. The pages must list it all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from gateway.model import Reason, State
from gateway.store import triggers

ROOT = Path(__file__).parents[1]
ROOMS = ("gateway", "drivers")


def event_kinds() -> set[str]:
    """Every kind that an event can have: states by trigger, `waiting`, and what the rooms write."""
    script = triggers.script()
    kinds = set(re.findall(r"VALUES \(NEW\.updated_at, '(\w+)'", script)) | {str(state) for state in State}
    for function, call in _calls():
        if _is(call, "events", "add"):
            kinds |= _texts(function, call.args[1]) or _handed(function, call.args[1])
        elif _is(call, "_record", "event"):
            kinds |= _texts(function, call.args[0])
    return kinds


def log_actions() -> set[str]:
    """Every `action=` that is logged by `say`, or written out in a record's text."""
    actions = set()
    for function, call in _calls():
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "say":
            actions |= _texts(function, call.args[1])
        elif name in ("line", "line_of"):
            actions |= _texts(function, call.args[0])
        elif _is(call, "log", "exception"):
            actions |= set(re.findall(r"action=(\w+)", " ".join(_texts(function, call.args[0]))))
        elif _is(call, "_record", "event"):  # it logs what it writes down
            actions |= _texts(function, call.args[0])
    return actions


def reasons_in_use() -> set[Reason]:
    """Members of Reason that some code beside the model names, or spells where policy makes reasons of words."""
    named: set[str] = set()
    for path in _files("gateway"):
        if path.name != "model.py":
            text = path.read_text("utf-8")
            named |= set(re.findall(r"\bReason\.([A-Z_]+)", text))
            if "politeness" in path.parts:
                named |= {word.upper() for word in re.findall(r'"([a-z_]+)"', text)}
    return {reason for reason in Reason if {reason.name, reason.value.upper()} & named}


def modem_states() -> set[str]:
    """Every state that a worker gives its modem, save those that are a `Need` of the driver."""
    states = set()
    for function, call in _calls():
        if _is(call, "self", "_leave") or _is(call, "_record", "state"):
            states |= _texts(function, call.args[0])
    return states


def source_text() -> str:
    """All source in one text, white space and the seams of adjacent literals taken out: to look for sentences in."""
    texts = [path.read_text("utf-8") for room in ROOMS for path in _files(room)]
    texts += [path.read_text("utf-8") for path in sorted((ROOT / "gateway").rglob("*.sql"))]
    return squeezed(re.sub(r'"\s*\n\s*f?"', "", "\n".join(texts)))


def squeezed(text: str) -> str:
    """A text without white space, quotes and backslashes: how it is wrapped and quoted does not matter."""
    return re.sub(r"[\s\"'\\`]+", "", text)


def _files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@cache
def _calls() -> tuple[tuple[ast.AST, ast.Call], ...]:
    """Every call of the source with the function that it stands in."""
    trees = [ast.parse(path.read_text("utf-8")) for room in ROOMS for path in _files(room)]
    return tuple(found for tree in trees for found in _calls_in(tree))


def _calls_in(scope: ast.AST) -> Iterator[tuple[ast.AST, ast.Call]]:
    for node in ast.iter_child_nodes(scope):
        yield from _walk(node, scope)


def _walk(node: ast.AST, scope: ast.AST) -> Iterator[tuple[ast.AST, ast.Call]]:
    if isinstance(node, ast.FunctionDef):
        yield from _calls_in(node)
        return
    if isinstance(node, ast.Call):
        yield scope, node
    for inner in ast.iter_child_nodes(node):
        yield from _walk(inner, scope)


def _is(call: ast.Call, owner: str, method: str) -> bool:
    """Whether a call is `owner.method(…)` or `something.owner.method(…)`."""
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr != method:
        return False
    return getattr(function.value, "id", getattr(function.value, "attr", None)) == owner


def _texts(scope: ast.AST, expression: ast.expr) -> set[str]:
    """The texts that an expression can be: literals, the branches of a condition, what a name was given."""
    match expression:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=otherwise):
            return _texts(scope, body) | _texts(scope, otherwise)
        case ast.Name(id=name):
            given = [
                node.value for node in ast.walk(scope) if isinstance(node, ast.Assign) and _names(node, name)
            ]
            return {text for value in given for text in _texts(scope, value)}
    return set()


def _handed(scope: ast.AST, expression: ast.expr) -> set[str]:
    """The texts that callers hand to a function for the parameter that the expression is."""
    if not isinstance(scope, ast.FunctionDef) or not isinstance(expression, ast.Name):
        return set()
    places = [place for place, taken in enumerate(scope.args.args) if taken.arg == expression.id]
    return {
        text
        for caller, call in _calls()
        for place in places
        if isinstance(call.func, ast.Name) and call.func.id == scope.name and place < len(call.args)
        for text in _texts(caller, call.args[place])
    }


def _names(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
