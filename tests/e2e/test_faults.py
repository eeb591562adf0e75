"""Every modem has its own fault: all messages go once and arrive, all answers are stored once.

Each test runs one daemon with as many modems as its row of the matrix has faults. Faults after which something
is rightly unknown, undelivered or late have tests of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm
from drivers.sim.catalogue import FAULTS

if TYPE_CHECKING:
    from tests.e2e.conftest import House

pytestmark = pytest.mark.campaign
"""Dozens of modems that misbehave at once: `make campaign` runs it, apart from the quick checks."""

MATRIX = {
    "line ends": "chunked crcrlf lf_only cr_only extra_crlf no_space final_glued",
    "bytes and echo": "nul_burst garbage xon_xoff lost_chars echo_stuck_on echo_stuck_off echo_returns echo_late",
    "results": "echo_body settings_lost drop_answer late_answer drop_final stray_ok bare_ok bare_error",
    "more results": "cme_error command_not_support first_lost gap_needed text_error no_ok_cpin no_ok_cpms",
    "chatter": "urc_before_echo urc_after_echo urc_in_answer urc_in_listing urc_in_prompt urc_before_cmgs ring",
    "more chatter": "urc_after_ok urc_same_prefix torn_push chatter curc_mutes csq_99 creg_malformed",
    "prompt": "prompt_none prompt_double prompt_no_space prompt_crlf prompt_late prompt_left_open esc_deaf",
    "send": "no_cmgs_line no_answer_cmgs no_ok_cmgs cmgs_scts abort_on_byte duplicate_197 long_pdu_hangs",
    "references": "reference_zero reference_minus reference_from_pdu report_before_cmgs report_pending",
    "reports": "report_twice report_national report_other_smsc report_wrong_memory report_as_message cds_comma",
    "storage": "sr_unlistable index_base_0 full_urc stored_outgoing delete_siblings delete_fails cmgr_empty",
    "listings": "cmgd_error_empty cmgl_broken cmgl_wrong_length cmgl_truncated lower_hex odd_hex alpha_missing",
    "announcements": "alpha_quotes stat_empty cmti_twice cmti_bad_index cmti_wrong_memory cmti_extra",
    "reception": "routed_anyway duplicate_mt cpms_2_params cpms_1_param cpms_refused cpms_query_form cnmi_refused",
    "life": "cpin_quoted sim_swap unplug_idle reboot_idle second_client unread_lost",
}
SECOND_TIME = ("bytes", "results", "chatter", "prompt", "send")
"""Kinds that strike at the second opportunity: the first message goes well, and one comes after it."""
PARAMETERS: dict[str, dict[str, float]] = {
    "unplug_idle": {"back": 0.5},
    "late_answer": {"after": 1.0},
    "second_client": {"period": 5.0},
    "settings_lost": {"times": 1},  # at once: while idle, nobody would notice for half a minute
}
FORGETFUL = ("settings_lost", "sim_swap", "unplug_idle", "reboot_idle", "second_client")
"""A report that comes while the modem has lost its settings, or is away, is lost: sent is all that is known."""
STORY = "Alors, voilà ce qui s'est passé avec ma livraison. " * 6
MESSAGES = 3


def arm(world: Farm, place: int, name: str) -> None:
    fault = FAULTS[name]
    when: dict[str, float] = (
        {} if fault.standing else {"nth": 2} if fault.kind in SECOND_TIME else {"times": 1}
    )
    world.modem(place).arm(name, **(when | PARAMETERS.get(name, {})))


@pytest.mark.parametrize("row", MATRIX)
def test_nothing_is_lost_and_nothing_is_doubled(
    farm: Callable[..., Farm], gateway: Callable[..., House], row: str
) -> None:
    faults = MATRIX[row].split()
    world = farm(len(faults), submit_time=0.05)
    house = gateway(world, submit_timeout="2s", command_timeout="2s").start()
    for place, name in enumerate(faults):
        arm(world, place, name)
    for place, name in enumerate(faults):
        for turn in range(MESSAGES):
            house.insert(f"+3361{place:02d}{turn:02d}567", f"{name} {turn}", modem=f"sim{place + 1}")
        world.network.deliver(f"sim{place + 1}", "+33687654321", f"court {name}")
        world.network.deliver(f"sim{place + 1}", "+33687654322", f"{name}: {STORY}")

    def undelivered() -> list[tuple[str, str, str]]:
        rows = house.rows("SELECT body, state, reason FROM outbox WHERE state <> 'delivered'")
        found = [(row["body"], row["state"], row["reason"]) for row in rows]
        return [each for each in found if each[1] != "sent" or not each[0].startswith(FORGETFUL)]

    house.wait(lambda: not undelivered(), lambda: f"all delivered; not so: {undelivered()}", within=40)
    expected = Counter({text: 1 for name in faults for text in (f"court {name}", f"{name}: {STORY}")})
    inbox = Counter[str]()

    def received() -> bool:
        nonlocal inbox
        inbox = Counter(row["body"] for row in house.rows("SELECT body FROM inbox"))
        return not expected - inbox

    house.wait(received, lambda: f"all received; missing: {[text[:40] for text in expected - inbox]}")
    old = {text for text in inbox if text.startswith(("vieux message", "brouillon"))}
    assert Counter({text: count for text, count in inbox.items() if text not in old}) == expected
    house.check_truth(world)
    assert house.stop() == 0
    assert "Traceback" not in house.log_text()
