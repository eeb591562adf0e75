"""Simulated modems on real ptys, each with a SIM, on one network, with people who answer.

The demo, the tests, the benchmarks, rehearsals and foreign programs use it. It imports nothing of the rest of
the project: what it says about a message is a second opinion.

    from drivers import sim

    setup = sim.Setup(
        modems=[sim.ModemSetup(name="m0", profile="huawei", submit_time=0.05, faults=["late_cmgs=2,nth=3"])],
        handsets=[sim.Handset(number="+33612345678", rules=(sim.Rule("0 à 10", "9", delay=0.1),))],
        directory=tmp,
        seed=1,
    )
    with sim.start(setup) as farm:
        farm.modem("m0").path                           # the stable link, for any program
        farm.network.accepted                           # every part that the network took: the ground truth
        farm.network.messages(), farm.network.texts()   # joined, as people read them
        farm.network.wait(lambda network: network.accepted, timeout=5.0)
        farm.network.deliver("m0", "+33612345678", "Très bien 😀", order="reversed", copies=2)
        farm.network.phone("+33612345678").received     # also .switch(False), .say("m0", "bonjour")
        farm.modem("m0").arm("vanish_before_cmgs", back=0.5, accepted=True, nth=1)
        farm.modem("m0").unplug(), farm.modem("m0").plug()
        farm.modem("m0").timings                        # the modem's own seconds of each submission
        farm.log                                        # what happened, in order

`start(count=2)` gives plain modems. `open_port("sim:submit=200ms,answers=yes")` gives one for a `sim:` port.
`python -m drivers.sim --help` lists makes and faults; `drivers.sim.catalogue.FAULTS` has them as values,
`drivers.sim.makes.PROFILES` the makes; `drivers.sim.control` is for another process.

**Time.** Everything is in seconds of the monotonic clock and happens on one thread. `Accepted.at` is the moment when
the network took a part, which is `submit_time` after Ctrl-Z, whatever the modem says about it and when.

**References.** Each SIM counts 0 to 255 and starts again; it keeps counting in another modem. A part is in
`accepted` once for each time that the network took it: a message sent twice is there twice.

**Not simulated**
- *Radio.* No cells, no fading, no hand-over; a message either passes or is refused. Submission times are drawn,
  not computed. Nothing is delivered while a modem transmits, because nothing collides.
- *Lines.* A pty has no baud rate, no parity, no DTR, RTS or CTS, no flow control and no limit of speed. `AT&D2`, `+IPR`
  and `+IFC` are accepted and do nothing. Opening and closing never block, and USB ids, interfaces and /dev/serial links
  do not exist.
- *Start-up.* What takes ten to forty seconds on a table takes tenths of a second here; so do redelivery and rings.
- *AT.* No data calls, no voice beyond ringing, no phone book, no STK, no CMUX, no cell broadcast, no `+CMGC`, no
  `+CSAS`. `+CNMI` buffers nothing in mode 0; `bm` and `bfr` have no effect. Text mode knows one part at a time.
- *PDUs.* No compression, no Indian language tables, no SMS-COMMAND, no EMS or ports; national tables are read, not
  written. A phone gets a message as text alone: class, replacement types and indications have no effect there.
- *Networks.* One operator, one service centre, no roaming rules, no number portability, no filters but those armed.
  Reply paths and duplicate rejection (TP-RD) are ignored.
- *Clocks.* The service centre's zone is fixed; it has no daylight saving.
"""

from __future__ import annotations

from drivers.sim.card import Sim
from drivers.sim.farm import Farm, open_port, start
from drivers.sim.handsets import Handset, Reply, Rule, chatty, gibberish, polite, stopper, twice
from drivers.sim.modem import Modem
from drivers.sim.records import Accepted, Delivered, Entry, Incoming, Message, Timing
from drivers.sim.setup import ModemSetup, Setup

__all__ = [
    "Accepted",
    "Delivered",
    "Entry",
    "Farm",
    "Handset",
    "Incoming",
    "Message",
    "Modem",
    "ModemSetup",
    "Reply",
    "Rule",
    "Setup",
    "Sim",
    "Timing",
    "chatty",
    "gibberish",
    "open_port",
    "polite",
    "start",
    "stopper",
    "twice",
]
