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
//   - One process writes an SQLite file, and holds its lock. All rows are begun anew
//     at its start. Others read the file meanwhile.
//   - Any number of processes share a PostgreSQL database. Times that decide between
//     them are now() of the server, and a row is begun anew once it is 10 s overdue.
//
// A transaction touches the rows of a restore first and the audit trail last, so
// that two of them never wait for each other.
//
// Read the files in this order:
//
//	open, migrate, schema/     from a URL to a Store
//	sqlite, lock, file_check   a file: how it is opened, locked and checked
//	postgres                   a server
//	sql                        transactions, and rows to values
//	store, record              restores: their moves, and the JSON of a row
//	search, kept, rules        what else is kept, and how restores are found
//	run, work, reconcile       the steps; clock has the time that they go by
//	consent                    how old people's consent is, and whether it is of now
//	freeze                     no starts meanwhile
//	audit, seal                the chain of events, and what AUDIT_KEY proves of it
//	read_only, copy            what audit, report and backup need beside a bot
//	doctor, inspect, backlog   how the database is; process has who else is at work
//	system                     what differs between operating systems
package durable
