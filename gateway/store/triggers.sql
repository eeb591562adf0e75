-- The rules of the outbox. triggers.py fills in what begins with a dollar sign: the columns of NEW that are times
-- stand there as the database keeps times, NULL where somebody wrote something else.

CREATE TRIGGER outbox_refuses BEFORE INSERT ON outbox BEGIN
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM outbox WHERE id = NEW.id)
            THEN RAISE(ABORT, 'this id is taken: leave id out, the database numbers the rows')
        WHEN NEW.recipient IS NULL OR NEW.recipient NOT GLOB '*[0-9]*'
            THEN RAISE(ABORT, 'recipient has no digits: write a phone number such as +33612345678')
$sizes
        WHEN length(NEW.recipient) > 100
            THEN RAISE(ABORT, 'recipient is longer than any phone number: write one number, such as +33612345678')
        WHEN NEW.body IS NULL OR NEW.body = ''
            THEN RAISE(ABORT, 'body is empty: write the text of the message')
        WHEN length(NEW.body) > 100000
            THEN RAISE(ABORT, 'body is longer than any text message: shorten it to a few hundred characters')
$defaults
        WHEN (NEW.category IN ($categories)) IS NOT TRUE
            THEN RAISE(ABORT, 'category is unknown: write commercial or service')
        WHEN (NEW.priority BETWEEN 0 AND 9) IS NOT TRUE
            THEN RAISE(ABORT, 'priority is out of range: write 0 (first) to 9 (last)')
$time_rules
        WHEN NEW.created_at IS NOT NULL AND $created_at IS NULL
            THEN RAISE(ABORT, 'created_at is not a time: leave it out, it is filled in')
        WHEN $expires_at <= coalesce($created_at, $now)
            THEN RAISE(ABORT, 'expires_at has passed already: write a time to come, in UTC')
        WHEN NEW.context IS NOT NULL AND NOT json_valid(NEW.context)
            THEN RAISE(ABORT, 'context is not JSON: write an object such as {"order":"A-12"}')
        WHEN (NEW.report IN (0, 1)) IS NOT TRUE
            THEN RAISE(ABORT, 'report is neither 0 nor 1: write 1 to ask for a status report, 0 for none')
        WHEN (NEW.flash IN (0, 1)) IS NOT TRUE
            THEN RAISE(ABORT, 'flash is neither 0 nor 1: write 1 to show the text without storing it, else 0')
        WHEN NEW.on_unknown IS NOT NULL AND NEW.on_unknown NOT IN ($policies)
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

CREATE TRIGGER outbox_accepts AFTER INSERT ON outbox BEGIN
    SELECT RAISE(ABORT, 'dedupe_key belongs to an earlier message, which REPLACE would delete: write INSERT OR IGNORE')
     WHERE EXISTS (SELECT 1 FROM setting WHERE key = 'dedupe:' || NEW.dedupe_key);
    UPDATE outbox
       SET not_before = $not_before, expires_at = $expires_at,
           created_at = coalesce($created_at, $now), updated_at = coalesce($created_at, $now)
     WHERE id = NEW.id
       AND (NEW.created_at IS NULL OR NEW.created_at IS NOT $created_at OR NEW.updated_at IS NOT NEW.created_at
            OR NEW.not_before IS NOT $not_before OR NEW.expires_at IS NOT $expires_at);
    INSERT INTO event_log (at, kind, message_id, detail)
    SELECT created_at, state, id, json_object('category', category) FROM outbox WHERE id = NEW.id;
    UPDATE outbox_total SET messages = messages + 1 WHERE state = NEW.state;
END;

CREATE TRIGGER outbox_keeps BEFORE UPDATE OF recipient, body, category, modem, report, flash ON outbox
WHEN (NEW.recipient IS NOT OLD.recipient OR NEW.body IS NOT OLD.body OR NEW.category IS NOT OLD.category
      OR NEW.modem IS NOT OLD.modem OR NEW.report IS NOT OLD.report OR NEW.flash IS NOT OLD.flash)
 AND $not_pruning BEGIN
    SELECT CASE
        WHEN OLD.state <> 'queued'
            THEN RAISE(ABORT, 'this message is no longer queued: its recipient, body, category, modem, report and flash stay')
        WHEN OLD.number IS NOT NULL OR EXISTS (SELECT 1 FROM part WHERE message_id = OLD.id)
            THEN RAISE(ABORT, 'this message may be on its way already: cancel it (state = ''cancelled'') and insert another')
        WHEN NEW.recipient NOT GLOB '*[0-9]*'
            THEN RAISE(ABORT, 'recipient has no digits: write a phone number such as +33612345678')
    END;
END;

CREATE TRIGGER outbox_sizes BEFORE UPDATE OF recipient, body, modem, dedupe_key, campaign, context ON outbox BEGIN
    SELECT CASE
$sizes
    END;
END;

CREATE TRIGGER outbox_times BEFORE UPDATE OF not_before, expires_at ON outbox
WHEN NEW.not_before IS NOT OLD.not_before OR NEW.expires_at IS NOT OLD.expires_at BEGIN
    SELECT CASE
$time_rules
    END;
END;

CREATE TRIGGER outbox_schedule AFTER UPDATE OF not_before, expires_at ON outbox
WHEN NEW.not_before IS NOT $not_before OR NEW.expires_at IS NOT $expires_at BEGIN
    UPDATE outbox SET not_before = $not_before, expires_at = $expires_at WHERE id = NEW.id;
END;

CREATE TRIGGER outbox_touched
AFTER UPDATE OF recipient, body, category, priority, not_before, expires_at, modem, dedupe_key, campaign, context,
                report, flash, on_unknown ON outbox
WHEN NEW.updated_at IS OLD.updated_at AND $not_pruning BEGIN
    UPDATE outbox SET updated_at = $now WHERE id = NEW.id;
END;

-- A new time or priority is a matter for admission again; what a failed try has to wait for is kept.
CREATE TRIGGER outbox_again AFTER UPDATE OF not_before, priority ON outbox
WHEN NEW.state = 'queued' AND NEW.number IS NOT NULL
 AND (NEW.not_before IS NOT OLD.not_before OR NEW.priority IS NOT OLD.priority) BEGIN
    UPDATE outbox
       SET number = NULL, lane = NULL, rank = NULL, ready = 0, due_at = CASE WHEN attempts > 0 THEN due_at END
     WHERE id = NEW.id;
END;

CREATE TRIGGER outbox_transition BEFORE UPDATE OF state ON outbox
WHEN NEW.state IS NOT OLD.state AND (OLD.state || '>' || NEW.state IN ($allowed)) IS NOT TRUE BEGIN
    SELECT CASE OLD.state
$forbidden
    END;
END;

CREATE TRIGGER outbox_state AFTER UPDATE OF state ON outbox WHEN NEW.state IS NOT OLD.state BEGIN
    -- cancelled by a program that knows of no other column
    UPDATE outbox SET reason = 'application', updated_at = $now
     WHERE id = NEW.id AND NEW.state = 'cancelled' AND NEW.reason IS OLD.reason;
    -- queued again by such a program: why it failed is no reason to wait
    UPDATE outbox SET reason = NULL, updated_at = $now
     WHERE id = NEW.id AND NEW.state = 'queued' AND OLD.state IN ('failed', 'unknown') AND NEW.reason IS OLD.reason;
    INSERT INTO event_log (at, kind, message_id, modem, detail)
    SELECT updated_at, state, id, modem_used, json_object('from', OLD.state, 'reason', reason)
      FROM outbox WHERE id = NEW.id;
    UPDATE outbox_total SET messages = messages - 1 WHERE state = OLD.state;
    UPDATE outbox_total SET messages = messages + 1 WHERE state = NEW.state;
END;

-- Whoever queues it again: what failed or is unknown is tried again, as if new where it failed; what is out stays out.
-- Where nothing of it is out, it may go by any SIM.
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

CREATE TRIGGER outbox_waits AFTER UPDATE OF reason ON outbox
WHEN NEW.state = 'queued' AND OLD.state = 'queued' AND NEW.reason IS NOT NULL AND NEW.reason IS NOT OLD.reason BEGIN
    INSERT INTO event_log (at, kind, message_id, detail)
    VALUES (NEW.updated_at, 'waiting', NEW.id, json_object('reason', NEW.reason));
END;

CREATE TRIGGER outbox_id BEFORE UPDATE OF id ON outbox WHEN NEW.id IS NOT OLD.id BEGIN
    SELECT RAISE(ABORT, 'the id of a message never changes');
END;

CREATE TRIGGER outbox_stays BEFORE DELETE ON outbox WHEN $not_pruning BEGIN
    SELECT RAISE(ABORT, 'messages are not deleted: set state = ''cancelled'' on a queued one; smsgw db prune ends the retention');
END;

CREATE TRIGGER outbox_gone AFTER DELETE ON outbox BEGIN
    UPDATE outbox_total SET messages = messages - 1 WHERE state = OLD.state;
END;

CREATE TRIGGER inbox_handled BEFORE UPDATE OF handled_at ON inbox WHEN NEW.handled_at IS NOT OLD.handled_at BEGIN
    SELECT CASE
$handled_rules
    END;
END;

CREATE TRIGGER inbox_handled_when AFTER UPDATE OF handled_at ON inbox
WHEN NEW.handled_at IS NOT OLD.handled_at AND NEW.handled_at IS NOT $handled_at BEGIN
    UPDATE inbox SET handled_at = $handled_at WHERE id = NEW.id;
END;

CREATE TRIGGER event_log_stays BEFORE DELETE ON event_log WHEN $not_pruning BEGIN
    SELECT RAISE(ABORT, 'events are never deleted: smsgw db prune ends their retention');
END;

CREATE TRIGGER event_log_keeps BEFORE UPDATE ON event_log WHEN $not_pruning BEGIN
    SELECT RAISE(ABORT, 'events are never changed: what happened later is another event');
END;

-- The ledger of consents only grows; the retention empties a row, and leaves its place in the chain.
CREATE TRIGGER consent_event_stays BEFORE DELETE ON consent_event BEGIN
    SELECT RAISE(ABORT, 'the ledger of consents is never cut: what happened later is another entry');
END;

CREATE TRIGGER consent_event_keeps BEFORE UPDATE ON consent_event WHEN $not_pruning OR NEW.forgotten IS NOT 1
 OR NEW.prev_hash IS NOT OLD.prev_hash OR NEW.hash IS NOT OLD.hash BEGIN
    SELECT RAISE(ABORT, 'the ledger of consents is never changed: what happened later is another entry');
END;
