// Package durable keeps restores in a database and works their steps.
//
// The tables are the truth. River is clock and worker: [Step] is its one kind of
// job, and a job puts itself off until the next step is due. Each row carries a
// generation. [Store.Wake] and the look for overdue rows count it up and insert a
// new job, so a job of an older generation ends as a no-op. No safety rests on
// that: a step may run twice at any time, and the compare-and-swap decides.
//
// SQLite and PostgreSQL run the same code and the same SQL. What differs:
//
//   - One process writes an SQLite file, and holds its lock (lock.go). All rows are
//     begun anew at its start. Others read the file meanwhile (read_only.go, copy.go).
//   - Any number of processes share a PostgreSQL database. Times that decide between
//     them are now() of the server (clock.go), and a row is begun anew once it is
//     10 s overdue.
//
// A transaction touches the rows of a restore first and the audit trail last, so
// that two of them never wait for each other.
//
// Where to look:
//
//	open, sqlite, postgres, migrate    from a URL to a Store
//	store, record, schema/             restores: rows, moves, the JSON of the data column
//	run, work, reconcile, clock        the steps
//	audit, audit_check, trail          the chain of events, and how it is verified
//	seal, seal_trail                   what AUDIT_KEY proves of rows and trail
//	consent, consent_sqlite, ...       how old people's consent is, and whether it is of now
//	search, runs, loss, form, rules    what else is asked of the database
//	doctor, backlog, file_check        how the database is
package durable
