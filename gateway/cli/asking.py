"""Policy as the daemon will apply it, for commands that queue: with what the database knows of the recipient."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.cli.context import Context

if TYPE_CHECKING:
    from gateway.policy import Allowed, Refusal, Request

Ask = Callable[["Request"], "Allowed | Refusal"]
"""May this be sent? The first check that fails says why not."""


def asking(context: Context) -> Ask:
    """Where there is no database yet, nothing is known of anybody."""
    from gateway.policy import Keeper, judge, rules_of

    rules, now = rules_of(context.settings_or_defaults()), context.clock.now()
    if not context.database_path().exists():
        return lambda request: judge(request, rules, now=now)
    store = context.store(create=False)
    keeper = Keeper.of(store)

    def ask(request: Request) -> Allowed | Refusal:
        with store.read() as read:
            return keeper.judge(read, request, rules, now)

    return ask
