-- The first schema. Times are UTC text with milliseconds; applications see outbox, inbox and event.
-- The names of the constraints are sentences, because SQLite shows them to whoever breaks one.
-- The rules of the outbox (what an INSERT may hold, which state follows which, events) are in triggers.py.

CREATE TABLE lane (
    -- Which modems may carry a message, and which should. Few rows; the claim asks lane by lane, so that
    -- a campaign that waits for one SIM never stands in the way of messages that another could send.
    id      INTEGER PRIMARY KEY,
    modems  TEXT NOT NULL,              -- names, sorted, comma between; '' : none configured can serve it
    prefer  TEXT,                       -- the modem that should, where there is one
    binding INTEGER NOT NULL DEFAULT 0, -- 1: it waits for `prefer`, moved only when that SIM is long out
    UNIQUE (modems, prefer, binding)
) STRICT;

CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient    TEXT NOT NULL,
    body         TEXT NOT NULL,
    category     TEXT NOT NULL DEFAULT 'service',
    priority     INTEGER NOT NULL DEFAULT 5,
    not_before   TEXT,
    expires_at   TEXT,
    modem        TEXT,
    dedupe_key   TEXT UNIQUE,
    campaign     TEXT,
    context      TEXT,
    report       INTEGER NOT NULL DEFAULT 1,
    flash        INTEGER NOT NULL DEFAULT 0,
    on_unknown   TEXT,
    -- written by the daemon
    state        TEXT NOT NULL DEFAULT 'queued',
    reason       TEXT,
    attempts     INTEGER NOT NULL DEFAULT 0,
    parts        INTEGER,
    modem_used   TEXT,
    created_at   TEXT,
    updated_at   TEXT,
    sent_at      TEXT,
    delivered_at TEXT,
    -- the daemon's own: how it finds the row again
    number       TEXT,                       -- E.164, NULL until admitted
    lane         INTEGER REFERENCES lane (id),
    rank         INTEGER,                    -- 0: inside a running conversation; else priority + 1
    due_at       TEXT,                       -- not before this; NULL: now
    ready        INTEGER NOT NULL DEFAULT 0, -- 1: due, and in the index that the claim reads
    concat_reference INTEGER,                -- of a long message, once its first part was attempted
    sim          TEXT,                       -- IMSI that the parts went through, once one was accepted or is unknown
    CONSTRAINT "body is empty"
        CHECK (body <> '' OR state NOT IN ('queued', 'sending', 'unknown')), -- retention takes the texts of the others
    CONSTRAINT "category is unknown" CHECK (category IN ('service', 'commercial', 'survey', 'ack', 'staff')),
    CONSTRAINT "priority is 0 (first) to 9 (last)" CHECK (priority BETWEEN 0 AND 9),
    CONSTRAINT "context is not JSON" CHECK (context IS NULL OR json_valid(context)),
    CONSTRAINT "report is 0 or 1" CHECK (report IN (0, 1)),
    CONSTRAINT "flash is 0 or 1" CHECK (flash IN (0, 1)),
    CONSTRAINT "on_unknown is hold, resend or fail" CHECK (on_unknown IN ('hold', 'resend', 'fail')),
    CONSTRAINT "state is unknown to the gateway"
        CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'unknown', 'expired',
                         'refused', 'cancelled')),
    CONSTRAINT "attempts are counted from 0" CHECK (attempts >= 0),
    CONSTRAINT "parts are counted from 1" CHECK (parts > 0),
    CONSTRAINT "concat_reference is 0 to 255" CHECK (concat_reference BETWEEN 0 AND 255),
    CONSTRAINT "a ready message has a number, a lane and a rank"
        CHECK (ready = 0 OR (ready = 1 AND number IS NOT NULL AND lane IS NOT NULL AND rank IS NOT NULL)),
    CONSTRAINT "what was sent has sent_at" CHECK (state NOT IN ('sent', 'delivered', 'undelivered') OR sent_at IS NOT NULL),
    CONSTRAINT "delivered_at is of delivered messages" CHECK ((delivered_at IS NOT NULL) = (state = 'delivered'))
) STRICT;

CREATE INDEX outbox_new      ON outbox (priority, id) WHERE state = 'queued' AND number IS NULL;
CREATE INDEX outbox_waiting ON outbox (due_at)       WHERE state = 'queued' AND ready = 0 AND number IS NOT NULL;
CREATE INDEX outbox_ready   ON outbox (lane, rank, id) WHERE state = 'queued' AND ready = 1;
CREATE INDEX outbox_expires ON outbox (expires_at)   WHERE state = 'queued' AND expires_at IS NOT NULL;
CREATE INDEX outbox_open    ON outbox (state)        WHERE state IN ('sending', 'unknown');
CREATE INDEX outbox_number  ON outbox (number, id);
CREATE INDEX outbox_campaign ON outbox (campaign)    WHERE campaign IS NOT NULL;

CREATE TABLE outbox_total (
    -- How many messages are in each state, kept by triggers: a status line costs nothing at a million rows.
    state    TEXT PRIMARY KEY,
    messages INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

INSERT INTO outbox_total (state)
VALUES ('queued'), ('sending'), ('sent'), ('delivered'), ('undelivered'), ('failed'), ('unknown'), ('expired'),
       ('refused'), ('cancelled');

CREATE TABLE own_message (
    -- Rows of the reserved categories that the gateway wrote itself; one without is refused.
    message_id INTEGER PRIMARY KEY REFERENCES outbox (id) ON DELETE CASCADE,
    inbox_id   INTEGER,
    actor      TEXT
) STRICT;

CREATE TABLE part (
    message_id INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    sequence   INTEGER NOT NULL,            -- 1 to the total
    state      TEXT NOT NULL DEFAULT 'waiting',
    attempt_id INTEGER,                     -- the latest
    PRIMARY KEY (message_id, sequence),
    CONSTRAINT "parts are counted from 1" CHECK (sequence > 0),
    CONSTRAINT "part state is unknown to the gateway"
        CHECK (state IN ('waiting', 'submitting', 'accepted', 'unknown', 'failed', 'delivered', 'undelivered'))
) STRICT, WITHOUT ROWID;

CREATE TABLE attempt (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id  INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    sequence    INTEGER NOT NULL,
    modem       TEXT NOT NULL,
    sim         TEXT NOT NULL,              -- IMSI
    number      TEXT NOT NULL,              -- the recipient, E.164
    at          TEXT NOT NULL,              -- intent committed
    ended_at    TEXT,
    outcome     TEXT NOT NULL DEFAULT 'submitting',
    reference   INTEGER,                    -- TP-MR as the modem gave it
    code        TEXT,                       -- cms_38
    detail      TEXT,
    seconds     REAL,                       -- Ctrl-Z to +CMGS
    -- the status report
    status      INTEGER,                    -- latest TP-Status
    status_at   TEXT,
    scts        TEXT,                       -- service-centre time stamp of the submission, from its report
    closed      INTEGER NOT NULL DEFAULT 0, -- 1: a final report came, or none is awaited any more
    CONSTRAINT "outcome is unknown to the gateway"
        CHECK (outcome IN ('submitting', 'accepted', 'refused', 'not_sent', 'unknown')),
    CONSTRAINT "an attempt that ended has ended_at" CHECK ((ended_at IS NULL) = (outcome = 'submitting')),
    CONSTRAINT "reference is 0 to 255" CHECK (reference BETWEEN 0 AND 255),
    CONSTRAINT "closed is 0 or 1" CHECK (closed IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX attempt_one_a_modem ON attempt (modem) WHERE outcome = 'submitting';
CREATE INDEX attempt_message ON attempt (message_id, sequence);
CREATE INDEX attempt_number  ON attempt (sim, number, at); -- how a status report finds its submission

CREATE TABLE report (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    sim          TEXT NOT NULL,
    modem        TEXT NOT NULL,
    number       TEXT NOT NULL,
    reference    INTEGER NOT NULL,
    status       INTEGER NOT NULL,
    scts         TEXT,
    discharge    TEXT,
    received_at  TEXT NOT NULL,
    pdu          TEXT NOT NULL,
    attempt_id   INTEGER REFERENCES attempt (id) ON DELETE SET NULL, -- NULL: matches nothing yet
    UNIQUE (sim, pdu)
) STRICT;

CREATE INDEX report_attempt ON report (attempt_id);
CREATE INDEX report_orphan  ON report (sim, id) WHERE attempt_id IS NULL;

CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    modem       TEXT NOT NULL,
    sim         TEXT,
    sender      TEXT NOT NULL,
    body        TEXT NOT NULL,
    sent_at     TEXT,
    received_at TEXT NOT NULL,
    parts       INTEGER NOT NULL DEFAULT 1,
    complete    INTEGER NOT NULL DEFAULT 1,
    kind        TEXT NOT NULL DEFAULT 'unmatched',
    session_id  INTEGER,
    question    TEXT,
    raw         TEXT NOT NULL,
    handled_at  TEXT,
    -- more than the contract
    imsi        TEXT,
    duplicates  INTEGER NOT NULL DEFAULT 0, -- how often the same PDU came again
    reply_to    INTEGER                     -- the outgoing message that it seems to answer
) STRICT;

CREATE INDEX inbox_sender ON inbox (sender, id);

CREATE TABLE inbound_part (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    imsi        TEXT NOT NULL,
    modem       TEXT NOT NULL,
    sender      TEXT NOT NULL,
    reference   INTEGER,                    -- NULL: a message of one part
    wide        INTEGER NOT NULL DEFAULT 0,
    total       INTEGER NOT NULL DEFAULT 1,
    sequence    INTEGER NOT NULL DEFAULT 1,
    scts        TEXT,
    received_at TEXT NOT NULL,
    text        TEXT,                       -- may hold a lone surrogate as \uXXXX in JSON form
    pdu         TEXT NOT NULL,
    fingerprint TEXT NOT NULL,              -- of SIM, sender, time stamp and content: a PDU read twice is one row
    robot       INTEGER NOT NULL DEFAULT 0, -- 1: from a name, a short code, a service; or not meant for people
    first_id    INTEGER,                    -- the part that opened the message: those of one message share it
    inbox_id    INTEGER REFERENCES inbox (id) ON DELETE CASCADE,
    UNIQUE (imsi, fingerprint)
) STRICT;

CREATE INDEX inbound_key   ON inbound_part (imsi, sender, reference, total) WHERE reference IS NOT NULL;
CREATE INDEX inbound_open  ON inbound_part (first_id) WHERE inbox_id IS NULL;
CREATE INDEX inbound_inbox ON inbound_part (inbox_id);

CREATE TABLE sim (
    imsi       TEXT PRIMARY KEY,
    iccid      TEXT NOT NULL DEFAULT '',
    number     TEXT NOT NULL DEFAULT '',
    modem      TEXT,                        -- where it was last seen
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    last_reference INTEGER,                 -- the modem's counter as last seen
    clock_offset REAL                       -- seconds, service centre minus ours, learnt from reports
) STRICT;

CREATE TABLE air (
    -- One row a part put on air: what the throttle counts. Pruned when no window needs it.
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    sim    TEXT NOT NULL,
    number TEXT NOT NULL,
    at     TEXT NOT NULL
) STRICT;

CREATE INDEX air_sim ON air (sim, at);

CREATE TABLE correspondent (
    -- Distinct recipients of a SIM in a calendar month of the gateway's zone.
    sim    TEXT NOT NULL,
    month  TEXT NOT NULL,                   -- 2026-11
    number TEXT NOT NULL,
    PRIMARY KEY (sim, month, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation (
    -- The SIM that last talked with a customer, in either direction, and the concatenation counter.
    number TEXT NOT NULL,
    sim    TEXT NOT NULL,
    at     TEXT NOT NULL,
    concat_reference INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (number, sim)
) STRICT, WITHOUT ROWID;

CREATE TABLE pin_refused (
    sim TEXT PRIMARY KEY,                   -- ICCID, or IMEI where the SIM does not tell
    at  TEXT NOT NULL
) STRICT;

CREATE TABLE modem_state (
    name    TEXT PRIMARY KEY,
    paused  INTEGER NOT NULL DEFAULT 0,
    state   TEXT NOT NULL DEFAULT 'unseen',
    reason  TEXT,
    imsi    TEXT,
    detail  TEXT,                           -- JSON: identity and health as last seen
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,                 -- 'paused'; 'pruning' and 'dedupe:…' are the triggers' own
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE event_log (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         TEXT NOT NULL,
    kind       TEXT NOT NULL,
    message_id INTEGER,
    inbox_id   INTEGER,
    session_id INTEGER,
    modem      TEXT,
    detail     TEXT NOT NULL DEFAULT '{}',
    CONSTRAINT "detail is not JSON" CHECK (json_valid(detail))
) STRICT;

CREATE INDEX event_message ON event_log (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX event_inbox   ON event_log (inbox_id)   WHERE inbox_id IS NOT NULL;
CREATE INDEX event_at      ON event_log (at);

CREATE VIEW event AS
    SELECT id, at, kind, message_id, inbox_id, session_id, modem, detail FROM event_log;
