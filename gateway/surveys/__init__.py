"""Surveys: what is asked (definition), what was answered (answers), what to do next (engine). Pure code."""

from __future__ import annotations
