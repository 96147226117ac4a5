-- What a restore takes by name, kept apart from it because it goes earlier.
CREATE TABLE loss (
    restore_id TEXT PRIMARY KEY,
    until      BIGINT NOT NULL,
    data       TEXT NOT NULL
);
CREATE INDEX loss_until ON loss (until);
