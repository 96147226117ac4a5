package slackchat

// explainFault says why there is no connection to Slack, and what to do about it.
// word is the Fault of a [socketmode.State]; an unknown one stands for itself.
func explainFault(word string) (why, fix string) {
	const waitForSlack = "Wait a few minutes; the bot tries again by itself. See https://slack-status.com if it goes on."
	switch word {
	case "network":
		return "Slack cannot be reached", curePrivate
	case "timeout":
		return "Slack does not answer in time", curePrivate
	case "handshake":
		return "Slack, or a proxy before it, refuses the WebSocket", curePrivate
	case "bad_address":
		return "Slack, or a proxy before it, names no address for the WebSocket", curePrivate
	case "http_status":
		return "Slack, or a proxy before it, answers with an HTTP error", curePrivate
	case "rate_limited":
		return "Slack asks for fewer new connections", waitForSlack
	case "slack_error":
		return "Slack answers with an error, which the bot's log names", waitForSlack
	case "refused":
		return "Slack refuses the app-level token", "Run restorebot doctor: it names the error."
	case "link_disabled":
		return "Socket Mode is off for the app (link_disabled)", "Turn it on in the app's settings, under Socket Mode."
	case "too_many_websockets":
		return "the app has too many connections (too_many_websockets)", "Stop other programs that use this app-level token."
	}
	return word, curePrivate
}
