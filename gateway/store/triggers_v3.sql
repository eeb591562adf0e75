-- The rules of `invitation`, and what tells a session that one of its messages has moved.

CREATE TRIGGER invitation_checks BEFORE INSERT ON invitation BEGIN
    SELECT CASE
        WHEN NEW.survey IS NULL OR trim(NEW.survey) = ''
            THEN RAISE(ABORT, 'survey is empty: write the name of a survey file, without .toml')
        WHEN NEW.recipient IS NULL OR NEW.recipient NOT GLOB '*[0-9]*'
            THEN RAISE(ABORT, 'recipient has no digits: write a phone number such as +33612345678')
$invitation_sizes
        WHEN NEW.context IS NOT NULL AND NOT json_valid(NEW.context)
            THEN RAISE(ABORT, 'context is not JSON: write an object such as {"prenom": "Ana"}')
        WHEN NEW.context IS NOT NULL AND json_type(NEW.context) <> 'object'
            THEN RAISE(ABORT, 'context is no JSON object: write one such as {"prenom": "Ana"}')
        WHEN NEW.state IS NOT 'pending'
            THEN RAISE(ABORT, 'state is not pending: leave it out, every invitation starts so')
        WHEN coalesce(NEW.reason, NEW.session_id, NEW.due_at) IS NOT NULL
            THEN RAISE(ABORT, 'a column that only the gateway writes is set: leave out reason, session_id and due_at')
$invitation_rules
    END;
END;

CREATE TRIGGER invitation_accepts AFTER INSERT ON invitation BEGIN
    UPDATE invitation
       SET not_before = $not_before, expires_at = $expires_at, event_at = $event_at,
           created_at = coalesce($created_at, $now), updated_at = coalesce($created_at, $now)
     WHERE id = NEW.id;
END;

CREATE TRIGGER invitation_keeps BEFORE UPDATE OF survey, recipient ON invitation
WHEN NEW.state <> 'pending' AND $not_pruning
 AND (NEW.survey IS NOT OLD.survey OR NEW.recipient IS NOT OLD.recipient) BEGIN
    SELECT RAISE(ABORT, 'this invitation is no longer pending: insert another one');
END;

CREATE TRIGGER invitation_bounds
BEFORE UPDATE OF survey, recipient, context, dedupe_key, language, event_ref ON invitation BEGIN
    SELECT CASE
$invitation_sizes
    END;
END;

CREATE TRIGGER session_message_moves AFTER UPDATE OF state ON outbox
WHEN NEW.state IS NOT OLD.state AND EXISTS (SELECT 1 FROM session_message WHERE message_id = NEW.id) BEGIN
    UPDATE session_message SET news = 1 WHERE message_id = NEW.id;
END;

-- A new time is a matter for the runner again.
CREATE TRIGGER invitation_again AFTER UPDATE OF not_before, expires_at ON invitation
WHEN NEW.state = 'pending' AND (NEW.not_before IS NOT OLD.not_before OR NEW.expires_at IS NOT OLD.expires_at) BEGIN
    SELECT CASE
$invitation_rules
    END;
    UPDATE invitation SET not_before = $not_before, expires_at = $expires_at, due_at = NULL, updated_at = $now
     WHERE id = NEW.id;
END;
