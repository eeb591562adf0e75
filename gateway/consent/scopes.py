"""What a STOP stops, and what a START starts again."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.consent.values import Scope, Status


def stopped_by(scope: str, stop_scope: str = "all") -> tuple[Scope, ...]:
    """What an opt-out of `scope` (all, commercial, survey) ends; `stop_scope` is the operator's setting.

    "non_service" leaves a STOP without a scope word to commercial messages and surveys.
    """
    if scope in (Scope.COMMERCIAL, Scope.SURVEY):
        return (Scope(scope),)
    if stop_scope == "non_service":
        return (Scope.COMMERCIAL, Scope.SURVEY)
    return tuple(Scope)


def granted_back(before: Mapping[Scope, Status]) -> tuple[Scope, ...]:
    """What a START gives back: `before` has the statuses just before the opt-out that it undoes.

    Surveys and service messages come back where they were allowed; commercial ones only where a consent was
    given. START never makes a commercial consent that did not exist.
    """
    return tuple(
        scope
        for scope, status in before.items()
        if status is Status.GRANTED or (status is Status.NONE and scope is not Scope.COMMERCIAL)
    )
