// Package slackchat is Slack as the bot meets it: the Socket Mode connections
// that bring commands and presses, the messages that show a restore, and what
// Slack knows of people and channels.
//
// It and the two packages below it are the only ones that import slack-go:
// socketmode holds the connections, blockkit draws the views.
package slackchat
