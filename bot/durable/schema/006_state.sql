-- How many restores are in each state is asked every few seconds.
CREATE INDEX restore_state ON restore (state);
