// Package demo puts the bot, the very program that serves in production, between
// a Slack and a portal of this process, so that it can be tried with neither.
//
// A [Stage] holds the three: a [slacktest.Slack] and a [docspacetest.Portal] on
// loopback, and the bot as a process of its own that can be killed. A [Play] is
// a scripted team on a stage, and a [Screen] shows its channel in a terminal.
package demo
