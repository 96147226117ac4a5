// Package blockkit draws what Slack shows: pure functions from a card, an answer or
// a note of the domain to blocks. It knows no client and no network.
package blockkit
