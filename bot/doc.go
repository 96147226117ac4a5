// Package bot is the domain of restorebot: one restore of a DocSpace portal,
// asked for, confirmed, started once and followed to its end, with the truth in
// the channel. It knows no Slack SDK, no database and no queue; it says what it
// needs of them in [Store], [Chat], [policy.Directory] and [Portal].
//
// A restore moves through these states and no others (see [CanMove]):
//
//	requested -> confirmed -> (saving ->) starting -> running -> succeeded
//	    |            |           |         |    \        |  \--> failed
//	    |            |           |         |     \--> unclear <--> running
//	    |            |           |         \--> failed     \--> succeeded, failed (a person decides)
//	    |            |           \--> failed, dismissed, expired
//	    |            \--> failed, rehearsed, expired, dismissed (a broken glass is stopped)
//	    \--> refused, dismissed, expired
//
// requested: recorded, then checked against the portal, then shown on a card
// with buttons. confirmed: enough people have pressed; if one of them may not
// confirm any more at the start, it is requested again. saving: the portal is
// backed up as it is now, where that is set up; if that fails, a person says
// whether the restore goes on without it. starting: the intent is
// saved and startrestore is sent by the one step that made this move, and never
// again. running: the portal's task is known and asked for its progress; a
// restore that somebody started elsewhere begins here, and no move leads from
// here to a start.
// A consent ages: what was confirmed and cannot start within the life of its
// request expires, whatever lay between ([Consent]).
// unclear: whether a restore started, or how it ended, cannot be told by the
// bot; a person looks and says. rehearsed: the end of a dry run.
//
// The rule for everything: recorded, then acked, then done. Every move is a
// compare-and-swap on the row's version ([Store.Save]); who loses the race is
// told what became of the restore.
package bot
