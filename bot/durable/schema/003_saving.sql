-- A restore that waits for its safety backup holds its portal too.
DROP INDEX restore_open;
CREATE UNIQUE INDEX restore_open ON restore (portal)
    WHERE state IN ('requested', 'confirmed', 'saving', 'starting', 'running', 'unclear');

-- The history of one portal, and the trail of one restore.
CREATE INDEX restore_portal ON restore (portal, requested_at);
CREATE INDEX audit_restore ON audit (restore_id, seq);
