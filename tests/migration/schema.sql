CREATE TABLE air (
    -- One row a part put on air: what the throttle counts. Pruned when no window needs it.
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    sim    TEXT NOT NULL,
    number TEXT NOT NULL,
    at     TEXT NOT NULL
) STRICT;

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

CREATE VIEW answer AS
    SELECT item.session_id, s.survey, s.recipient, item.question, item.type, item.value, item.comment, item.asked_at,
           item.answered_at, item.inbox_id,
           CASE WHEN i.id IS NULL OR s.context = '{}' THEN s.context ELSE coalesce(i.context, '{}') END AS context,
           item.status, item.flags, item.late
      FROM item JOIN survey_session AS s ON s.id = item.session_id
           LEFT JOIN invitation AS i ON i.id = s.invitation_id
     WHERE item.status IN ('answered', 'prefilled', 'refused', 'unparsed');

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

CREATE TABLE conversation (
    -- The SIM that last talked with a customer, in either direction, and the concatenation counter.
    number TEXT NOT NULL,
    sim    TEXT NOT NULL,
    at     TEXT NOT NULL,
    concat_reference INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (number, sim)
) STRICT, WITHOUT ROWID;

CREATE TABLE correspondent (
    -- Distinct recipients of a SIM in a calendar month of the gateway's zone.
    sim    TEXT NOT NULL,
    month  TEXT NOT NULL,                   -- 2026-11
    number TEXT NOT NULL,
    PRIMARY KEY (sim, month, number)
) STRICT, WITHOUT ROWID;

CREATE VIEW event AS
    SELECT id, at, kind, message_id, inbox_id, session_id, modem, detail FROM event_log;

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

CREATE TABLE lane (
    -- Which modems may carry a message, and which should. Few rows; the claim asks lane by lane, so that
    -- a campaign that waits for one SIM never stands in the way of messages that another could send.
    id      INTEGER PRIMARY KEY,
    modems  TEXT NOT NULL,              -- names, sorted, comma between; '' : none configured can serve it
    prefer  TEXT,                       -- the modem that should, where there is one
    binding INTEGER NOT NULL DEFAULT 0, -- 1: it waits for `prefer`, moved only when that SIM is long out
    UNIQUE (modems, prefer, binding)
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

CREATE TABLE outbox_total (
    -- How many messages are in each state, kept by triggers: a status line costs nothing at a million rows.
    state    TEXT PRIMARY KEY,
    messages INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE own_message (
    -- Rows of the reserved categories that the gateway wrote itself; one without is refused.
    message_id INTEGER PRIMARY KEY REFERENCES outbox (id) ON DELETE CASCADE,
    inbox_id   INTEGER,
    actor      TEXT
, purpose TEXT, sunday INTEGER NOT NULL DEFAULT 0) STRICT;

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

CREATE TABLE pin_refused (
    sim TEXT PRIMARY KEY,                   -- ICCID, or IMEI where the SIM does not tell
    at  TEXT NOT NULL
) STRICT;

CREATE TABLE reference_seen (
    sim     TEXT NOT NULL,              -- IMSI
    imei    TEXT NOT NULL,              -- the modem that counted
    kind    TEXT NOT NULL,              -- silence, or the code that the modem said: cms_332
    counted INTEGER NOT NULL DEFAULT 0, -- unknown parts that left a gap
    missed  INTEGER NOT NULL DEFAULT 0, -- unknown parts that the network had and that left none
    PRIMARY KEY (sim, imei, kind)
) STRICT, WITHOUT ROWID;

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

CREATE VIEW session AS
    SELECT s.id, s.survey, s.recipient, s.modem, s.state, s.question, s.invited_at, s.ended_at, s.disposition,
           CASE WHEN i.id IS NULL OR s.context = '{}' THEN s.context ELSE coalesce(i.context, '{}') END AS context,
           s.version, s.language, s.event_ref, s.event_at, s.created_at, s.delivered_at, s.answered_at, s.reason, s.late,
           s.invitation_id
      FROM survey_session AS s LEFT JOIN invitation AS i ON i.id = s.invitation_id;

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

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,                 -- 'paused'; 'pruning' and 'dedupe:…' are the triggers' own
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE survey_file (
    -- What the folder of survey files held when it was last read, for `status` and `survey list`.
    file      TEXT PRIMARY KEY,
    survey    TEXT NOT NULL,
    problem   TEXT,                       -- why the file is not the one in force; NULL: it is
    looked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE INDEX air_sim ON air (sim, at);

CREATE INDEX alert_notice_alert ON alert_notice (alert_id);

CREATE INDEX alert_notice_waiting ON alert_notice (next_at) WHERE state = 'waiting';

CREATE INDEX alert_open ON alert (due_at) WHERE state IN ('open', 'acknowledged');

CREATE INDEX attempt_message ON attempt (message_id, sequence);

CREATE INDEX attempt_number  ON attempt (sim, number, at);

CREATE UNIQUE INDEX attempt_one_a_modem ON attempt (modem) WHERE outcome = 'submitting';

CREATE INDEX canary_flying ON canary (state) WHERE state = 'flying';

CREATE INDEX consent_event_phone ON consent_event (phone_hash, category, at, id);

CREATE INDEX consent_standing_held ON consent_standing (since) WHERE status = 'suspended';

CREATE INDEX event_at      ON event_log (at);

CREATE INDEX event_inbox   ON event_log (inbox_id)   WHERE inbox_id IS NOT NULL;

CREATE INDEX event_message ON event_log (message_id) WHERE message_id IS NOT NULL;

CREATE INDEX inbound_inbox ON inbound_part (inbox_id);

CREATE INDEX inbound_key   ON inbound_part (imsi, sender, reference, total) WHERE reference IS NOT NULL;

CREATE INDEX inbound_open  ON inbound_part (first_id) WHERE inbox_id IS NULL;

CREATE INDEX inbox_other ON inbox (kind, session_id, sender, received_at, complete)
    WHERE kind <> 'answer' OR complete = 0;

CREATE INDEX inbox_sender ON inbox (sender, id);

CREATE INDEX inbox_sim ON inbox (imsi, received_at);

CREATE INDEX invitation_pending ON invitation (due_at, id) WHERE state = 'pending';

CREATE INDEX item_history_session ON item_history (session_id);

CREATE INDEX item_notes ON item (question, type, status, late, flags, value) WHERE type <> 'text';

CREATE INDEX item_texts ON item (question, status, late, flags, type) WHERE type = 'text';

CREATE INDEX outbox_campaign ON outbox (campaign)    WHERE campaign IS NOT NULL;

CREATE INDEX outbox_expires ON outbox (expires_at)   WHERE state = 'queued' AND expires_at IS NOT NULL;

CREATE INDEX outbox_new      ON outbox (priority, id) WHERE state = 'queued' AND number IS NULL;

CREATE INDEX outbox_number  ON outbox (number, id);

CREATE INDEX outbox_open    ON outbox (state)        WHERE state IN ('sending', 'unknown');

CREATE INDEX outbox_ready   ON outbox (lane, rank, id) WHERE state = 'queued' AND ready = 1;

CREATE INDEX outbox_sim ON outbox (sim, sent_at, number) WHERE sim IS NOT NULL AND sent_at IS NOT NULL;

CREATE INDEX outbox_submitted ON outbox (number, category, coalesce(sent_at, updated_at))
            WHERE category IN ('commercial', 'survey', 'service')
              AND state IN ('sending', 'sent', 'delivered', 'undelivered', 'unknown');

CREATE INDEX outbox_waiting ON outbox (due_at)       WHERE state = 'queued' AND ready = 0 AND number IS NOT NULL;

CREATE INDEX report_attempt ON report (attempt_id);

CREATE INDEX report_orphan  ON report (sim, id) WHERE attempt_id IS NULL;

CREATE INDEX review_open ON review (due_at) WHERE closed_at IS NULL;

CREATE INDEX session_message_again ON session_message (role, session_id) WHERE role IN ('reask', 'reminder');

CREATE INDEX session_message_news ON session_message (message_id) WHERE news = 1;

CREATE UNIQUE INDEX session_message_out ON session_message (session_id, out);

CREATE UNIQUE INDEX survey_def_current ON survey_def (survey) WHERE current = 1;

CREATE UNIQUE INDEX survey_session_event ON survey_session (survey, recipient, event_ref)
    WHERE state NOT IN ('refused', 'cancelled');

CREATE INDEX survey_session_odd ON survey_session (survey, invited_at) WHERE late <> 0 OR disposition = 'wrong_person';

CREATE UNIQUE INDEX survey_session_open ON survey_session (recipient) WHERE state IN ('inviting', 'awaiting');

CREATE INDEX survey_session_period ON survey_session (id, survey, invited_at);

CREATE INDEX survey_session_recipient ON survey_session (recipient, id);

CREATE INDEX survey_session_report
    ON survey_session (survey, substr(invited_at, 1, 13), state, disposition, late, reason,
                       delivered_at IS NOT NULL, invited_at, delivered_at, answered_at);

CREATE INDEX survey_session_wake ON survey_session (wake_at) WHERE wake_at IS NOT NULL;

CREATE INDEX survey_session_words ON survey_session (ended_at) WHERE words = 1 AND ended_at IS NOT NULL;

CREATE TRIGGER consent_event_keeps BEFORE UPDATE ON consent_event WHEN NOT EXISTS (SELECT 1 FROM setting WHERE key = 'pruning') OR NEW.forgotten IS NOT 1
 OR NEW.prev_hash IS NOT OLD.prev_hash OR NEW.hash IS NOT OLD.hash BEGIN
    SELECT RAISE(ABORT, 'the ledger of consents is never changed: what happened later is another entry');
END;

CREATE TRIGGER consent_event_stays BEFORE DELETE ON consent_event BEGIN
    SELECT RAISE(ABORT, 'the ledger of consents is never cut: what happened later is another entry');
END;

CREATE TRIGGER event_log_keeps BEFORE UPDATE ON event_log WHEN NOT EXISTS (SELECT 1 FROM setting WHERE key = 'pruning') BEGIN
    SELECT RAISE(ABORT, 'events are never changed: what happened later is another event');
END;

CREATE TRIGGER event_log_stays BEFORE DELETE ON event_log WHEN NOT EXISTS (SELECT 1 FROM setting WHERE key = 'pruning') BEGIN
    SELECT RAISE(ABORT, 'events are never deleted: smsgw db prune ends their retention');
END;

CREATE TRIGGER inbox_handled BEFORE UPDATE OF handled_at ON inbox WHEN NEW.handled_at IS NOT OLD.handled_at BEGIN
    SELECT CASE
        WHEN NEW.handled_at IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.handled_at, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'handled_at is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'')')
        WHEN NEW.handled_at GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'handled_at has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.handled_at, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.handled_at, 'auto', '+0 seconds') < '2000' AND NEW.handled_at NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'handled_at is not of our time: write UTC such as 2026-11-23T18:04:05Z')
    END;
END;

CREATE TRIGGER inbox_handled_when AFTER UPDATE OF handled_at ON inbox
WHEN NEW.handled_at IS NOT OLD.handled_at AND NEW.handled_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', NEW.handled_at, 'auto', '+0 seconds') BEGIN
    UPDATE inbox SET handled_at = strftime('%Y-%m-%dT%H:%M:%fZ', NEW.handled_at, 'auto', '+0 seconds') WHERE id = NEW.id;
END;

CREATE TRIGGER invitation_accepts AFTER INSERT ON invitation BEGIN
    UPDATE invitation
       SET not_before = strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds'), expires_at = strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds'), event_at = strftime('%Y-%m-%dT%H:%M:%fZ', NEW.event_at, 'auto', '+0 seconds'),
           created_at = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', NEW.created_at, 'auto', '+0 seconds'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), updated_at = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', NEW.created_at, 'auto', '+0 seconds'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE id = NEW.id;
END;

CREATE TRIGGER invitation_again AFTER UPDATE OF not_before, expires_at ON invitation
WHEN NEW.state = 'pending' AND (NEW.not_before IS NOT OLD.not_before OR NEW.expires_at IS NOT OLD.expires_at) BEGIN
    SELECT CASE
        WHEN NEW.not_before IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'not_before is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'', ''+1 hour'')')
        WHEN NEW.not_before GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'not_before has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') < '2000' AND NEW.not_before NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'not_before is not of our time: write UTC such as 2026-11-23T18:04:05Z')
        WHEN NEW.expires_at IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'expires_at is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'', ''+1 hour'')')
        WHEN NEW.expires_at GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'expires_at has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') < '2000' AND NEW.expires_at NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'expires_at is not of our time: write UTC such as 2026-11-23T18:04:05Z')
        WHEN NEW.event_at IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.event_at, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'event_at is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'', ''+1 hour'')')
        WHEN NEW.event_at GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'event_at has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.event_at, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.event_at, 'auto', '+0 seconds') < '2000' AND NEW.event_at NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'event_at is not of our time: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') <= strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') THEN RAISE(ABORT, 'expires_at is not after not_before: the message could never be sent')
    END;
    UPDATE invitation SET not_before = strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds'), expires_at = strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds'), due_at = NULL, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
     WHERE id = NEW.id;
END;

CREATE TRIGGER invitation_bounds
BEFORE UPDATE OF survey, recipient, context, dedupe_key, language, event_ref ON invitation BEGIN
    SELECT CASE
        WHEN length(CAST(NEW.survey AS BLOB)) > 1000 THEN RAISE(ABORT, 'survey is longer than 1000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.recipient AS BLOB)) > 400 THEN RAISE(ABORT, 'recipient is longer than 400 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.context AS BLOB)) > 65536 THEN RAISE(ABORT, 'context is longer than 65536 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.dedupe_key AS BLOB)) > 1000 THEN RAISE(ABORT, 'dedupe_key is longer than 1000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.language AS BLOB)) > 100 THEN RAISE(ABORT, 'language is longer than 100 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.event_ref AS BLOB)) > 1000 THEN RAISE(ABORT, 'event_ref is longer than 1000 octets: write what the message needs, no documents')
    END;
END;

CREATE TRIGGER invitation_checks BEFORE INSERT ON invitation BEGIN
    SELECT CASE
        WHEN NEW.survey IS NULL OR trim(NEW.survey) = ''
            THEN RAISE(ABORT, 'survey is empty: write the name of a survey file, without .toml')
        WHEN NEW.recipient IS NULL OR NEW.recipient NOT GLOB '*[0-9]*'
            THEN RAISE(ABORT, 'recipient has no digits: write a phone number such as +33612345678')
        WHEN length(CAST(NEW.survey AS BLOB)) > 1000 THEN RAISE(ABORT, 'survey is longer than 1000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.recipient AS BLOB)) > 400 THEN RAISE(ABORT, 'recipient is longer than 400 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.context AS BLOB)) > 65536 THEN RAISE(ABORT, 'context is longer than 65536 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.dedupe_key AS BLOB)) > 1000 THEN RAISE(ABORT, 'dedupe_key is longer than 1000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.language AS BLOB)) > 100 THEN RAISE(ABORT, 'language is longer than 100 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.event_ref AS BLOB)) > 1000 THEN RAISE(ABORT, 'event_ref is longer than 1000 octets: write what the message needs, no documents')
        WHEN NEW.context IS NOT NULL AND NOT json_valid(NEW.context)
            THEN RAISE(ABORT, 'context is not JSON: write an object such as {"prenom": "Ana"}')
        WHEN NEW.context IS NOT NULL AND json_type(NEW.context) <> 'object'
            THEN RAISE(ABORT, 'context is no JSON object: write one such as {"prenom": "Ana"}')
        WHEN NEW.state IS NOT 'pending'
            THEN RAISE(ABORT, 'state is not pending: leave it out, every invitation starts so')
        WHEN coalesce(NEW.reason, NEW.session_id, NEW.due_at) IS NOT NULL
            THEN RAISE(ABORT, 'a column that only the gateway writes is set: leave out reason, session_id and due_at')
        WHEN NEW.not_before IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'not_before is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'', ''+1 hour'')')
        WHEN NEW.not_before GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'not_before has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') < '2000' AND NEW.not_before NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'not_before is not of our time: write UTC such as 2026-11-23T18:04:05Z')
        WHEN NEW.expires_at IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'expires_at is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'', ''+1 hour'')')
        WHEN NEW.expires_at GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'expires_at has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') < '2000' AND NEW.expires_at NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'expires_at is not of our time: write UTC such as 2026-11-23T18:04:05Z')
        WHEN NEW.event_at IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.event_at, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'event_at is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'', ''+1 hour'')')
        WHEN NEW.event_at GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'event_at has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.event_at, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.event_at, 'auto', '+0 seconds') < '2000' AND NEW.event_at NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'event_at is not of our time: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') <= strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') THEN RAISE(ABORT, 'expires_at is not after not_before: the message could never be sent')
    END;
END;

CREATE TRIGGER invitation_keeps BEFORE UPDATE OF survey, recipient ON invitation
WHEN NEW.state <> 'pending' AND NOT EXISTS (SELECT 1 FROM setting WHERE key = 'pruning')
 AND (NEW.survey IS NOT OLD.survey OR NEW.recipient IS NOT OLD.recipient) BEGIN
    SELECT RAISE(ABORT, 'this invitation is no longer pending: insert another one');
END;

CREATE TRIGGER outbox_accepts AFTER INSERT ON outbox BEGIN
    SELECT RAISE(ABORT, 'dedupe_key belongs to an earlier message, which REPLACE would delete: write INSERT OR IGNORE')
     WHERE EXISTS (SELECT 1 FROM setting WHERE key = 'dedupe:' || NEW.dedupe_key);
    UPDATE outbox
       SET not_before = strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds'), expires_at = strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds'),
           created_at = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', NEW.created_at, 'auto', '+0 seconds'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), updated_at = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', NEW.created_at, 'auto', '+0 seconds'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE id = NEW.id
       AND (NEW.created_at IS NULL OR NEW.created_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', NEW.created_at, 'auto', '+0 seconds') OR NEW.updated_at IS NOT NEW.created_at
            OR NEW.not_before IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') OR NEW.expires_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds'));
    INSERT INTO event_log (at, kind, message_id, detail)
    SELECT created_at, state, id, json_object('category', category) FROM outbox WHERE id = NEW.id;
    UPDATE outbox_total SET messages = messages + 1 WHERE state = NEW.state;
END;

CREATE TRIGGER outbox_again AFTER UPDATE OF not_before, priority ON outbox
WHEN NEW.state = 'queued' AND NEW.number IS NOT NULL
 AND (NEW.not_before IS NOT OLD.not_before OR NEW.priority IS NOT OLD.priority) BEGIN
    UPDATE outbox
       SET number = NULL, lane = NULL, rank = NULL, ready = 0, due_at = CASE WHEN attempts > 0 THEN due_at END
     WHERE id = NEW.id;
END;

CREATE TRIGGER outbox_gone AFTER DELETE ON outbox BEGIN
    UPDATE outbox_total SET messages = messages - 1 WHERE state = OLD.state;
END;

CREATE TRIGGER outbox_id BEFORE UPDATE OF id ON outbox WHEN NEW.id IS NOT OLD.id BEGIN
    SELECT RAISE(ABORT, 'the id of a message never changes');
END;

CREATE TRIGGER outbox_keeps BEFORE UPDATE OF recipient, body, category, modem, report, flash ON outbox
WHEN (NEW.recipient IS NOT OLD.recipient OR NEW.body IS NOT OLD.body OR NEW.category IS NOT OLD.category
      OR NEW.modem IS NOT OLD.modem OR NEW.report IS NOT OLD.report OR NEW.flash IS NOT OLD.flash)
 AND NOT EXISTS (SELECT 1 FROM setting WHERE key = 'pruning') BEGIN
    SELECT CASE
        WHEN OLD.state <> 'queued'
            THEN RAISE(ABORT, 'this message is no longer queued: its recipient, body, category, modem, report and flash stay')
        WHEN OLD.number IS NOT NULL OR EXISTS (SELECT 1 FROM part WHERE message_id = OLD.id)
            THEN RAISE(ABORT, 'this message may be on its way already: cancel it (state = ''cancelled'') and insert another')
        WHEN NEW.recipient NOT GLOB '*[0-9]*'
            THEN RAISE(ABORT, 'recipient has no digits: write a phone number such as +33612345678')
    END;
END;

CREATE TRIGGER outbox_refuses BEFORE INSERT ON outbox BEGIN
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM outbox WHERE id = NEW.id)
            THEN RAISE(ABORT, 'this id is taken: leave id out, the database numbers the rows')
        WHEN NEW.recipient IS NULL OR NEW.recipient NOT GLOB '*[0-9]*'
            THEN RAISE(ABORT, 'recipient has no digits: write a phone number such as +33612345678')
        WHEN length(CAST(NEW.recipient AS BLOB)) > 400 THEN RAISE(ABORT, 'recipient is longer than 400 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.body AS BLOB)) > 400000 THEN RAISE(ABORT, 'body is longer than 400000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.modem AS BLOB)) > 1000 THEN RAISE(ABORT, 'modem is longer than 1000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.dedupe_key AS BLOB)) > 1000 THEN RAISE(ABORT, 'dedupe_key is longer than 1000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.campaign AS BLOB)) > 1000 THEN RAISE(ABORT, 'campaign is longer than 1000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.context AS BLOB)) > 65536 THEN RAISE(ABORT, 'context is longer than 65536 octets: write what the message needs, no documents')
        WHEN length(NEW.recipient) > 100
            THEN RAISE(ABORT, 'recipient is longer than any phone number: write one number, such as +33612345678')
        WHEN NEW.body IS NULL OR NEW.body = ''
            THEN RAISE(ABORT, 'body is empty: write the text of the message')
        WHEN length(NEW.body) > 100000
            THEN RAISE(ABORT, 'body is longer than any text message: shorten it to a few hundred characters')
        WHEN NEW.category IS NULL THEN RAISE(ABORT, 'category is NULL: leave the column out, it has a default')
        WHEN NEW.priority IS NULL THEN RAISE(ABORT, 'priority is NULL: leave the column out, it has a default')
        WHEN NEW.report IS NULL THEN RAISE(ABORT, 'report is NULL: leave the column out, it has a default')
        WHEN NEW.flash IS NULL THEN RAISE(ABORT, 'flash is NULL: leave the column out, it has a default')
        WHEN (NEW.category IN ('service', 'commercial', 'survey', 'ack', 'staff')) IS NOT TRUE
            THEN RAISE(ABORT, 'category is unknown: write commercial or service')
        WHEN (NEW.priority BETWEEN 0 AND 9) IS NOT TRUE
            THEN RAISE(ABORT, 'priority is out of range: write 0 (first) to 9 (last)')
        WHEN NEW.not_before IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'not_before is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'', ''+1 hour'')')
        WHEN NEW.not_before GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'not_before has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') < '2000' AND NEW.not_before NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'not_before is not of our time: write UTC such as 2026-11-23T18:04:05Z')
        WHEN NEW.expires_at IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'expires_at is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'', ''+1 hour'')')
        WHEN NEW.expires_at GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'expires_at has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') < '2000' AND NEW.expires_at NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'expires_at is not of our time: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') <= strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') THEN RAISE(ABORT, 'expires_at is not after not_before: the message could never be sent')
        WHEN NEW.created_at IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.created_at, 'auto', '+0 seconds') IS NULL
            THEN RAISE(ABORT, 'created_at is not a time: leave it out, it is filled in')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') <= coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', NEW.created_at, 'auto', '+0 seconds'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
            THEN RAISE(ABORT, 'expires_at has passed already: write a time to come, in UTC')
        WHEN NEW.context IS NOT NULL AND NOT json_valid(NEW.context)
            THEN RAISE(ABORT, 'context is not JSON: write an object such as {"order":"A-12"}')
        WHEN (NEW.report IN (0, 1)) IS NOT TRUE
            THEN RAISE(ABORT, 'report is neither 0 nor 1: write 1 to ask for a status report, 0 for none')
        WHEN (NEW.flash IN (0, 1)) IS NOT TRUE
            THEN RAISE(ABORT, 'flash is neither 0 nor 1: write 1 to show the text without storing it, else 0')
        WHEN NEW.on_unknown IS NOT NULL AND NEW.on_unknown NOT IN ('hold', 'resend', 'fail')
            THEN RAISE(ABORT, 'on_unknown is unknown: write hold, resend or fail, or leave it out')
        WHEN NEW.state IS NOT 'queued'
            THEN RAISE(ABORT, 'state is not queued: leave it out, every message starts as queued')
        WHEN NEW.attempts IS NOT 0 OR NEW.ready IS NOT 0
             OR coalesce(NEW.reason, NEW.parts, NEW.modem_used, NEW.sent_at, NEW.delivered_at, NEW.number, NEW.lane,
                         NEW.rank, NEW.due_at, NEW.concat_reference, NEW.sim) IS NOT NULL
            THEN RAISE(ABORT, 'a column that only the gateway writes is set: leave out reason, attempts, parts, modem_used, sent_at, delivered_at and all that follows')
    END;
    -- INSERT OR REPLACE would take the earlier message away, even out of a modem's hands; this note lets the next
    -- trigger see it. A plain INSERT fails before that, and INSERT OR IGNORE passes by, as the application wants.
    DELETE FROM setting WHERE key = 'dedupe:' || NEW.dedupe_key;
    INSERT INTO setting SELECT 'dedupe:' || dedupe_key, id FROM outbox WHERE dedupe_key = NEW.dedupe_key;
END;

CREATE TRIGGER outbox_requeued AFTER UPDATE OF state ON outbox
WHEN NEW.state = 'queued' AND OLD.state IN ('failed', 'unknown') BEGIN
    UPDATE part SET state = 'waiting' WHERE message_id = NEW.id AND state = OLD.state;
    UPDATE outbox
       SET attempts = iif(OLD.state = 'failed', 0, attempts), number = NULL, lane = NULL, rank = NULL, ready = 0,
           due_at = NULL
     WHERE id = NEW.id;
    UPDATE outbox SET sim = NULL, concat_reference = NULL
     WHERE id = NEW.id
       AND NOT EXISTS (SELECT 1 FROM part WHERE message_id = NEW.id AND state NOT IN ('waiting', 'failed'));
END;

CREATE TRIGGER outbox_schedule AFTER UPDATE OF not_before, expires_at ON outbox
WHEN NEW.not_before IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') OR NEW.expires_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') BEGIN
    UPDATE outbox SET not_before = strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds'), expires_at = strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') WHERE id = NEW.id;
END;

CREATE TRIGGER outbox_sizes BEFORE UPDATE OF recipient, body, modem, dedupe_key, campaign, context ON outbox BEGIN
    SELECT CASE
        WHEN length(CAST(NEW.recipient AS BLOB)) > 400 THEN RAISE(ABORT, 'recipient is longer than 400 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.body AS BLOB)) > 400000 THEN RAISE(ABORT, 'body is longer than 400000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.modem AS BLOB)) > 1000 THEN RAISE(ABORT, 'modem is longer than 1000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.dedupe_key AS BLOB)) > 1000 THEN RAISE(ABORT, 'dedupe_key is longer than 1000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.campaign AS BLOB)) > 1000 THEN RAISE(ABORT, 'campaign is longer than 1000 octets: write what the message needs, no documents')
        WHEN length(CAST(NEW.context AS BLOB)) > 65536 THEN RAISE(ABORT, 'context is longer than 65536 octets: write what the message needs, no documents')
    END;
END;

CREATE TRIGGER outbox_state AFTER UPDATE OF state ON outbox WHEN NEW.state IS NOT OLD.state BEGIN
    -- cancelled by a program that knows of no other column
    UPDATE outbox SET reason = 'application', updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
     WHERE id = NEW.id AND NEW.state = 'cancelled' AND NEW.reason IS OLD.reason;
    -- queued again by such a program: why it failed is no reason to wait
    UPDATE outbox SET reason = NULL, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
     WHERE id = NEW.id AND NEW.state = 'queued' AND OLD.state IN ('failed', 'unknown') AND NEW.reason IS OLD.reason;
    INSERT INTO event_log (at, kind, message_id, modem, detail)
    SELECT updated_at, state, id, modem_used, json_object('from', OLD.state, 'reason', reason)
      FROM outbox WHERE id = NEW.id;
    UPDATE outbox_total SET messages = messages - 1 WHERE state = OLD.state;
    UPDATE outbox_total SET messages = messages + 1 WHERE state = NEW.state;
END;

CREATE TRIGGER outbox_stays BEFORE DELETE ON outbox WHEN NOT EXISTS (SELECT 1 FROM setting WHERE key = 'pruning') BEGIN
    SELECT RAISE(ABORT, 'messages are not deleted: set state = ''cancelled'' on a queued one; smsgw db prune ends the retention');
END;

CREATE TRIGGER outbox_times BEFORE UPDATE OF not_before, expires_at ON outbox
WHEN NEW.not_before IS NOT OLD.not_before OR NEW.expires_at IS NOT OLD.expires_at BEGIN
    SELECT CASE
        WHEN NEW.not_before IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'not_before is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'', ''+1 hour'')')
        WHEN NEW.not_before GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'not_before has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') < '2000' AND NEW.not_before NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'not_before is not of our time: write UTC such as 2026-11-23T18:04:05Z')
        WHEN NEW.expires_at IS NOT NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') IS NULL THEN RAISE(ABORT, 'expires_at is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime(''now'', ''+1 hour'')')
        WHEN NEW.expires_at GLOB '[0-9][0-9]:*' THEN RAISE(ABORT, 'expires_at has no date: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') NOT BETWEEN '0001' AND '9999' OR (strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') < '2000' AND NEW.expires_at NOT GLOB '[0-9][0-9][0-9][0-9]-*') THEN RAISE(ABORT, 'expires_at is not of our time: write UTC such as 2026-11-23T18:04:05Z')
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.expires_at, 'auto', '+0 seconds') <= strftime('%Y-%m-%dT%H:%M:%fZ', NEW.not_before, 'auto', '+0 seconds') THEN RAISE(ABORT, 'expires_at is not after not_before: the message could never be sent')
    END;
END;

CREATE TRIGGER outbox_touched
AFTER UPDATE OF recipient, body, category, priority, not_before, expires_at, modem, dedupe_key, campaign, context,
                report, flash, on_unknown ON outbox
WHEN NEW.updated_at IS OLD.updated_at AND NOT EXISTS (SELECT 1 FROM setting WHERE key = 'pruning') BEGIN
    UPDATE outbox SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;

CREATE TRIGGER outbox_transition BEFORE UPDATE OF state ON outbox
WHEN NEW.state IS NOT OLD.state AND (OLD.state || '>' || NEW.state IN ('queued>sending', 'queued>expired', 'queued>refused', 'queued>cancelled', 'sending>queued', 'sending>sent', 'sending>failed', 'sending>unknown', 'sent>delivered', 'sent>undelivered', 'failed>queued', 'unknown>queued', 'unknown>sent', 'unknown>delivered', 'unknown>undelivered', 'unknown>failed')) IS NOT TRUE BEGIN
    SELECT CASE OLD.state
        WHEN 'queued' THEN RAISE(ABORT, 'a message that is queued becomes cancelled or expired or refused or sending, nothing else')
        WHEN 'sending' THEN iif(NEW.state = 'cancelled', RAISE(ABORT, 'a message that is sending can no longer be cancelled: add AND state = ''queued'''), RAISE(ABORT, 'a message that is sending becomes failed or queued or sent or unknown, nothing else'))
        WHEN 'sent' THEN iif(NEW.state = 'cancelled', RAISE(ABORT, 'a message that is sent can no longer be cancelled: add AND state = ''queued'''), RAISE(ABORT, 'a message that is sent becomes delivered or undelivered, nothing else'))
        WHEN 'delivered' THEN iif(NEW.state = 'cancelled', RAISE(ABORT, 'a message that is delivered can no longer be cancelled: add AND state = ''queued'''), RAISE(ABORT, 'a message that is delivered stays so'))
        WHEN 'undelivered' THEN iif(NEW.state = 'cancelled', RAISE(ABORT, 'a message that is undelivered can no longer be cancelled: add AND state = ''queued'''), RAISE(ABORT, 'a message that is undelivered stays so'))
        WHEN 'failed' THEN iif(NEW.state = 'cancelled', RAISE(ABORT, 'a message that is failed can no longer be cancelled: add AND state = ''queued'''), RAISE(ABORT, 'a message that is failed becomes queued, nothing else'))
        WHEN 'unknown' THEN iif(NEW.state = 'cancelled', RAISE(ABORT, 'a message that is unknown can no longer be cancelled: add AND state = ''queued'''), RAISE(ABORT, 'a message that is unknown becomes delivered or failed or queued or sent or undelivered, nothing else'))
        WHEN 'expired' THEN iif(NEW.state = 'cancelled', RAISE(ABORT, 'a message that is expired can no longer be cancelled: add AND state = ''queued'''), RAISE(ABORT, 'a message that is expired stays so'))
        WHEN 'refused' THEN iif(NEW.state = 'cancelled', RAISE(ABORT, 'a message that is refused can no longer be cancelled: add AND state = ''queued'''), RAISE(ABORT, 'a message that is refused stays so'))
        WHEN 'cancelled' THEN iif(NEW.state = 'cancelled', RAISE(ABORT, 'a message that is cancelled can no longer be cancelled: add AND state = ''queued'''), RAISE(ABORT, 'a message that is cancelled stays so'))
    END;
END;

CREATE TRIGGER outbox_waits AFTER UPDATE OF reason ON outbox
WHEN NEW.state = 'queued' AND OLD.state = 'queued' AND NEW.reason IS NOT NULL AND NEW.reason IS NOT OLD.reason BEGIN
    INSERT INTO event_log (at, kind, message_id, detail)
    VALUES (NEW.updated_at, 'waiting', NEW.id, json_object('reason', NEW.reason));
END;

CREATE TRIGGER session_message_moves AFTER UPDATE OF state ON outbox
WHEN NEW.state IS NOT OLD.state AND EXISTS (SELECT 1 FROM session_message WHERE message_id = NEW.id) BEGIN
    UPDATE session_message SET news = 1 WHERE message_id = NEW.id;
END;

PRAGMA user_version = 11;
