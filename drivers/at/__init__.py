"""The AT language without I/O: octets in, events out (TS 27.005, TS 27.007, V.250).

lines       octets to lines and prompts          grammar    names, fields, final results
urc         the table of unsolicited codes       news       codes that go on over several lines
states      where a conversation can stand       session    which line is what
exchange    the command in flight                conversation  what replies do to it
fence       finding step again                   late       sends whose answer may still come
replies     what the answers mean                codes      what the errors mean
"""

from __future__ import annotations
