CREATE TABLE canary (
    -- Messages from one SIM of ours to another, which show that both still work.
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id   INTEGER REFERENCES outbox (id) ON DELETE SET NULL,
    token        TEXT NOT NULL UNIQUE,
    sender       TEXT NOT NULL,            -- modem
    receiver     TEXT NOT NULL,            -- modem
    sender_sim   TEXT NOT NULL,            -- IMSI
    receiver_sim TEXT NOT NULL,            -- IMSI
    at           TEXT NOT NULL,
    state        TEXT NOT NULL DEFAULT 'flying',
    reported     INTEGER NOT NULL DEFAULT 0,
    arrived_at   TEXT,
    CONSTRAINT "state is unknown to the gateway" CHECK (state IN ('flying', 'passed', 'late', 'lost', 'void')),
    CONSTRAINT "reported is 0 or 1" CHECK (reported IN (0, 1))
) STRICT;

CREATE INDEX canary_flying ON canary (state) WHERE state = 'flying';
