UPDATE inbox SET handled_at = strftime('%Y-%m-%dT%H:%M:%fZ', handled_at, 'auto', '+0 seconds')
 WHERE strftime('%Y-%m-%dT%H:%M:%fZ', handled_at, 'auto', '+0 seconds') BETWEEN '2000' AND '9999'
   AND handled_at NOT GLOB '[0-9][0-9]:*';

UPDATE part SET state = 'waiting'
 WHERE state IN ('failed', 'unknown')
   AND message_id IN (SELECT id FROM outbox
                       WHERE state = 'queued'
                         AND NOT EXISTS (SELECT 1 FROM part AS left_to_try
                                          WHERE left_to_try.message_id = outbox.id
                                            AND left_to_try.state IN ('waiting', 'submitting')));

UPDATE outbox SET sim = NULL, concat_reference = NULL
 WHERE state = 'queued' AND sim IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM part WHERE message_id = outbox.id AND state NOT IN ('waiting', 'failed'));
