package app

import (
	"context"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// A portal also tells what a restore takes, and what it touches.
var _ bot.Witness = (*keyed)(nil)

func (k *keyed) Quota(ctx context.Context) (docspace.Quota, error) { return k.now().Quota(ctx) }

func (k *keyed) AuditEvents(ctx context.Context, from, to time.Time, skip int) ([]docspace.AuditEvent, error) {
	return k.now().AuditEvents(ctx, from, to, skip)
}

func (k *keyed) ReadAudit(ctx context.Context, r docspace.AuditRange, each func(docspace.AuditEvent)) (docspace.AuditRead, error) {
	return k.now().ReadAudit(ctx, r, each)
}

func (k *keyed) Rooms(ctx context.Context, skip int) ([]docspace.Room, int, error) {
	return k.now().Rooms(ctx, skip)
}

func (k *keyed) RoomLog(ctx context.Context, room string, from, to time.Time, skip int) ([]docspace.LogEntry, int, error) {
	return k.now().RoomLog(ctx, room, from, to, skip)
}

func (k *keyed) Accounts(ctx context.Context, skip int) ([]docspace.Account, int, error) {
	return k.now().Accounts(ctx, skip)
}

func (k *keyed) UsedSpace(ctx context.Context) (docspace.UsedSpace, error) {
	return k.now().UsedSpace(ctx)
}

func (k *keyed) Tariff(ctx context.Context) (docspace.Tariff, error) { return k.now().Tariff(ctx) }

func (k *keyed) TwoFactor(ctx context.Context) (docspace.TwoFactor, error) {
	return k.now().TwoFactor(ctx)
}

func (k *keyed) IPRestrictions(ctx context.Context) (docspace.IPRestrictions, error) {
	return k.now().IPRestrictions(ctx)
}

func (k *keyed) Mail(ctx context.Context) (docspace.Mail, error) { return k.now().Mail(ctx) }

func (k *keyed) Keys(ctx context.Context) ([]docspace.Key, error) { return k.now().Keys(ctx) }

func (k *keyed) WebhooksCount(ctx context.Context) (int, error) { return k.now().WebhooksCount(ctx) }

func (k *keyed) Capabilities(ctx context.Context) (docspace.Capabilities, error) {
	return k.now().Capabilities(ctx)
}

func (k *keyed) OAuthAppsCount(ctx context.Context) (int, error) {
	return k.now().OAuthAppsCount(ctx)
}
