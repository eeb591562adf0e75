"""Status reports: what the service centre writes, and when (TS 23.040 9.2.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim.codec import Report, Stamp
from drivers.sim.mail import Letter
from drivers.sim.records import Accepted

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.handsets import Handset
    from drivers.sim.network import Network

DELIVERED, TRYING, NOT_OBTAINABLE, EXPIRED = 0x00, 0x22, 0x43, 0x46


def report_letter(network: Network, part: Accepted, status: int, device: Device | None) -> Letter:
    """The report about a part, with what the faults of its modem make of it."""
    faults = device.faults if device is not None else None
    recipient, smsc = part.recipient, network.smsc
    if faults is not None and recipient.startswith("+33") and faults.fire("report_national"):
        recipient = "0" + recipient[3:]
    if faults is not None and faults.fire("report_other_smsc"):
        smsc = "+33689004000"
    report = Report(
        reference=part.reference,
        recipient=recipient,
        submitted=Stamp(part.stamp),
        discharged=Stamp(network.date()),
        status=status,
    )
    tpdu = report.encode()
    if faults is not None and (struck := faults.fire("report_malformed")):
        tpdu = tpdu[:-5] if struck.text == "short" else b"\x00\x00\x00\xff" + tpdu
    return Letter(tpdu=tpdu, smsc=smsc, is_report=True)


def promise_report(network: Network, part: Accepted, device: Device, handset: Handset) -> None:
    """Report on a delivered part, in due time."""
    if not part.report_requested or handset.report == "none":
        return
    faults, number = device.faults, part.recipient
    if faults.fire("report_missing", recipient=number):
        return
    status = _final_status(handset)
    if struck := faults.fire("report_failed", recipient=number):
        status = struck.number
    if faults.fire("report_before_cmgs", recipient=number):
        with device.urgently():
            network.report(part, status)
        return
    delay = network.report_delay if handset.report_delay is None else handset.report_delay
    if struck := faults.fire("report_late", recipient=number):
        delay += struck.seconds
    if handset.report == "pending" or faults.fire("report_pending", recipient=number):
        network.loop.later(delay, lambda: network.report(part, TRYING))
        delay = max(2 * delay, 0.001)
    network.loop.later(delay, lambda: network.report(part, status))


def _final_status(handset: Handset) -> int:
    if isinstance(handset.report, int):
        return handset.report
    return NOT_OBTAINABLE if handset.report == "failed" else DELIVERED
