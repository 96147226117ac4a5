package main

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	_ "modernc.org/sqlite" // registers itself

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/docspace"
)

// ended is a restore as it is when all is over, with everything that one without
// trouble leaves behind. It was in another channel.
func (s *stage) ended(at time.Time) bot.Restore {
	p := s.portals[0]
	minutes := func(n int) time.Time { return at.Add(time.Duration(n) * time.Minute) }
	backup := docspace.Backup{
		ID: "5f9e6ac8-6f0e-4a0b-9a3c-2d1c6a3b7f10", FileName: "docs_2026-03-01_02-15-00.tar.gz", StorageType: docspace.StorageDocuments, CreatedOn: at.Add(-24 * time.Hour),
	}
	counts := bot.Counts{At: at, Users: 120, Rooms: 45, Backups: 7}
	return bot.Restore{
		ID: "seedseedse", Portal: p.name, State: bot.Succeeded, Version: 20, Generation: 9, Delivery: "seed", Team: "T0BENCH", Channel: "C0PAST", Requester: asker,
		Order:       command.Order{BackupID: backup.ID, Reason: "a room was deleted by mistake"},
		RequestedAt: at, ExpiresAt: minutes(15), Backup: backup, PortalVersion: "3.5.1",
		Preflight: bot.Preflight{At: at, Usual: bot.Usual{Runs: 12, Median: 18 * time.Minute, P90: 25 * time.Minute}, Newer: 1, Counts: counts},
		Plan:      strings.Repeat("0123456789abcdef", 4), Confirmations: []bot.Confirmation{{User: "U0SECOND", At: minutes(1), MessageTS: "1792222222.000200"}},
		Handled: []string{"1792222222.7654321.0123456789abcdef0123456789abcdef"},
		Safety: bot.Safety{
			Stage: bot.SafetyDone, Place: "Documents", TaskID: backup.ID, StartedAt: minutes(1), Percent: 100, ChangedAt: minutes(4), EndedAt: minutes(4), Backup: backup, Told: bot.SafetyDone,
		},
		TaskBefore: backup.ID, TaskID: "9b2f1f9e-7a55-4c58-8a36-0f6f0d8f1c11", StartedAt: minutes(4),
		Progress: bot.Progress{Phase: bot.PhaseFinishing, Percent: 100, Seen: 100, ChangedAt: minutes(24), AskedAt: minutes(24), Tenant: docspace.TenantActive, TenantAt: minutes(24)},
		EndedAt:  minutes(24), SeenAt: minutes(25), SeenBy: "restorebot-7d9f8b6c5-x2x4z/1",
		Verdict: bot.Verdict{At: minutes(24), Version: "3.5.1", Login: true},
		CardTS:  "1792222222.000100", Cards: 1, Shown: bot.Shown{State: bot.Succeeded, Version: 19, Percent: 100, Phase: bot.PhaseFinishing, At: minutes(24)},
		PhaseTold: bot.PhaseFinishing, EndTS: "1792222222.000900", Aftercare: bot.Aftercare{Tries: 3, Done: true, Counts: counts, WayBack: backup.ID},
	}
}

// remember puts ended restores into the database, spread over the portals: one
// by the bot's own store, the rest as its copies, since each of the store's
// own would be a commit.
func (s *stage) remember(ctx context.Context, rows int) error {
	store, err := durable.Open(ctx, "sqlite:"+s.databaseFile())
	if err != nil {
		return err
	}
	err = store.Create(ctx, s.ended(time.Now().Add(-24*time.Hour).UTC()))
	if err = errors.Join(err, store.Close()); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", s.databaseFile())
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO restore (id, portal, state, version, generation, delivery, requested_at, stepped_at, due_at, settled, data)
		SELECT printf('%010d', i), 'p' || (i % $2), state, version, generation, 'seed' || i, requested_at - i * 1000000000,
			stepped_at, due_at, true, replace(data, 'seedseedse', printf('%010d', i))
		FROM restore, n WHERE id = 'seedseedse'`, rows-1, len(s.portals))
	if err == nil {
		_, err = db.ExecContext(ctx, `UPDATE restore SET settled = true`)
	}
	if err == nil {
		_, err = db.ExecContext(ctx, `DELETE FROM river_job`)
	}
	return err
}
