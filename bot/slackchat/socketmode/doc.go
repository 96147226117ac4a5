// Package socketmode holds an app's Socket Mode connections to Slack. It hands on
// each envelope once and acks it within Slack's 3 s.
package socketmode
