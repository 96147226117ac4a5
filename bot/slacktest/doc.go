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
// # What it does not know
//
// Methods besides those of the table in methods.go are unknown_method, although Slack has
// hundreds: conversations.open and join, users.list, reactions, pins, bookmarks, canvases,
// search, chat.scheduleMessage and streaming, views.publish. Nor has it App Home tabs,
// shortcuts, message actions, workflow steps, unfurls, OAuth, requests over HTTP in place
// of Socket Mode, or several workspaces of an organization.
//
// Of what it has it does not play: group direct messages; what an app hears by itself (an
// event is sent by [Slack.SendEvent] alone, with no look at the app's subscriptions);
// whether a workspace's plan, its settings or a channel's rules forbid something (script
// it with [Slack.Fail]); whether people, channels and remote files that blocks name exist;
// what attachments hold besides blocks; the size of metadata; the limit of several hundred
// messages a minute and workspace; emoji, which Slack gives back as :names:, and the spaces
// around a text; the text of a message that came with blocks alone; the shares of a file
// that lag behind its upload; retries of commands and presses, which Slack was seen to
// make now and then (see [Delivery.Redeliver] and [Slack.Again]); what clients cut, fold
// besides plans and containers, or show on a telephone. Of markdown blocks it counts one, where Slack makes several.
package slacktest
