-- People: who they are, what they agreed and objected to, and what a person of ours has to look at.

CREATE TABLE contact (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    phone         TEXT UNIQUE,              -- E.164; NULL once erased
    phone_hash    TEXT NOT NULL UNIQUE,     -- HMAC of it under the key beside the database: outlives the erasure
    first_name    TEXT,
    last_name     TEXT,
    ext_refs      TEXT,                     -- JSON list: several of the operator's own ids may share one phone
    lang          TEXT,
    tz            TEXT,                     -- where the person lives, if it is known better than by the number
    state         TEXT NOT NULL DEFAULT 'active',
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL,
    last_inbound_at TEXT,
    CONSTRAINT "contact state is unknown to the gateway" CHECK (state IN ('active', 'disputed', 'erased')),
    CONSTRAINT "an erased contact has no phone" CHECK (state <> 'erased' OR phone IS NULL),
    CONSTRAINT "ext_refs is not JSON" CHECK (ext_refs IS NULL OR json_valid(ext_refs))
) STRICT;

CREATE TABLE consent_event (
    -- The ledger: append-only, each row chained to the one before by its hash. Triggers forbid changes.
    id          INTEGER PRIMARY KEY,
    phone_hash  TEXT NOT NULL,
    category    TEXT NOT NULL,              -- commercial, survey, service
    action      TEXT NOT NULL,
    basis       TEXT,
    source      TEXT NOT NULL,
    evidence    TEXT NOT NULL,              -- JSON
    actor       TEXT NOT NULL,
    at          TEXT NOT NULL,              -- when the person acted
    recorded_at TEXT NOT NULL,
    prev_hash   TEXT NOT NULL,
    hash        TEXT NOT NULL UNIQUE,
    forgotten   INTEGER NOT NULL DEFAULT 0, -- 1: its retention ended; the content is gone, the link of the chain stays
    CONSTRAINT "category is commercial, survey or service"
        CHECK (forgotten OR category IN ('commercial', 'survey', 'service')),
    CONSTRAINT "action is grant, revoke, suspend or resume"
        CHECK (forgotten OR action IN ('grant', 'revoke', 'suspend', 'resume')),
    CONSTRAINT "evidence is not JSON" CHECK (json_valid(evidence))
) STRICT;

CREATE INDEX consent_event_phone ON consent_event (phone_hash, category, at, id);

CREATE TABLE consent_standing (
    -- What the ledger adds up to, written in the transaction that appends: the sender asks this at every message.
    phone_hash    TEXT NOT NULL,
    category      TEXT NOT NULL,
    status        TEXT NOT NULL,
    before_status TEXT NOT NULL,            -- what the end of a suspension goes back to
    granted_at    TEXT,
    since         TEXT NOT NULL,
    PRIMARY KEY (phone_hash, category),
    CONSTRAINT "consent status is unknown to the gateway" CHECK (status IN ('none', 'granted', 'denied', 'suspended'))
) STRICT, WITHOUT ROWID;

CREATE INDEX consent_standing_held ON consent_standing (since) WHERE status = 'suspended';

CREATE TABLE review (
    -- An incoming message that a person has to decide about.
    id         INTEGER PRIMARY KEY,
    inbox_id   INTEGER NOT NULL,
    kind       TEXT NOT NULL,               -- review_optout, privacy, loop
    phone_hash TEXT NOT NULL,
    opened_at  TEXT NOT NULL,
    due_at     TEXT,
    closed_at  TEXT,
    closed_by  TEXT,
    outcome    TEXT,
    UNIQUE (inbox_id, kind)
) STRICT;

CREATE INDEX review_open ON review (due_at) WHERE closed_at IS NULL;

-- Why the gateway wrote a message itself: opt_out, opt_in, help, wrong_number; the surveys have words of their own.
ALTER TABLE own_message ADD COLUMN purpose TEXT;
-- 1: the survey that it belongs to may ask on Sundays.
ALTER TABLE own_message ADD COLUMN sunday INTEGER NOT NULL DEFAULT 0;
