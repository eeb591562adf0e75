-- Surveys: files by version, invitations, sessions with their items and messages, alerts. Times are UTC text.
-- Applications write `invitation` and read it and the views `session` and `answer`; the rest is the daemon's own.

CREATE TABLE survey_def (
    -- Every content that a survey file ever had: a session keeps the version that it began with.
    survey    TEXT NOT NULL,
    version   INTEGER NOT NULL,
    sha256    TEXT NOT NULL,
    toml      TEXT NOT NULL,
    title     TEXT NOT NULL,
    loaded_at TEXT NOT NULL,
    current   INTEGER NOT NULL DEFAULT 0, -- 1: new sessions use it; a survey whose file is gone has none
    PRIMARY KEY (survey, version),
    UNIQUE (survey, sha256),
    CONSTRAINT "versions are counted from 1" CHECK (version > 0),
    CONSTRAINT "current is 0 or 1" CHECK (current IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX survey_def_current ON survey_def (survey) WHERE current = 1;

CREATE TABLE survey_file (
    -- What the folder of survey files held when it was last read, for `status` and `survey list`.
    file      TEXT PRIMARY KEY,
    survey    TEXT NOT NULL,
    problem   TEXT,                       -- why the file is not the one in force; NULL: it is
    looked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    survey     TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    context    TEXT,
    not_before TEXT,
    expires_at TEXT,
    dedupe_key TEXT UNIQUE,
    language   TEXT,
    event_ref  TEXT,
    event_at   TEXT,
    -- written by the daemon
    state      TEXT NOT NULL DEFAULT 'pending',
    reason     TEXT,
    session_id INTEGER REFERENCES survey_session (id) ON DELETE SET NULL,
    created_at TEXT,
    updated_at TEXT,
    -- the daemon's own
    due_at     TEXT,                      -- not looked at before this; NULL: new
    inbox_id   INTEGER,                   -- the message whose keyword asked for the survey
    CONSTRAINT "context is not JSON" CHECK (context IS NULL OR json_valid(context)),
    CONSTRAINT "state is unknown to the gateway" CHECK (state IN ('pending', 'started', 'refused', 'expired'))
) STRICT;

CREATE INDEX invitation_pending ON invitation (due_at, id) WHERE state = 'pending';

CREATE TABLE survey_session (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    survey        TEXT NOT NULL,
    version       INTEGER NOT NULL,
    recipient     TEXT,                   -- E.164; NULL once the person is erased
    language      TEXT NOT NULL,
    invitation_id INTEGER REFERENCES invitation (id) ON DELETE SET NULL,
    event_ref     TEXT NOT NULL,
    event_at      TEXT NOT NULL,
    context       TEXT NOT NULL DEFAULT '{}',
    state         TEXT NOT NULL DEFAULT 'scheduled',
    reason        TEXT,                   -- why it ended as it did
    disposition   TEXT NOT NULL DEFAULT 'not_sent',
    question      TEXT,                   -- the one that is pending
    engine        TEXT NOT NULL,          -- JSON: the whole session as the engine keeps it
    rev           INTEGER NOT NULL DEFAULT 0,
    sim           TEXT,                   -- IMSI that the conversation is bound to
    modem         TEXT,                   -- the modem that sent the question
    created_at    TEXT NOT NULL,
    not_before    TEXT NOT NULL,
    conflict_until TEXT,                  -- another open survey may keep it waiting so long
    wake_at       TEXT,                   -- the next timer; NULL: none
    invited_at    TEXT,
    delivered_at  TEXT,
    answered_at   TEXT,                   -- the first answer, when the customer wrote it
    question_expires_at TEXT,
    expires_at    TEXT,
    ended_at      TEXT,
    late          INTEGER NOT NULL DEFAULT 0,
    words         INTEGER NOT NULL DEFAULT 1, -- 0: the retention has taken the texts
    FOREIGN KEY (survey, version) REFERENCES survey_def (survey, version),
    CONSTRAINT "state is unknown to the gateway"
        CHECK (state IN ('scheduled', 'inviting', 'awaiting', 'completed', 'expired', 'abandoned', 'stopped',
                         'undeliverable', 'refused', 'cancelled')),
    CONSTRAINT "a session that ended has ended_at"
        CHECK ((ended_at IS NULL) = (state IN ('scheduled', 'inviting', 'awaiting'))),
    CONSTRAINT "context is not JSON" CHECK (json_valid(context)),
    CONSTRAINT "engine is not JSON" CHECK (json_valid(engine)),
    CONSTRAINT "late is 0 or 1" CHECK (late IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX survey_session_open ON survey_session (recipient) WHERE state IN ('inviting', 'awaiting');
CREATE UNIQUE INDEX survey_session_event ON survey_session (survey, recipient, event_ref)
    WHERE state NOT IN ('refused', 'cancelled');
CREATE INDEX survey_session_recipient ON survey_session (recipient, id);
-- Covers what reports count, so that they never read the long rows themselves.
CREATE INDEX survey_session_invited
    ON survey_session (survey, invited_at, state, disposition, delivered_at, answered_at, late, reason);
CREATE INDEX survey_session_wake ON survey_session (wake_at) WHERE wake_at IS NOT NULL;

CREATE INDEX survey_session_words ON survey_session (ended_at) WHERE words = 1 AND ended_at IS NOT NULL;

CREATE TABLE item (
    -- What became of each question of a session's path.
    session_id  INTEGER NOT NULL REFERENCES survey_session (id) ON DELETE CASCADE,
    question    TEXT NOT NULL,
    place       INTEGER NOT NULL,         -- in the file, from 0
    type        TEXT NOT NULL,
    status      TEXT NOT NULL,
    value       TEXT,
    text        TEXT,                     -- as the customer wrote it
    comment     TEXT,
    flags       TEXT NOT NULL DEFAULT '[]',
    late        INTEGER NOT NULL DEFAULT 0,
    asked_at    TEXT,
    answered_at TEXT,
    inbox_id    INTEGER,
    PRIMARY KEY (session_id, question),
    CONSTRAINT "status is unknown to the gateway"
        CHECK (status IN ('pending', 'answered', 'prefilled', 'refused', 'unparsed', 'skipped', 'expired'))
) STRICT, WITHOUT ROWID;

CREATE TABLE item_history (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id INTEGER NOT NULL REFERENCES survey_session (id) ON DELETE CASCADE,
    question   TEXT NOT NULL,
    at         TEXT NOT NULL,
    old        TEXT,
    new        TEXT,
    inbox_id   INTEGER,
    actor      TEXT
) STRICT;

CREATE INDEX item_history_session ON item_history (session_id);

CREATE TABLE session_message (
    -- What the sessions sent. `news`: its state has changed and its session does not know yet.
    message_id INTEGER PRIMARY KEY REFERENCES outbox (id) ON DELETE CASCADE,
    session_id INTEGER NOT NULL REFERENCES survey_session (id) ON DELETE CASCADE,
    out        INTEGER NOT NULL,          -- its number within the session
    role       TEXT NOT NULL,             -- question, reask, reminder, closing, apology
    question   TEXT,
    news       INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "news is 0 or 1" CHECK (news IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX session_message_out ON session_message (session_id, out);
CREATE INDEX session_message_news ON session_message (message_id) WHERE news = 1;

CREATE TABLE alert (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id INTEGER REFERENCES survey_session (id) ON DELETE SET NULL,
    inbox_id   INTEGER,
    survey     TEXT NOT NULL,
    rule       TEXT NOT NULL,
    severity   TEXT NOT NULL,
    title      TEXT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'open',
    opened_at  TEXT NOT NULL,
    due_at     TEXT NOT NULL,
    ack_at     TEXT,
    ack_by     TEXT,
    closed_at  TEXT,
    closed_by  TEXT,
    outcome    TEXT,
    note       TEXT,
    body       TEXT NOT NULL,             -- JSON: what is told
    updated    INTEGER NOT NULL DEFAULT 0, -- 1: told once more, because the customer wrote more
    overdue    INTEGER NOT NULL DEFAULT 0, -- 1: told once more, because nobody closed it in time
    UNIQUE (session_id, rule),
    CONSTRAINT "state is unknown to the gateway" CHECK (state IN ('open', 'acknowledged', 'closed', 'superseded')),
    CONSTRAINT "body is not JSON" CHECK (json_valid(body))
) STRICT;

CREATE INDEX alert_open ON alert (due_at) WHERE state IN ('open', 'acknowledged');

CREATE TABLE alert_notice (
    -- One row a target that is to be told.
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_id INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    target   TEXT NOT NULL,
    occasion TEXT NOT NULL,               -- opened, updated, overdue
    state    TEXT NOT NULL DEFAULT 'waiting',
    tries    INTEGER NOT NULL DEFAULT 0,
    next_at  TEXT NOT NULL,
    error    TEXT,
    done_at  TEXT,
    CONSTRAINT "state is unknown to the gateway" CHECK (state IN ('waiting', 'done', 'failed'))
) STRICT;

CREATE INDEX alert_notice_waiting ON alert_notice (next_at) WHERE state = 'waiting';
CREATE INDEX alert_notice_alert ON alert_notice (alert_id);

CREATE VIEW session AS
    SELECT id, survey, recipient, modem, state, question, invited_at, ended_at, disposition, context, version, language,
           event_ref, event_at, created_at, delivered_at, answered_at, reason, late, invitation_id
      FROM survey_session;

CREATE VIEW answer AS
    SELECT item.session_id, s.survey, s.recipient, item.question, item.type, item.value, item.comment, item.asked_at,
           item.answered_at, item.inbox_id, s.context, item.status, item.flags, item.late
      FROM item JOIN survey_session AS s ON s.id = item.session_id
     WHERE item.status IN ('answered', 'prefilled', 'refused', 'unparsed');
