-- The one freeze; at is 0 while there is none.
CREATE TABLE freeze_now (
    id      INTEGER PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    reason  TEXT NOT NULL,
    channel TEXT NOT NULL
);
INSERT INTO freeze_now (id, at, actor, reason, channel) VALUES (1, 0, '', '', '');

-- How many lines the audit trail has, and the hash of the newest: without it
-- nobody could tell that the newest lines are missing.
CREATE TABLE audit_head (
    id    INTEGER PRIMARY KEY,
    lines BIGINT NOT NULL,
    hash  TEXT NOT NULL
);
INSERT INTO audit_head (id, lines, hash)
    SELECT 1, count(*), coalesce((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), '') FROM audit;
