"""A tap on a modem's wire that can be opened while it runs: what `modem trace` records from."""

from __future__ import annotations

from pathlib import Path

from drivers import Identity, Recorder


class Tap:
    """Called by the driver with ">" or "<" and the octets; passes them on while a recording runs.

    Any thread may begin or end a recording.
    """

    def __init__(self) -> None:
        self._recorder: Recorder | None = None

    def __call__(self, direction: str, octets: bytes) -> None:
        """One write or read of the driver."""
        recorder = self._recorder
        if recorder is not None:
            recorder(direction, octets)

    def begin(self, file: Path, identity: Identity | None) -> None:
        """Record into a new file from now on, in place of a recording that runs.

        Raises FileExistsError: this process may overwrite what whoever asks for it may not. Raises OSError.
        """
        if file.exists():
            raise FileExistsError(f"{file} exists already: name a new file")
        recorder = Recorder(file)
        if identity is not None:
            recorder.identify(identity)
        self.end()
        self._recorder = recorder

    def end(self) -> bool:
        """End the recording; False where none runs."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return False
        recorder.close()
        return True
