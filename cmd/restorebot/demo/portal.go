package demo

import (
	"time"

	"docspace-restorebot/docspace/docspacetest"
)

// BusyPortal is a portal where people have worked since the newest backup, which is 3 h old.
func BusyPortal(now time.Time) docspacetest.Config {
	work := docspacetest.Work{
		Age: 165 * time.Minute, Last: 4 * time.Minute,
		Files: 41, Changed: 12, Rooms: 3, Invited: 2, Removed: 4, Personal: 5, People: 7,
	}
	return docspacetest.Config{
		Events:  work.Events(now),
		Details: docspacetest.Details{TwoFactorApp: true, MailHost: "smtp.example.com", Webhooks: 2},
		RoomList: []docspacetest.Room{
			{ID: 101, Title: "Sales", Files: 60, Created: now.AddDate(-1, 0, 0)},
			{ID: 102, Title: "Contracts", Files: 60, Created: now.AddDate(-1, 0, 0)},
			{ID: 103, Title: "Hiring", Files: 60, Created: now.AddDate(-1, 0, 0)},
		},
	}
}
