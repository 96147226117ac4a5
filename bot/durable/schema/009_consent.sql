-- What people agreed to and has not started yet: when, by all clocks that could
-- be read, and what shows that this row is the one that was written then. A copy
-- of the database holds none.
CREATE TABLE consent (
    restore_id TEXT PRIMARY KEY,
    data       TEXT NOT NULL,
    seal       TEXT NOT NULL
);
