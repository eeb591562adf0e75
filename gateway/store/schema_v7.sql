-- Whether a modem counts the parts of which nobody knows what became: see gateway/counting.py.

CREATE TABLE reference_seen (
    sim     TEXT NOT NULL,              -- IMSI
    imei    TEXT NOT NULL,              -- the modem that counted
    kind    TEXT NOT NULL,              -- silence, or the code that the modem said: cms_332
    counted INTEGER NOT NULL DEFAULT 0, -- unknown parts that left a gap
    missed  INTEGER NOT NULL DEFAULT 0, -- unknown parts that the network had and that left none
    PRIMARY KEY (sim, imei, kind)
) STRICT, WITHOUT ROWID;
