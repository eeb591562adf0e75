"""The right profile for what a modem says it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drivers.at.verdicts.makers import MAKERS
from drivers.vendors import GENERIC, PROFILES, VENDORS, Quirks, choose
from drivers.vendors.quirks import LADDER

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "vendor_strings.json").read_text(encoding="utf-8")
)
VARIANTS = {
    id(quirks): quirks
    for vendor in VENDORS
    for quirks in (vendor.quirks, *(rule.quirks for rule in vendor.rules), *(q for _, q in vendor.usb_ids))
}
ALL = [GENERIC, *VARIANTS.values()]


@pytest.mark.parametrize(("row", "manufacturer", "model", "usb_id", "expected"), VECTORS["rows"])
def test_every_known_modem_gets_its_profile(
    row: int, manufacturer: str, model: str, usb_id: str | None, expected: str
) -> None:
    assert choose(manufacturer, model, usb_id).name == expected


@pytest.mark.parametrize(
    ("manufacturer", "model"),
    [
        ("HUAWEI", "E3372"),
        ('+CGMI: "huawei"', '+CGMM: "E3372"'),
        (" huawei ", "E3372"),
        ("Huawei\r", "e3372"),
    ],
)
def test_spelling_of_the_answer_does_not_matter(manufacturer: str, model: str) -> None:
    assert choose(manufacturer, model) is PROFILES["huawei"]


def test_a_modem_that_says_nothing_is_known_by_its_usb_vendor() -> None:
    assert choose("", "", "12D1:9999").name == "huawei"
    assert choose("", "", "ffff:0001") is GENERIC
    assert choose("", "") is GENERIC


def test_what_a_modem_says_stands_above_its_usb_vendor() -> None:
    assert choose("Telit", "HE910-D", "12d1:1506").name == "telit"


def test_models_with_a_habit_of_their_own() -> None:
    assert "AT^CURC=0" in choose("huawei", "E3372").init
    assert "AT^CURC=0" not in choose("huawei", "E1750").init
    assert "AT^USSDMODE=0" in choose("Vodafone (Huawei)", "K3765").init
    assert not choose("huawei", "K3765").ussd_packed
    assert choose("huawei", "E3372").ussd_packed
    assert choose("huawei", "E352").cpms == ("SM",)
    assert choose("SIMCOM_Ltd", "SIMCOM_SIM800").init == ("AT+CSCLK=0",)
    assert choose("SIMCOM_Ltd", "SIMCOM_SIM800").submit_timeout == 60.0
    assert choose("SIMCOM_Ltd", "SIMCOM_SIM300D").ussd_packed
    assert choose("SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H").reset_command == "AT+CRESET"
    assert choose("Quectel_Ltd", "Quectel_M35").ready_lines == ("Call Ready", "SMS Ready")
    assert choose("Nokia", "CS-17").pdu_chunk == 18
    assert choose("Telit", "GE865-QUAD").inter_command_ms == 20
    assert choose("D-Link", "DWM-156").sr_memory == "SR"


def test_the_generic_profile_costs_nothing() -> None:
    assert GENERIC.init == ()
    assert GENERIC.cnmi == LADDER
    assert not GENERIC.needs_sms_ready
    assert not GENERIC.resend_cmgf
    assert not GENERIC.cmms
    assert GENERIC.submit_timeout is None
    delays = (
        GENERIC.settle_after_reset_s,
        GENERIC.inter_command_ms,
        GENERIC.inter_byte_ms,
        GENERIC.ctrlz_delay_ms,
        GENERIC.pdu_chunk,
    )
    assert delays == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("quirks", ALL, ids=lambda quirks: quirks.name)
def test_ladders_never_route_a_message_past_the_storage(quirks: Quirks) -> None:
    assert len(set(quirks.cnmi)) == len(quirks.cnmi)
    for rung in quirks.cnmi:
        mode, mt, bm, ds, bfr = (int(number) for number in rung.split(","))
        assert mode in (1, 2, 3)
        assert mt in (0, 1), "mt 2 and 3 lose a message when the daemon dies (MODEMS F95)"
        assert ds in (0, 1, 2)
        assert bm == 0 or quirks.name == "novatel"
        assert bfr == 0 or quirks.name == "cinterion"


@pytest.mark.parametrize("quirks", ALL, ids=lambda quirks: quirks.name)
def test_ladders_end_without_reports_and_begin_as_the_profile_wants_them(quirks: Quirks) -> None:
    if not quirks.cnmi:
        assert quirks.reports == "none"
        return
    wanted = {"push": "1", "store": "2", "none": "0"}[quirks.reports]
    assert quirks.cnmi[0].split(",")[3] == wanted
    assert quirks.cnmi[-1].split(",")[3] == "0"


@pytest.mark.parametrize("quirks", ALL, ids=lambda quirks: quirks.name)
def test_values_are_in_range(quirks: Quirks) -> None:
    assert set(quirks.cpms) <= {"ME", "SM", "MT"}
    assert all(command.startswith("AT") for command in (*quirks.init, *quirks.iccid_commands))
    assert quirks.reset_command.startswith("AT")
    assert "\r" not in "".join((*quirks.init, *quirks.iccid_commands, quirks.reset_command))
    assert not {"ATZ", "AT&F", "ATE1"} & set(quirks.init), "they load somebody else's settings (3.2)"
    assert quirks.csms in (0, None)
    assert 0 <= quirks.inter_command_ms <= 100
    assert quirks.submit_timeout is None or 45 <= quirks.submit_timeout <= 300
    assert quirks.ready_lines or not quirks.needs_sms_ready
    assert quirks.error_table == "generic" or quirks.error_table in MAKERS


def test_only_two_makers_have_an_error_table() -> None:
    tables = {
        name: quirks.error_table for name, quirks in PROFILES.items() if quirks.error_table != "generic"
    }
    assert tables == {"cinterion": "siemens", "wavecom": "wavecom"}


def test_no_rule_fits_everything() -> None:
    for vendor in VENDORS:
        for rule in vendor.rules:
            assert rule.manufacturer or rule.model
            assert not rule.matches("", "")
            assert rule.quirks.name == vendor.quirks.name


def test_a_usb_identity_belongs_to_one_maker() -> None:
    vids = [vid for vendor in VENDORS for vid in vendor.usb_vendors]
    ids = [usb_id for vendor in VENDORS for usb_id, _ in vendor.usb_ids]
    assert len(vids) == len(set(vids))
    assert len(ids) == len(set(ids))
    assert not {usb_id[:4] for usb_id in ids} & set(vids)
