"""The report of a survey: built from counts, shown in a terminal, as JSON, as CSV, as one HTML page."""

from __future__ import annotations

from gateway.surveys.report.build import UnknownSurvey, build
from gateway.surveys.report.model import Report

__all__ = ["Report", "UnknownSurvey", "build"]
