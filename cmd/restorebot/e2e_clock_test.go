package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// dated is an answer whose Date is off.
type dated struct {
	http.ResponseWriter

	ahead time.Duration
}

func (d dated) WriteHeader(status int) {
	d.Header().Set("Date", time.Now().Add(d.ahead).UTC().Format(http.TimeFormat))
	d.ResponseWriter.WriteHeader(status)
}

func TestBinarySaysThatTheClocksDisagree(t *testing.T) {
	t.Parallel()
	ahead := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/api/2.0/") { // the portal's alone
				w = dated{w, 2 * time.Hour}
			}
			h.ServeHTTP(w, r)
		})
	}
	inBubbleBehind(t, ahead, nil, func(s *stage.Scene) {
		s.Portal.AddBackup(docspacetest.Backup{StorageType: 5, CreatedOn: time.Now().Add(time.Hour)})
		s.Alice.Types("/restore list")
		s.Alice.WantTold("h ago*")
		time.Sleep(300 * time.Millisecond) // between two whole seconds, as a Date mostly is
		s.Alice.Types("/restore doctor")
		s.Alice.WantTold("*clock of docs.example.com*: it is 2h0m0s ahead of the bot's")
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard("The portal's clock is 2 h ahead of the bot's.", "THE LAST 1 H WILL BE LOST")
	})
}

func TestBinarySaysThatABackupIsDatedAhead(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Portal.AddBackup(docspacetest.Backup{StorageType: 5, CreatedOn: time.Now().Add(2*time.Hour + 10*time.Minute)})
		s.Alice.Types("/restore list")
		s.Alice.WantTold("ahead* of the clock, so the clocks disagree")
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard("The bot cannot tell how much that is", "ahead of the clock")
	})
}
