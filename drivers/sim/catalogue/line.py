"""Faults of the line: bytes, echo, results, unsolicited codes, prompt (MODEMS 1.A to 1.C)."""

from __future__ import annotations

from drivers.sim.faults import Kind, Value

_URC: tuple[str, Value] = ("text", "^RSSI:18")

_bytes = Kind("bytes", standing=True)
_echo = Kind("echo", standing=True)
_result = Kind("results")
_lasting = Kind("results", standing=True)
_chatter = Kind("chatter")
_prompt = Kind("prompt")

FAULTS = (
    _bytes("chunked", "everything comes byte by byte, with a gap (s)", "F06", ("gap", 0.0005)),
    _bytes("crcrlf", "lines end with CR CR LF", "F02"),
    _bytes("lf_only", "lines end with LF alone", "F03"),
    _bytes("cr_only", "lines end with CR alone", "F03"),
    _bytes("extra_crlf", "doubled line ends, empty lines between", "F03"),
    _bytes("no_space", "no space after the colon of an answer", "F19"),
    _bytes("final_glued", "the final result follows without a line end before it", "F04", standing=False),
    _bytes("nul_burst", "NUL bytes before the text", "F18", ("count", 3), standing=False),
    _bytes("garbage", "bytes that are no ASCII before the text", "F18", ("count", 8), standing=False),
    _bytes("xon_xoff", "XON and XOFF bytes around the text", "F128", standing=False),
    _bytes("lost_chars", "characters of the answer get lost", "F20", ("count", 1), standing=False),
    _bytes("lost_input", "characters of the command get lost", "F20", ("count", 1), standing=False),
    _echo("echo_stuck_on", "echo, whatever ATE0 says", "F14"),
    _echo("echo_stuck_off", "no echo, whatever ATE1 says", "F14"),
    _echo("echo_returns", "echo turns itself on again", "F13", standing=False),
    _echo("echo_late", "the end of the echo comes late (s)", "F13", ("after", 0.05), standing=False),
    _echo("echo_body", "the PDU is echoed after the prompt, also under ATE0", "F36"),
    _echo(
        "settings_lost",
        "all settings fall back without a word: echo, +CMEE, +CNMI; +CMGF becomes the given value",
        "F08 F45",
        ("cmgf", 1),
        standing=False,
    ),
    _result("drop_answer", "the answer is missing altogether", "F12 F61"),
    _result("late_answer", "the answer comes late (s)", "F12", ("after", 1.0)),
    _result("drop_final", "the final result is missing", "F10"),
    _result("stray_ok", "an OK of some earlier command comes first", "F12"),
    _result("bare_ok", "OK without the line that it should follow", "F11"),
    _result("bare_error", "ERROR without a code, although +CMEE=1", "F08"),
    _result("cme_error", "+CME ERROR with a code", "F58", ("code", 100)),
    _result("command_not_support", "COMMAND NOT SUPPORT instead of a result", "F07"),
    _result("hang", "the command hangs, and the interpreter with it (s)", "F17", ("seconds", 3600.0)),
    _result("first_lost", "the first command after a silence (s) is not heard", "F15", ("idle", 0.0)),
    _result("gap_needed", "a command too soon after a result (s) is not heard", "F16", ("gap", 0.02)),
    _lasting("text_error", "errors as text, although +CMEE=1", "F07"),
    _lasting("numeric_results", "results as numbers, as after ATV0", "F09"),
    _lasting("no_ok_cpin", "no OK after +CPIN", "F10"),
    _lasting("no_ok_cpms", "no OK after +CPMS", "F10"),
    _lasting(
        "busy_for",
        "the SIM is busy for a while (s): 14 and 314, or 515",
        "F58 F59",
        ("seconds", 2.0),
        ("code", 14),
    ),
    _lasting("dead", "it says nothing at all", "F61"),
    _chatter("urc_before_echo", "an unsolicited line before the echo", "F24", _URC),
    _chatter("urc_after_echo", "an unsolicited line between echo and answer", "F24", _URC),
    _chatter("urc_in_answer", "an unsolicited line between answer and result", "F25", _URC),
    _chatter("urc_in_listing", "an unsolicited line between a header and its PDU", "F25", _URC),
    _chatter("urc_in_prompt", "an unsolicited line right after the prompt", "F41", _URC),
    _chatter("urc_before_cmgs", "an unsolicited line between Ctrl-Z and +CMGS", "F41", _URC),
    _chatter("urc_after_ok", "an unsolicited line in one write with the result", "F05", _URC),
    _chatter("urc_same_prefix", "an unsolicited line that looks like the answer (+CREG: 2)", "F26"),
    _chatter("torn_push", "an unsolicited line between +CMT or +CDS and its PDU", "F30", _URC),
    _chatter("chatter", "a line again and again, every period (s)", "F27 F28", ("period", 1.0), _URC),
    _chatter(
        "curc_mutes",
        "the command that silences the chatter silences +CMTI and +CDS too",
        "F27",
        standing=True,
    ),
    _chatter(
        "ring",
        "somebody calls (s after arming)",
        "F29",
        ("after", 0.0),
        ("number", "+33698765432"),
        ("rings", 3),
    ),
    _prompt("prompt_no_space", "the prompt is > without its space", "F35", standing=True),
    _prompt("prompt_crlf", "the prompt is a line of its own", "F35", standing=True),
    _prompt("prompt_none", "the prompt is not shown, although the modem waits for the body", "F37"),
    _prompt("prompt_double", "the prompt comes twice", "F36"),
    _prompt("prompt_late", "the prompt comes late (s)", "F37", ("after", 1.0)),
    _prompt("prompt_refused", "an error instead of the prompt", "F43", ("code", 302)),
    _prompt("prompt_left_open", "a prompt that somebody abandoned is open", "F38"),
    _prompt(
        "esc_answer",
        "what ESC is answered: ERROR, OK, or nothing (none)",
        "F39",
        ("text", "ERROR"),
        standing=True,
    ),
    _prompt("esc_deaf", "ESC does not end the prompt", "F39"),
    _prompt("ctrlz_lost", "Ctrl-Z is swallowed, the prompt stays open", "F40"),
)
