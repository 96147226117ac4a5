// Package socketmode holds an app's Socket Mode connections to Slack. It hands each
// command, click and event to a handler once and acks it within Slack's 3 s.
//
// A [Client] keeps N slots connected:
//
//	runSlot: wait (backoff) -> connect (dial, hello) -> serve until retired or gone -> again
//
// Slack announces that it will close a connection (a disconnect frame). The
// connection is then retired: the slot opens another one first, and the old one is
// read and acked on until Slack closes it. The client retires a connection by itself
// where two are of one age, since Slack would recycle them together.
//
// An envelope goes from a connection's reader to the dispatcher, which calls the
// handler, at most 64 at once, and gives the ack to the connection that brought the
// envelope, or to another one where that is gone.
package socketmode
