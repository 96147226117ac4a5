// Package slacktest is Slack in one process, as far as a chat-ops bot can see it.
//
// A [Slack] is a plain [net/http.Handler]. It answers the Web API below /api/, hands out
// Socket Mode connections (apps.connections.open, then a WebSocket), takes posts to a
// response_url, and keeps a small workspace: people, user groups, channels, messages with
// their edits, ephemeral messages and modals. It refuses what Slack refuses, with
// Slack's own error codes, and it has Slack's limits.
//
// The other half of the package is the people in front of the screen: [Slack.Command]
// types a slash command, [Slack.Press] presses a button, [Slack.Submit] submits a modal,
// and [Slack.Events] tells everything that happened in order.
//
//	       Command, Press, Submit         Web API, response_url, acks
//	people ───────────────────────► Slack ◄────────────────────────── the bot
//	       ◄───────────────────────       ──────────────────────────►
//	       Messages, Events               envelopes
//
// Faults are scripted: [Slack.Recycle], [Slack.Cut], [Slack.HalfOpen], [Slack.Storm],
// [Slack.Fail] and [Slack.RefuseBlocks].
//
// The package speaks JSON itself and imports no Slack SDK, so it cannot share a mistake
// with one. It imports neither testing nor httptest, so a demo may link it. All its time
// comes from package time: it runs inside a testing/synctest bubble when it is served on
// a [Listener] (see [Slack.Pipe]).
//
// Where Slack's behavior is not documented the choice is written at the code with the
// word "assumed".
//
// # What it enforces
//
// Tokens, scopes and the rate limits of each method; who sees which channel; the life of a
// trigger_id, of a response_url and of a ticket for a connection; ten connections, an ack
// within three seconds and below 20 kB; and for all that is shown the table in schema.go:
// the blocks, elements and views that the bot sends, with every member and limit, and the
// refusal with pointer and code where one is broken. A text object comes back normalized,
// and a box shows after an edit what it showed before where its ids stay, as clients do.
//
// # What it does not know
//
// Methods besides those of the table in methods.go are unknown_method, although Slack has
// hundreds, and a type of block that schema.go does not name is unsupported, although
// Slack has more: the bot sends none, and the day it does the test says so. Nor are there
// App Home tabs, events, shortcuts, workflow steps, unfurls, OAuth, attachments, modals
// on modals, group direct messages, requests over HTTP in place of Socket Mode, or several
// workspaces of an organization.
//
// It does not play whether a workspace's plan, its settings or a channel's rules forbid
// something (script it with [Slack.Fail]); whether people and channels that blocks name
// exist; the size of metadata; the limit of several hundred messages a minute and
// workspace; emoji, which Slack gives back as :names:, and the spaces around a text; the
// shares of a file; retries of commands and presses, which Slack was seen to make now and
// then (see [Delivery.Redeliver] and [Slack.Again]); nor what clients cut or show on a
// telephone.
package slacktest
