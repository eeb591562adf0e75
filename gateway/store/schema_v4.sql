-- Indexes for reports. Each holds all that a count needs, in the order in which it is grouped: nothing is sorted, and
-- the long rows themselves are never read.

DROP INDEX survey_session_invited;
CREATE INDEX survey_session_report
    ON survey_session (survey, substr(invited_at, 1, 13), state, disposition, late, reason,
                       delivered_at IS NOT NULL, invited_at, delivered_at, answered_at);
CREATE INDEX survey_session_odd ON survey_session (survey, invited_at) WHERE late <> 0 OR disposition = 'wrong_person';
CREATE INDEX survey_session_period ON survey_session (id, survey, invited_at);
CREATE INDEX item_notes ON item (question, type, status, late, flags, value) WHERE type <> 'text';
CREATE INDEX item_texts ON item (question, status, late, flags, type) WHERE type = 'text';
CREATE INDEX inbox_other ON inbox (kind, session_id, sender, received_at, complete)
    WHERE kind <> 'answer' OR complete = 0;
CREATE INDEX session_message_again ON session_message (role, session_id) WHERE role IN ('reask', 'reminder');
CREATE INDEX outbox_sim ON outbox (sim, sent_at, number) WHERE sim IS NOT NULL AND sent_at IS NOT NULL;
CREATE INDEX inbox_sim ON inbox (imsi, received_at);
