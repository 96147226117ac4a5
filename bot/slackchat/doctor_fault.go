package slackchat

import "docspace-restorebot/bot/slackchat/socketmode"

// explainFault says why there is no connection to Slack, and what to do about it.
// word is the Fault of a [socketmode.State]; an unknown one stands for itself.
func explainFault(word string) (why, fix string) {
	const waitForSlack = "Wait a few minutes; the bot tries again by itself. See https://slack-status.com if it goes on."
	switch word {
	case socketmode.FaultNetwork:
		return "Slack cannot be reached", curePrivate
	case socketmode.FaultTimeout:
		return "Slack does not answer in time", curePrivate
	case socketmode.FaultHandshake:
		return "Slack, or a proxy before it, refuses the WebSocket", curePrivate
	case socketmode.FaultAddress:
		return "Slack, or a proxy before it, names no address for the WebSocket", curePrivate
	case socketmode.FaultHTTP:
		return "Slack, or a proxy before it, answers with an HTTP error", curePrivate
	case socketmode.FaultRateLimited:
		return "Slack asks for fewer new connections", waitForSlack
	case socketmode.FaultSlack:
		return "Slack answers with an error, which the bot's log names", waitForSlack
	case socketmode.FaultFatal:
		return "Slack refuses the app-level token", "Run restorebot doctor: it names the error."
	case socketmode.FaultDisabled:
		return "Socket Mode is off for the app (link_disabled)", "Turn it on in the app's settings, under Socket Mode."
	case socketmode.FaultTooMany:
		return "the app has too many connections (too_many_websockets)", "Stop other programs that use this app-level token."
	}
	return word, curePrivate
}
