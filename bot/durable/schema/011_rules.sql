-- The rules that people were last told of, and who tells them of a change now.
CREATE TABLE rules_told (
    id      INTEGER PRIMARY KEY,
    version BIGINT NOT NULL,
    data    TEXT NOT NULL
);
INSERT INTO rules_told (id, version, data) VALUES (1, 0, '{}');
