package blockkit

import "docspace-restorebot/bot"

// Direct is a note for the requester alone.
func Direct(c bot.Card, n bot.Note) Message {
	m := Plain(directText(c, n))
	m.Blocks = append(m.Blocks, sealLine(n)...)
	return m
}

// directText is a note for the requester alone, who sees no card beside it.
func directText(c bot.Card, n bot.Note) string {
	r := c.Restore
	why := "Only you get this: the bot cannot post in " + mention(r.Channel) + ". " + EscapeText(n.Why, 2*maxSaid)
	switch n.Kind {
	case bot.NoteChannelLost:
		return lines(
			"*"+headline(c)+"* (restore "+code(r.ID)+")",
			"The restore goes on, and nothing was started twice. The bot tells you its alarms and its end here.", why)
	case bot.NoteStart, bot.NoteList, bot.NoteListOpen, bot.NoteAlarm, bot.NoteDowntime, bot.NoteSafety, bot.NoteCounted, bot.NoteReport, bot.NoteLoss, bot.NoteBreakGlass, bot.NoteWithdrawn, bot.NoteReminder, bot.NoteEnd:
	}
	return cutText(lines("Restore "+code(r.ID)+":", noteText(c, n), why))
}
