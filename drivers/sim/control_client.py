"""The other end of `drivers.sim.control`, for tests and the demo."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class ControlClient:
    """Asks one question at a time: `client.ask("deliver", modem="modem0", sender="+33…", text="9")`."""

    def __init__(self, path: Path | str, timeout: float = 10.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        self._socket.connect(str(path))
        self._input = self._socket.makefile("r", encoding="utf-8")

    def ask(self, do: str, **fields: Any) -> Any:
        """The result; raises `RuntimeError` with the reason where it cannot be done."""
        self._socket.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")
        line = self._input.readline()
        if not line:
            raise RuntimeError("the simulator went away")
        answer = json.loads(line)
        if not answer["ok"]:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def close(self) -> None:
        """Hang up."""
        self._input.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
