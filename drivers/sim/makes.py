"""The makes of modems, as they introduce themselves and as they behave (MODEMS 3.4 and 5).

Start-up times are shortened: what takes ten to forty seconds on a table takes tenths of a second here.
"""

from __future__ import annotations

from drivers.sim.profiles import Chatter, Profile

GENERIC = Profile(
    name="generic",
    summary="by the book: 27.005 and 27.007, quick, quiet",
    manufacturer="Simulated",
    model="SIM-1",
    revision="1.0",
)

HUAWEI = Profile(
    name="huawei",
    summary="LTE stick like the E3372: chatter until ^CURC=0, slots from 0, packed USSD",
    manufacturer="huawei",
    model="E3372",
    revision="21.200.07.00.00",
    imei="86123403",
    ati=(
        "Manufacturer: huawei",
        "Model: E3372",
        "Revision: 21.200.07.00.00",
        "IMEI: {imei}",
        "+GCAP: +CGSM,+DS,+ES",
    ),
    gcap="+CGSM,+DS,+ES",
    memories=(("ME", 255), ("SR", 20)),
    cpms_test='("SM","ME"),("SM","ME"),("SM","ME")',
    cnmi_test="(0-2),(0-3),(0,2,3),(0-2),(0,1)",
    boot=((0.0, "^BOOT:35323129,0,0,0,26"), (0.05, "^SIMST:1"), (0.1, "^SRVST:2"), (0.1, "^MODE:17,1")),
    boot_time=0.2,
    chatter=(
        Chatter("^RSSI:18", 2.0, "^CURC=0"),
        Chatter('^HCSQ:"LTE",51,40,130,20', 5.0, "^CURC=0"),
        Chatter("^BOOT:35323129,0,0,0,26", 20.0),
    ),
    latency=0.002,
    unknown="COMMAND NOT SUPPORT",
    cms_always_coded=True,
    card=(
        ("^ICCID?", ("^ICCID: {iccid}",)),
        ("^CPIN?", ("^CPIN: {state},,{puk},{pin},10,3",)),
    ),
    answers=(
        ("^PORTSEL=1", ()),
        ("^CVOICE=0", ()),
        ("^USSDMODE=0", ()),
        ("^U2DIAG=0", ()),
        ("^HCSQ?", ('^HCSQ: "LTE",51,40,130,20',)),
        ("^SYSINFOEX", ('^SYSINFOEX: 2,3,0,1,,6,"LTE",101,"LTE"',)),
        ("^VERSION?", ("^VERSION:EXTS:21.200.07.00.00",)),
    ),
    quirks=("index_base_0",),
    full='^SMMEMFULL: "{memory}"',
    ussd="packed",
    ussd_packed_request=True,
    act=7,
)

ZTE = Profile(
    name="zte",
    summary="3G stick like the MF190: refuses CNMI mode 2, +CDS with an empty field",
    manufacturer="ZTE INCORPORATED",
    model="MF190",
    revision="BD_LAPOSMF190V1.0.0B04",
    imei="86149501",
    ati=(
        "Manufacturer: ZTE INCORPORATED",
        "Model: MF190",
        "Revision: BD_LAPOSMF190V1.0.0B04",
        "IMEI: {imei}",
    ),
    memories=(("ME", 100), ("SR", 10)),
    cnmi_test="(0-2),(0-3),(0,2),(0-2),(0,1)",
    cnmi_refused=("2,.*",),
    boot=((0.05, "+ZUSIMR:2"), (0.1, '+ZPASR:"UMTS"'), (0.1, '+ZDONR:"Simtel",208,99,"CS_PS","ROAM_OFF"')),
    boot_time=0.2,
    chatter=(Chatter("+ZUSIMR:2", 2.0, "+CPMS?"), Chatter('+ZPASR:"UMTS"', 10.0, "+ZOPRT=5")),
    latency=0.002,
    card=(
        ("+ZGETICCID", ("+ZGETICCID: {iccid}",)),
        ("+ZPINPUK=?", ("+ZPINPUK: {pin},{puk}",)),
    ),
    answers=(("+ZCDRUN=8", ("Close autorun state result(0:FAIL 1:SUCCESS):1",)),),
    quirks=("cds_comma",),
    ussd="ucs2",
)

SIM800 = Profile(
    name="sim800",
    summary="2G module on a serial line like the SIM800L: RDY, Call Ready, SMS Ready after a restart",
    manufacturer="SIMCOM_Ltd",
    model="SIMCOM_SIM800L",
    revision="Revision:1418B04SIM800L24",
    imei="86715703",
    ati=("SIM800 R14.18",),
    memories=(("ME", 30), ("SR", 10)),
    cnmi_test="(0-2),(0-3),(0,2),(0-2),(0,1)",
    boot=(
        (0.0, "RDY"),
        (0.01, "+CFUN: 1"),
        (0.02, "+CPIN: READY"),
        (0.1, "Call Ready"),
        (0.12, "SMS Ready"),
    ),
    boot_time=0.2,
    sim_time=0.1,
    vanishes=False,
    latency=0.003,
    cms_always_coded=True,
    card=(
        ("+CCID", ("{iccid}",)),
        ("+SPIC", ("+SPIC: {pin},{puk},3,10",)),
    ),
    answers=(("+CSCLK=0", ()), ("+QSTK=0", ())),
    act=0,
)

A7670 = Profile(
    name="a7670",
    summary="LTE module like the A7670E: *ATREADY, SMS FULL, refuses CNMI 2,2,0,1,0",
    manufacturer="INCORPORATED",
    model="A7670E-LNXY-UBL",
    revision="A110B05A7670M7",
    imei="86482904",
    ati=("Manufacturer: INCORPORATED", "Model: A7670E-LNXY-UBL", "Revision: A110B05A7670M7", "IMEI: {imei}"),
    memories=(("ME", 180), ("SR", 20)),
    cnmi_test="(0-2),(0-3),(0,2),(0-2),(0,1)",
    cnmi_refused=("2,2,0,1,0",),
    boot=((0.0, "*ATREADY: 1"), (0.03, "+CPIN: READY"), (0.1, "SMS DONE"), (0.12, "PB DONE")),
    boot_time=0.3,
    sim_time=0.1,
    latency=0.002,
    cms_always_coded=True,
    card=(
        ("+CICCID", ("+ICCID: {iccid}",)),
        ("+SPIC", ("+SPIC: {pin},{puk},3,10",)),
    ),
    full="SMS FULL",
    act=7,
)

EC25 = Profile(
    name="ec25",
    summary="LTE module like the EC25: stored reports are announced in the wrong storage",
    manufacturer="Quectel",
    model="EC25",
    revision="EC25EFAR06A10M4G",
    imei="86142503",
    ati=("Quectel", "EC25", "Revision: EC25EFAR06A10M4G"),
    memories=(("ME", 255), ("SR", 20)),
    cpms_test='("ME","MT","SM","SR"),("ME","MT","SM","SR"),("ME","MT","SM","SR")',
    preferred="ME",
    cnmi_test="(0-2),(0-3),(0,2),(0-2),(0,1)",
    boot=(
        (0.0, "RDY"),
        (0.01, "+CFUN: 1"),
        (0.02, "+CPIN: READY"),
        (0.03, "+QUSIM: 1"),
        (0.1, "+QIND: SMS DONE"),
        (0.12, "+QIND: PB DONE"),
    ),
    boot_time=0.3,
    sim_time=0.1,
    latency=0.001,
    cms_always_coded=True,
    card=(
        ("+QCCID", ("+QCCID: {iccid}",)),
        ("+CCID", ("+CCID: {iccid}",)),
        ("+QPINC?", ('+QPINC: "SC",{pin},{puk}', '+QPINC: "P2",3,10')),
    ),
    answers=(('+QURCCFG="urcport","usbat"', ()), ("+QSTK=0", ())),
    quirks=("index_base_0", "report_wrong_memory"),
    act=7,
)

TELIT = Profile(
    name="telit",
    summary="3G module like the HE910: #STN lines, a comma too many in CMGD=?",
    manufacturer="Telit",
    model="HE910-D",
    revision="12.00.026",
    imei="35716404",
    ati=("332",),
    memories=(("ME", 100), ("SR", 10)),
    cnmi_test="(0-3),(0-3),(0,2,3),(0-2),(0,1)",
    boot_time=0.2,
    chatter=(Chatter('#STN: 150,1,""', 10.0, "#STIA=0"),),
    latency=0.002,
    cmgd_test="comma",
    card=(
        ("#CCID", ("#CCID: {iccid}",)),
        ("+CCID", ("+CCID: {iccid}",)),
        ("#PCT", ("#PCT: {pin}",)),
    ),
)

CINTERION = Profile(
    name="cinterion",
    summary="module like the BGS5 of Siemens, Cinterion, Thales: ^SYSSTART, no pushed reports",
    manufacturer="Cinterion",
    model="BGS5",
    revision="REVISION 01.100",
    imei="35602206",
    ati=("Cinterion", "BGS5", "REVISION 01.100"),
    memories=(("ME", 25), ("SR", 10)),
    cnmi_test="(0-2),(0-1),(0-3),(0,2),(0-1)",
    boot=((0.0, "^SYSSTART"), (0.05, "+CIEV: prov,0,simtel"), (0.1, "+PBREADY")),
    boot_time=0.2,
    sim_time=0.1,
    vanishes=False,
    latency=0.003,
    cmms=False,
    card=(
        ("^SCID", ("^SCID: {iccid}",)),
        ("+CCID", ("+CCID: {iccid}",)),
        ('^SPIC="SC"', ("^SPIC: {pin}",)),
        ('^SPIC="SC",1', ("^SPIC: {puk}",)),
    ),
    act=0,
)

WAVECOM = Profile(
    name="wavecom",
    summary="2G modem like the M1306B: no OK after CPIN and CPMS, two storages, error 515 at start",
    manufacturer=" WAVECOM MODEM",
    model=" MULTIBAND  900E  1800 ",
    revision="657a09gg.M1306B 1000 020407 18:05",
    imei="33206003",
    ati=(" WAVECOM MODEM", " MULTIBAND  900E  1800 "),
    memories=(("SR", 10), ("BM", 5)),
    cpms_test='(("SM","BM","SR"),("SM"))',
    cnmi_test="(0,2),(0-3),(0-3),(0-2),(0,1)",
    boot=((0.0, "+WIND: 1"), (0.05, "+WIND: 7"), (0.1, "+WIND: 4")),
    boot_time=0.2,
    sim_time=0.2,
    busy_code=515,
    vanishes=False,
    latency=0.005,
    card=(("+CCID", ('+CCID: "{iccid}"',)),),
    quirks=("no_ok_cpin", "no_ok_cpms", "cpms_2_params"),
    act=0,
)

UBLOX = Profile(
    name="ublox",
    summary="module like the SARA-U201: by the book, slow to start",
    manufacturer="u-blox",
    model="SARA-U201",
    revision="23.60",
    imei="35785907",
    ati=("SARA-U201-03B-00",),
    memories=(("ME", 99), ("SR", 20)),
    boot=((0.0, "+AT: READY"), (0.1, "+PBREADY")),
    boot_time=0.4,
    latency=0.002,
    card=(
        ("+CCID", ("+CCID: {iccid}",)),
        ("+UPINCNT", ("+UPINCNT: {pin},3,{puk},10",)),
    ),
)

NOKIA = Profile(
    name="nokia",
    summary="phone like an S60 Nokia: no CNMI, storages not to be chosen, nothing but the basics",
    manufacturer="Nokia",
    model="Nokia N79",
    revision="V ICPR72_08w44.1",
    imei="35269803",
    ati=("Nokia",),
    memories=(),
    cnmi_test="(),(),(),(),()",
    boot_time=0.2,
    latency=0.005,
    cmms=False,
    card=(),
    answers=(("+CPMS=?", ("+CPMS: (),(),()",)), ("+CPMS?", ("+CPMS: ,,,,,,,,",))),
    lacks=frozenset({"+CNMI", "+CMMS", "+CPINR", "+CGREG", "+CEREG", "+CNUM", "+CUSD", "+CSMP", "+CNMA"}),
    quirks=("cpms_refused",),
)

PROFILES: dict[str, Profile] = {
    each.name: each
    for each in (GENERIC, HUAWEI, ZTE, SIM800, A7670, EC25, TELIT, CINTERION, WAVECOM, UBLOX, NOKIA)
}
"""Every make, by name."""


def described() -> str:
    """The list for `--help`, one line each."""
    return "\n".join(f"  {each.name:<12} {each.summary}" for each in PROFILES.values())
