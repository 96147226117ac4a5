package durable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"docspace-restorebot/bot"
)

const (
	reportPath = "/report"
	// reportFor is how long a report may take: a copy may be under way before it.
	reportFor = time.Minute
	// maxReport bounds what is read of a report. A restore leaves some 5 KiB.
	maxReport = 64 << 20
)

// errOtherVersion is a bot that hands out copies and no reports.
var errOtherVersion = errors.New("it is of another version")

// Report writes the report of a restore from the database at databaseURL, and
// changes nothing in it. Where a running bot holds the file, that bot reads it:
// nobody else can. [bot.ErrNotFound] means that there is no such restore.
func Report(ctx context.Context, databaseURL, id string) (bot.Report, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, reportFor, fmt.Errorf("the database did not answer within %s", reportFor))
	defer cancel()
	s, err := OpenAudit(ctx, databaseURL)
	switch {
	case errors.Is(err, ErrHeld):
		return askForReport(ctx, strings.TrimPrefix(databaseURL, "sqlite:"), id)
	case err != nil:
		return bot.Report{}, err
	}
	defer s.Close()
	return bot.ReadReport(ctx, s, id, time.Now())
}

// askForReport has the bot that holds the file write the report.
func askForReport(ctx context.Context, file, id string) (bot.Report, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return bot.Report{}, err
	}
	resp, err := askHolder(ctx, file, reportPath+"?"+url.Values{"id": {id}}.Encode())
	if err != nil {
		return bot.Report{}, fmt.Errorf("%w %s, and cannot be asked: %w", ErrHeld, file, err)
	}
	defer resp.Body.Close()
	body := io.LimitReader(resp.Body, maxReport)
	var r bot.Report
	switch {
	case resp.StatusCode != http.StatusOK:
		why, _ := io.ReadAll(io.LimitReader(body, 10_000))
		if resp.StatusCode == http.StatusNotFound {
			return r, goneError(strings.TrimSpace(string(why)))
		}
		return r, fmt.Errorf("%w %s, and could not read it: %s", ErrHeld, file, strings.TrimSpace(string(why)))
	case resp.Header.Get("Content-Type") != "application/json":
		err = errOtherVersion
	default:
		err = json.NewDecoder(body).Decode(&r)
	}
	if err != nil {
		return bot.Report{}, fmt.Errorf("%w %s, and its answer cannot be read: %w", ErrHeld, file, err)
	}
	return r, nil
}

// goneError is the running bot's word for [bot.ErrNotFound].
type goneError string

func (e goneError) Error() string { return string(e) }

func (goneError) Is(target error) bool { return target == bot.ErrNotFound }

// handReport answers [askForReport].
func (s *Store) handReport(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), reportFor)
	defer cancel()
	report, err := bot.ReadReport(ctx, s, r.URL.Query().Get("id"), time.Now())
	switch {
	case errors.Is(err, bot.ErrNotFound):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		s.Log.ErrorContext(ctx, "a report was not written", "err", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(report) // who asked may be gone
	}
}
