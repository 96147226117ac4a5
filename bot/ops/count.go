package ops

import (
	"context"

	"docspace-restorebot/bot"
)

// Count returns a store that counts the acts, the refusals by rule, the alarms and the
// ends that s has recorded. A failed call counts nothing.
func (m *Metrics) Count(s bot.Store) bot.Store { return counted{s, m} }

type counted struct {
	bot.Store

	m *Metrics
}

// Create implements [bot.Store].
func (c counted) Create(ctx context.Context, r bot.Restore, events ...bot.Event) error {
	err := c.Store.Create(ctx, r, events...)
	if err == nil {
		c.m.recorded(events)
	}
	return err
}

// Save implements [bot.Store].
func (c counted) Save(ctx context.Context, was, next bot.Restore, events ...bot.Event) (bot.Restore, error) {
	saved, err := c.Store.Save(ctx, was, next, events...)
	if err == nil {
		c.m.moved(was, saved, events)
	}
	return saved, err
}

// Wake implements [bot.Store].
func (c counted) Wake(ctx context.Context, was, next bot.Restore, events ...bot.Event) (bot.Restore, error) {
	saved, err := c.Store.Wake(ctx, was, next, events...)
	if err == nil {
		c.m.moved(was, saved, events)
	}
	return saved, err
}

// Note implements [bot.Store].
func (c counted) Note(ctx context.Context, events ...bot.Event) error {
	err := c.Store.Note(ctx, events...)
	if err == nil {
		c.m.recorded(events)
	}
	return err
}

func (m *Metrics) recorded(events []bot.Event) {
	for _, e := range events {
		m.acts.WithLabelValues(string(e.Kind)).Inc()
		if rule := e.Detail["rule"]; e.Kind == bot.EventRefused && rule != "" {
			m.refusals.WithLabelValues(rule).Inc()
		}
	}
}

func (m *Metrics) moved(was, now bot.Restore, events []bot.Event) {
	m.recorded(events)
	for _, alarm := range now.Alarms[min(len(was.Alarms), len(now.Alarms)):] {
		m.alarms.WithLabelValues(string(alarm.Kind)).Inc()
	}
	if now.State == was.State || (!now.State.Ended() && now.State != bot.Unclear) {
		return
	}
	m.ends.WithLabelValues(string(now.State)).Inc()
	if !now.StartedAt.IsZero() && !now.EndedAt.IsZero() {
		m.duration.WithLabelValues(string(now.State)).Observe(now.EndedAt.Sub(now.StartedAt).Seconds())
	}
}
