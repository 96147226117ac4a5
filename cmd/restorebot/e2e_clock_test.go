package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

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
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStageBehind(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/api/2.0/") { // the portal's alone
				w = dated{w, 2 * time.Hour}
			}
			h.ServeHTTP(w, r)
		})
	})
	s.portal.AddBackup(docspacetest.Backup{StorageType: 5, CreatedOn: time.Now().Add(time.Hour)})
	s.start(ctx)
	s.says(ctx, "UALICE", "/restore list", "ago)")
	s.says(ctx, "UALICE", "/restore doctor", "*clock of 127.0.0.1*: it is 2h0m0s ahead of the bot's")
	s.card(ctx)
	s.cardWith(ctx, "restore_confirm", "The portal's clock is 2 h 0 min ahead of the bot's.", "the last 1 h 0 min")
}

func TestBinarySaysThatABackupIsDatedAhead(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.portal.AddBackup(docspacetest.Backup{StorageType: 5, CreatedOn: time.Now().Add(2*time.Hour + 10*time.Minute)})
	s.says(ctx, "UALICE", "/restore list", "ahead* of the clock, so the clocks disagree")
	s.card(ctx)
	s.cardWith(ctx, "restore_confirm", "How much that is cannot be told", "ahead of the clock")
}
