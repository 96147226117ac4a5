-- Most lines of a busy trail are refusals, which concern no restore: they need no
-- place in the index of those that do.
DROP INDEX audit_restore;
CREATE INDEX audit_restore ON audit (restore_id, seq) WHERE restore_id <> '';
