-- A restore is bound to its portal's address, not to its name. Rows that are
-- older than that have none and are bound by name.
ALTER TABLE restore ADD COLUMN address TEXT NOT NULL DEFAULT '';

-- The portal's task that an open restore holds, '' for none.
ALTER TABLE restore ADD COLUMN task TEXT NOT NULL DEFAULT '';

DROP INDEX restore_open;
CREATE UNIQUE INDEX restore_open ON restore ((CASE WHEN address = '' THEN portal ELSE address END))
    WHERE state IN ('requested', 'confirmed', 'saving', 'starting', 'running', 'unclear');
CREATE UNIQUE INDEX restore_task ON restore (task)
    WHERE task <> '' AND state IN ('requested', 'confirmed', 'saving', 'starting', 'running', 'unclear');
