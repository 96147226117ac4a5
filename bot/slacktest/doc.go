// Package slacktest is Slack in one process, as far as a chat-ops bot can see it.
//
// A [Slack] is a plain [net/http.Handler]. It answers the Web API below /api/, hands out
// Socket Mode connections (apps.connections.open, then a WebSocket), takes posts to a
// response_url, and keeps a small workspace: people, user groups, channels, messages with
// all their edits, ephemeral messages and modals. It refuses what Slack refuses, with
// Slack's own error codes, and it has Slack's limits.
//
// The other half of the package is the people in front of the screen: [Slack.Command]
// types a slash command, [Slack.Press] presses a button, [Slack.Submit] submits a modal,
// and [Slack.Events] tells everything that happened in order. [Slack.Prepare] readies
// many commands for a load.
//
//	       Command, Press, Submit         Web API, response_url, acks
//	people ───────────────────────► Slack ◄────────────────────────── the bot
//	       ◄───────────────────────       ──────────────────────────►
//	       Messages, Events               envelopes
//
// Faults are scripted: [Slack.Recycle], [Slack.Cut], [Slack.HalfOpen], [Slack.Storm] and
// [Slack.Fail].
//
// The package speaks JSON itself and imports no Slack SDK, so it cannot share a mistake
// with one. It imports neither testing nor httptest, so a demo may link it. All its time
// comes from package time: it runs inside a testing/synctest bubble when it is served on
// a [Listener] (see [Slack.Pipe]).
//
// Where Slack's behavior is not documented the choice is written at the code with the
// word "assumed".
package slacktest
