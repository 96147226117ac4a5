package bot

import (
	"context"
	"time"

	"docspace-restorebot/docspace"
)

// LossRules say whether the bot asks the portal what a restore takes, and how
// long it keeps by name what it was told. The zero value does not ask.
type LossRules struct {
	On   bool
	Kept time.Duration
}

// Witness is what a portal may tell besides what a restore needs of it;
// [docspace.Client] is one. All of its calls only read.
type Witness interface {
	Quota(ctx context.Context) (docspace.Quota, error)
	AuditEvents(ctx context.Context, from, to time.Time, skip int) ([]docspace.AuditEvent, error)
	ReadAudit(ctx context.Context, r docspace.AuditRange, each func(docspace.AuditEvent)) (docspace.AuditRead, error)
	Rooms(ctx context.Context, skip int) ([]docspace.Room, int, error)
	RoomLog(ctx context.Context, room string, from, to time.Time, skip int) ([]docspace.LogEntry, int, error)
	Accounts(ctx context.Context, skip int) ([]docspace.Account, int, error)
	UsedSpace(ctx context.Context) (docspace.UsedSpace, error)
	Tariff(ctx context.Context) (docspace.Tariff, error)
	TwoFactor(ctx context.Context) (docspace.TwoFactor, error)
	IPRestrictions(ctx context.Context) (docspace.IPRestrictions, error)
	Mail(ctx context.Context) (docspace.Mail, error)
	Keys(ctx context.Context) ([]docspace.Key, error)
	WebhooksCount(ctx context.Context) (int, error)
	Capabilities(ctx context.Context) (docspace.Capabilities, error)
	OAuthAppsCount(ctx context.Context) (int, error)
}

// witness is what the portal tells of itself, where the bot is to ask.
func (b *Bot) witness(p Portal) (Witness, bool) {
	w, ok := p.API.(Witness)
	return w, ok && b.Loss.On
}

// LossRead is one reading of a portal's trail, for the metrics.
type LossRead struct {
	Requests, Events int
	Took             time.Duration
	Complete         bool
}
