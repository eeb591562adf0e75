"""Faults around the message service: SIM, radio, USB, USSD (MODEMS 1.G to 1.J)."""

from __future__ import annotations

from drivers.sim.faults import Kind

_sim = Kind("sim", standing=True)
_usb = Kind("usb", standing=True)
_ussd = Kind("ussd", standing=True)

FAULTS = (
    _sim("pin", "the SIM asks for this PIN", "F101", ("pin", "1234")),
    _sim("puk", "the PIN was wrong three times: the SIM asks for its PUK", "F101"),
    _sim("busy_after_pin", "the PIN is right, and the SIM is busy for a while (s)", "F103", ("seconds", 2.0)),
    _sim("cpin_quoted", '+CPIN: "READY", in quotes', "F19 F104"),
    _sim("sim_absent", "no SIM is in it", "F104"),
    _sim("sim_failure", "SIM failure for a while (s)", "F59", ("seconds", 2.0)),
    _sim("sim_swap", "after a while (s) another SIM is in it, and it restarts", "F105", ("after", 0.0)),
    _sim("cfun_0", "the radio is off", "F106", ("state", 0)),
    _sim(
        "creg",
        "registration: 0, 2 searching, 3 denied, 5 roaming, 6 to 11 (TS 27.007 7.2)",
        "F108",
        ("stat", 2),
    ),
    _sim("creg_malformed", "an odd answer to AT+CREG?", "F107", ("text", '+CREG: 2,1,"0B,"0100701",7')),
    _sim("registration_lost", "no registration for a while (s)", "F62", ("seconds", 2.0)),
    _sim(
        "radio_stuck",
        "no registration until something is done: radio (off and on), reset or power",
        "F62 F106",
        ("until", "radio"),
    ),
    _sim("ps_only", "registered for data only: +CREG: 0,0 and +CEREG: 0,1", "F109"),
    _sim("csq_99", "the signal is not known", "F111"),
    _sim("csca_empty", "no service centre: empty, or an error (330)", "F112", ("how", "empty")),
    _usb(
        "unplug_idle",
        "the port vanishes after a while (s), and returns later (s, 0: never), perhaps under another name",
        "F115 F116",
        ("after", 0.5),
        ("back", 0.0),
        ("renamed", False),
    ),
    _usb("reboot_idle", "it restarts after a while (s)", "F60", ("after", 0.5)),
    _usb("slow_start", "it takes so long (s) to answer after power", "F125", ("seconds", 2.0)),
    _usb("slow_open", "for a while (s) after it was opened it hears nothing", "F117 F125", ("seconds", 2.0)),
    _usb(
        "stuck",
        "it hears nothing until something is done: reopen, port (its other AT port hears), reset or power",
        "F61 F118",
        ("until", "reset"),
    ),
    _usb("stalled", "it stops taking what is written (after s)", "F117", ("after", 0.0)),
    _usb("unread_lost", "what it says while the port is closed is lost", "F124"),
    _usb("not_at", "the port does not speak AT: nmea, diag or hdlc", "F18 F118", ("what", "nmea")),
    _usb(
        "second_client",
        "another program uses the port too, every so often (s)",
        "F121",
        ("period", 1.0),
        ("line", "AT+CMGF=1"),
    ),
    _ussd("ussd_packed", "answers as packed 7-bit hex", "F131"),
    _ussd("ussd_packed_only", "requests are understood as packed 7-bit hex only", "F131"),
    _ussd("ussd_ucs2", "answers as UCS-2 hex, with this coding", "F130", ("dcs", 72)),
    _ussd("ussd_multiline", "answers of several lines, with quotes in them", "F132"),
    _ussd("ussd_before_ok", "the answer comes before OK", "F133"),
    _ussd(
        "ussd_timeout", "the network does not answer: +CUSD with this mode and no text", "F132", ("mode", 5)
    ),
    _ussd("ussd_error", "the request is refused", "F131", ("code", 100)),
)
