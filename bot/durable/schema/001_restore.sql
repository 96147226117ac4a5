-- Times are nanoseconds since 1970, 0 for none. The columns are the truth; data
-- holds the whole restore and what has no column is read from it.
CREATE TABLE restore (
    id           TEXT PRIMARY KEY,
    portal       TEXT NOT NULL,
    state        TEXT NOT NULL,
    version      BIGINT NOT NULL,
    generation   BIGINT NOT NULL,
    delivery     TEXT NOT NULL UNIQUE,
    requested_at BIGINT NOT NULL,
    stepped_at   BIGINT NOT NULL DEFAULT 0, -- when a step last began or ended
    due_at       BIGINT NOT NULL,           -- when the next step is expected by
    settled      BOOLEAN NOT NULL,
    data         TEXT NOT NULL
);

-- One open restore per portal. The states are those of bot.OpenStates.
CREATE UNIQUE INDEX restore_open ON restore (portal)
    WHERE state IN ('requested', 'confirmed', 'starting', 'running', 'unclear');

CREATE INDEX restore_recent ON restore (requested_at);
CREATE INDEX restore_due ON restore (due_at) WHERE NOT settled;

CREATE TABLE confirmation (
    restore_id TEXT NOT NULL REFERENCES restore (id),
    user_id    TEXT NOT NULL,
    PRIMARY KEY (restore_id, user_id)
);

-- Each hash covers its line and the hash before it.
CREATE TABLE audit (
    seq        BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    restore_id TEXT NOT NULL,
    kind       TEXT NOT NULL,
    actor      TEXT NOT NULL,
    detail     TEXT NOT NULL,
    prev_hash  TEXT NOT NULL,
    hash       TEXT NOT NULL
);
