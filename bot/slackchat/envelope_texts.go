package slackchat

import "docspace-restorebot/bot/slackchat/socketmode"

// Texts for a person whose envelope has no answer. Each says whether anything was done
// and what to do now.
const (
	textBusy       = "The bot is busy; nothing was done. Try again in a moment."
	textUnreadable = "The bot could not read this from Slack; nothing was done. For the bot's operator: envelope "
)

// AckTexts are the same for [socketmode.Client].
var AckTexts = socketmode.Texts{
	Title:    "Restore",
	Stopping: "The bot is stopping; nothing was done. Try again in a moment.",
	Busy:     textBusy,
	TooSlow:  "This took too long, and it is not certain that it was recorded. See `/restore status` before you try again.",
	Internal: "Internal error: whether this was recorded is not certain. See `/restore status` before you try again. For the bot's operator: envelope ",
	TooLong:  "The answer is too long for Slack to show here. See `/restore status` for what was done.",
}

func textAck(env socketmode.Envelope, text string) any {
	return socketmode.TextAck(env, AckTexts.Title, text)
}
