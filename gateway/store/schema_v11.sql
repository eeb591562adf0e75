-- The context as the application wrote it, where an invitation led to the session: what the session keeps are texts for
-- filling templates. What was taken out of the session (erasure, retention) does not come back by its invitation.
DROP VIEW session;
DROP VIEW answer;

CREATE VIEW session AS
    SELECT s.id, s.survey, s.recipient, s.modem, s.state, s.question, s.invited_at, s.ended_at, s.disposition,
           CASE WHEN i.id IS NULL OR s.context = '{}' THEN s.context ELSE coalesce(i.context, '{}') END AS context,
           s.version, s.language, s.event_ref, s.event_at, s.created_at, s.delivered_at, s.answered_at, s.reason, s.late,
           s.invitation_id
      FROM survey_session AS s LEFT JOIN invitation AS i ON i.id = s.invitation_id;

CREATE VIEW answer AS
    SELECT item.session_id, s.survey, s.recipient, item.question, item.type, item.value, item.comment, item.asked_at,
           item.answered_at, item.inbox_id,
           CASE WHEN i.id IS NULL OR s.context = '{}' THEN s.context ELSE coalesce(i.context, '{}') END AS context,
           item.status, item.flags, item.late
      FROM item JOIN survey_session AS s ON s.id = item.session_id
           LEFT JOIN invitation AS i ON i.id = s.invitation_id
     WHERE item.status IN ('answered', 'prefilled', 'refused', 'unparsed');
