-- What an open modal is about. It carries its id out and back, and nothing else.
CREATE TABLE form (
    id    TEXT PRIMARY KEY,
    until BIGINT NOT NULL,
    data  TEXT NOT NULL
);
