// Package slackchat is Slack as the bot meets it: the Socket Mode connections
// that bring commands and presses, the messages that show a restore, and what
// Slack knows of people and channels.
//
// It is the only package that imports slack-go and the websocket library. The
// views are pure functions of the domain's values.
package slackchat
