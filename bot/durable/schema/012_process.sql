-- The processes that serve the chat from this database: how many connections each
-- holds, and when it last said so, by the database's clock.
CREATE TABLE process (
    id          TEXT PRIMARY KEY,
    connections INTEGER NOT NULL,
    seen_at     BIGINT NOT NULL
);
