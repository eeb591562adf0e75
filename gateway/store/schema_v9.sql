CREATE TABLE canary_number (
    -- Whether the number that a SIM is said to have is its own: a stranger must not get canaries for ever.
    sim     TEXT NOT NULL,              -- IMSI of the SIM that should have received them
    number  TEXT NOT NULL,              -- E.164, as configured or as the SIM told
    arrived INTEGER NOT NULL DEFAULT 0, -- canaries that came to the SIM: it is
    lost    INTEGER NOT NULL DEFAULT 0, -- canaries that did not
    told    INTEGER NOT NULL DEFAULT 0, -- 1: an alert asks an operator to look
    PRIMARY KEY (sim, number),
    CONSTRAINT "told is 0 or 1" CHECK (told IN (0, 1))
) STRICT, WITHOUT ROWID;
