"""Faults of the message service: sending, reports, storage and reception (MODEMS 1.D to 1.F)."""

from __future__ import annotations

from drivers.sim.faults import Kind

_send = Kind("send")
_report = Kind("reports")
_store = Kind("storage")

FAULTS = (
    _send(
        "cms_error",
        "+CMS ERROR after Ctrl-Z (code 0: ERROR without a code); nothing was sent",
        "F08 F54 F55",
        ("code", 38),
    ),
    _send(
        "late_cms_error",
        "+CMS ERROR of the modem's own timers, late (s); the network may have it",
        "F54 F63",
        ("after", 6.0),
        ("code", 332),
        ("accepted", True),
    ),
    _send("late_cmgs", "the network has it at once, +CMGS comes late (s)", "F46 F47", ("after", 2.0)),
    _send("no_cmgs_line", "sent, and OK without +CMGS", "F50"),
    _send("no_answer_cmgs", "silence after Ctrl-Z", "F48", ("accepted", True)),
    _send("no_ok_cmgs", "+CMGS, and no OK", "F49"),
    _send("cmgs_scts", "+CMGS with a time stamp behind the reference", "F51", standing=True),
    _send("reference_zero", "every reference is 0", "F52", standing=True),
    _send("reference_minus", "+CMGS: -1", "F52"),
    _send("reference_from_pdu", "the reference is the one in the PDU", "F52", standing=True),
    _send(
        "reference_wrap",
        "the references are about to begin again: 254, 255, 0",
        "F53",
        ("next", 254),
        standing=True,
    ),
    _send("reboot_mid_send", "it restarts between Ctrl-Z and +CMGS", "F60", ("accepted", False)),
    _send(
        "vanish_before_cmgs",
        "the port vanishes before +CMGS, and returns after a while (s, 0: never)",
        "F44 F60",
        ("back", 0.0),
        ("accepted", False),
    ),
    _send("vanish_after_cmgs", "the port vanishes after +CMGS, before OK", "F49", ("back", 0.0)),
    _send(
        "credit_out",
        "the SIM's credit ends after some parts",
        "F66",
        ("after", 0),
        ("code", 500),
        standing=True,
    ),
    _send(
        "throttled",
        "the network refuses more than so many parts a minute, or in another time (s)",
        "F56",
        ("rate", 6),
        ("code", 42),
        ("window", 60.0),
        standing=True,
    ),
    _send(
        "duplicate_197",
        "the network refuses a part that it has already",
        "F48",
        ("window", 3600.0),
        standing=True,
    ),
    _send("abort_on_byte", "a byte between Ctrl-Z and +CMGS ends the command; the message goes", "F68"),
    _send(
        "long_pdu_hangs", "a PDU of so many octets makes it restart", "F44", ("octets", 140), standing=True
    ),
    _send("slow_network", "submissions take 0.3 to 130 s, each drawn", "F46", ("factor", 1.0), standing=True),
    _send("silent_loss", "+CMGS, and the network throws the message away", "F66"),
    _report("report_before_cmgs", "the report overtakes its own +CMGS", "F69"),
    _report("report_missing", "no report comes", "F79"),
    _report("report_pending", "still trying first, the final one later", "F78"),
    _report("report_failed", "a report of failure, or any other status", "F78", ("status", 0x43)),
    _report("report_late", "the report comes late (s)", "F79", ("after", 2.0)),
    _report("report_twice", "the report comes twice", "F96"),
    _report(
        "report_malformed", "the report cannot be read: junk (before it), short (cut)", "F76", ("how", "junk")
    ),
    _report("report_national", "the report names the number without its country", "F67"),
    _report("report_other_smsc", "the report comes from another service centre", "F80"),
    _report("report_wrong_memory", "+CDSI names SM, the report lies in SR", "F72", standing=True),
    _report("report_as_message", "reports are stored and announced as messages", "F75", standing=True),
    _report("sr_unlistable", "SR can be read by index only", "F73", standing=True),
    _report("cds_comma", "+CDS has an empty field before its length", "F30", standing=True),
    _store("index_base_0", "slots are numbered from 0", "F87", standing=True),
    _store("storage_full", "the storage is full of old messages", "F65 F91", standing=True),
    _store("full_urc", "it says so when its storage is full", "F91", ("text", "SMS FULL"), standing=True),
    _store(
        "stored_outgoing", "somebody's sent messages lie in the storage", "F100", ("count", 2), standing=True
    ),
    _store("delete_siblings", "deleting a part deletes the other parts", "F86", standing=True),
    _store("delete_fails", "+CMGD answers an error, the message stays", "F96"),
    _store(
        "cmgr_empty", "an empty slot reads as: ok, zero, 321 or error", "F84", ("how", "zero"), standing=True
    ),
    _store("cmgd_error_empty", "deleting an empty slot is an error", "F85", standing=True),
    _store("cmgl_broken", "+CMGL does not work", "F93", standing=True),
    _store("cmgl_wrong_length", "the length counts the service centre too", "F82", standing=True),
    _store("cmgl_truncated", "the last PDU of a listing is cut short", "F82"),
    _store("lower_hex", "PDUs in lower case", "F83", standing=True),
    _store("odd_hex", "a PDU with an odd number of digits", "F83"),
    _store("alpha_missing", "no field between state and length", "F82", standing=True),
    _store("alpha_quotes", "an empty name in quotes between state and length", "F82", standing=True),
    _store("stat_empty", "no state before the length", "F73", standing=True),
    _store("cmti_missing", "no announcement of a stored message", "F92"),
    _store("cmti_twice", "the announcement comes twice", "F96"),
    _store("cmti_bad_index", "the announcement names index -1", "F31"),
    _store("cmti_wrong_memory", "the announcement names another storage", "F33 F88"),
    _store("cmti_extra", "the announcement has more fields", "F31", standing=True),
    _store("routed_anyway", "messages are pushed, although storing was asked for", "F95"),
    _store("duplicate_mt", "the network delivers a message twice", "F96"),
    _store("cpms_2_params", "+CPMS takes two storages, not three", "F89", standing=True),
    _store("cpms_1_param", "+CPMS takes one storage only", "F89", standing=True),
    _store("cpms_refused", "+CPMS cannot be set", "F90", standing=True),
    _store("cpms_query_form", "+CPMS= is answered in the form of +CPMS?", "F89", standing=True),
    _store(
        "cnmi_refused",
        "+CNMI refuses these values (a regular expression)",
        "F94",
        ("modes", ".*"),
        standing=True,
    ),
    _store("csms_stuck", "+CSMS is 1 and stays so: pushed messages want +CNMA", "F77", standing=True),
)
