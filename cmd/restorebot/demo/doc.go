// Package demo puts the bot, the very program that serves in production, between
// a Slack and a portal of this process, so that it can be tried with neither.
//
// It plays on a [stage.Stage], whose bot is a process of its own that can be killed.
// A [Play] is a scripted team on a stage, a [Screen] shows its channel in a terminal,
// and a [Page] shows it in a browser.
package demo
