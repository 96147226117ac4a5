// Package bot is the domain of restorebot: one restore of a DocSpace portal,
// requested, confirmed, started once and followed to its end. It knows no Slack
// SDK, no database and no queue: [Store], [Chat], [policy.Directory] and [API] say
// what it needs of them. [Bot.Command], [Bot.Press] and [Bot.Submit] are what
// people do; [Bot.Step] takes a restore one step further, and its switch over the
// states is the table of contents.
//
// A restore moves through these states and no others (see [CanMove]):
//
//		requested -> confirmed -> (saving ->) starting -> running -> succeeded
//		    |            |           |         |    \        |  \--> failed
//		    |            |           |         |     \--> unclear <--> running
//		    |            |           |         \--> failed     \--> succeeded, failed (a person decides)
//		    |            |           \--> failed, dismissed, expired
//		    |            \--> failed, rehearsed, expired, dismissed (a countdown is stopped)
//		    \--> refused, dismissed, expired
//
//	  - requested: recorded, checked against the portal, shown on a card with buttons.
//	  - confirmed: enough people have pressed. It is requested again if one of them may
//	    not confirm any more at the start.
//	  - saving: the safety backup is taken, where one is set up. If it fails, a person
//	    says whether the restore goes on without it.
//	  - starting: the intent is saved. The step that made this move sends startrestore,
//	    and no step sends it again.
//	  - running: the portal's task is known and its progress is read. A restore that
//	    somebody started elsewhere begins here; no move leads from here to a start.
//	  - unclear: the bot cannot tell whether the restore started or how it ended. A
//	    person looks and says.
//	  - rehearsed: the end of a dry run.
//
// A [Consent] ages: a confirmed restore that cannot start within the life of its
// request expires.
//
// Every act is recorded, then acked, then done. Every move is a compare-and-swap
// on the row's version ([Store.Save]). A press that loses the race is told what
// became of the restore.
package bot
