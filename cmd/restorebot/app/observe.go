package app

import (
	"context"
	"log/slog"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/ops"
	"docspace-restorebot/bot/slackchat/socketmode"
)

// socketEvents counts what happens to the connections.
func socketEvents(m *ops.Metrics) socketmode.Events {
	return socketmode.Events{
		Connected: m.Connected, Disconnected: m.Disconnected, OpenFailed: m.OpenFailed,
		Received: m.Received, Redelivered: m.Redelivered,
		Acked: func(kind string, outcome socketmode.AckOutcome, took time.Duration) {
			m.Acked(kind, string(outcome), took)
		},
		AckResent: m.AckResent, AckLost: m.AckLost, Panicked: m.Panicked,
	}
}

// sources is where the gauges come from.
func (a *App) sources() ops.Sources {
	return ops.Sources{
		Connections: func() ops.Connections {
			s := a.sockets.State()
			return ops.Connections{Live: s.Live, Counted: s.Counted, LastHello: s.LastHello, LastFrame: s.LastFrame}
		},
		Backlog: a.Store.Backlog,
	}
}

// unreadable is the verb of a command that cannot be parsed.
const unreadable command.Verb = "unreadable"

// counting counts commands by what they ask for.
func counting(m *ops.Metrics) func(command.Verb, bool) {
	return func(v command.Verb, readable bool) {
		if !readable {
			v = unreadable
		}
		m.Commanded(v)
	}
}

// handling notes the envelope for the log lines about it.
func handling(handle func(context.Context, socketmode.Envelope) any) func(context.Context, socketmode.Envelope) any {
	return func(ctx context.Context, env socketmode.Envelope) any {
		return handle(bot.LogWith(ctx, slog.String("envelope_id", env.ID)), env)
	}
}

// stepping counts steps and notes the restore for the log lines about it.
func stepping(b *bot.Bot, m *ops.Metrics) durable.StepFunc {
	return func(ctx context.Context, id string, generation int64) (time.Duration, bool, error) {
		began := time.Now()
		next, err := b.Step(bot.LogWith(ctx, slog.String("restore", id)), id, generation)
		m.Stepped(time.Since(began), err)
		return next.After, next.Done, err
	}
}
