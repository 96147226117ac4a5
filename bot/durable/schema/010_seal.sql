-- With a key from outside the database the end of the trail is sealed, and which
-- freeze holds there: a hash of it, '' for none.
ALTER TABLE audit_head ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_head ADD COLUMN frozen TEXT NOT NULL DEFAULT '';
