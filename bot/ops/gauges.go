package ops

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"docspace-restorebot/bot"
)

// Sources are asked at each scrape.
type Sources struct {
	Connections func() Connections
	Backlog     func(ctx context.Context) (bot.Backlog, error)
}

// Connections is the state of the connections to the chat.
type Connections struct {
	Live      int       // connections that bring envelopes
	Counted   int       // connections of the app, all replicas together, by the chat's last count
	LastHello time.Time // zero before the first
	LastFrame time.Time // latest sign of life
}

// askWithin bounds a question to the database at a scrape.
const askWithin = 3 * time.Second

// Watch registers the gauges of some sources.
func (m *Metrics) Watch(s Sources) { m.registry.MustRegister(newGauges(s)) }

type gauges struct {
	sources Sources

	live, counted, lastHello, lastFrame      *prometheus.Desc
	up, states, unsettled, overdue, lag, ran *prometheus.Desc
}

func newGauges(s Sources) *gauges {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(namespace+"_"+name, help, labels, nil)
	}
	return &gauges{
		sources:   s,
		live:      desc("slack_connections", "Socket Mode connections that bring envelopes now."),
		counted:   desc("slack_connections_counted", "Connections of the app, all replicas together, as Slack last counted them."),
		lastHello: desc("slack_last_hello_timestamp_seconds", "When a connection last said hello; 0 before the first."),
		lastFrame: desc("slack_last_frame_timestamp_seconds", "When any connection last showed a sign of life; 0 before the first."),
		up:        desc("database_up", "1 if the database answered within 3 s."),
		states:    desc("restores", "Restores in the database, by state.", "state"),
		unsettled: desc("restores_unsettled", "Restores with something left to do or to tell."),
		overdue:   desc("queue_overdue", "Restores whose next step is more than 3 s late."),
		lag:       desc("queue_lag_seconds", "How late the latest step is."),
		ran:       desc("queue_last_step_timestamp_seconds", "When a step last began or ended, on any replica; 0 before the first."),
	}
}

// Describe implements [prometheus.Collector].
func (g *gauges) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.live, g.counted, g.lastHello, g.lastFrame, g.up, g.states, g.unsettled, g.overdue, g.lag, g.ran} {
		c <- d
	}
}

// Collect implements [prometheus.Collector].
func (g *gauges) Collect(c chan<- prometheus.Metric) {
	send := func(d *prometheus.Desc, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	conns := g.sources.Connections()
	send(g.live, float64(conns.Live))
	send(g.counted, float64(conns.Counted))
	send(g.lastHello, seconds(conns.LastHello))
	send(g.lastFrame, seconds(conns.LastFrame))

	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	b, err := g.sources.Backlog(ctx)
	if err != nil {
		send(g.up, 0)
		return // an old number would mislead
	}
	send(g.up, 1)
	for _, state := range states() {
		send(g.states, float64(b.States[state]), string(state))
	}
	send(g.unsettled, float64(b.Unsettled))
	send(g.overdue, float64(b.Overdue))
	send(g.lag, b.Lag.Seconds())
	send(g.ran, seconds(b.LastStep))
}

// states are all states: each has a series from the start.
func states() []bot.State {
	return append(bot.OpenStates(), bot.Succeeded, bot.Failed, bot.Rehearsed, bot.Refused, bot.Dismissed, bot.Expired)
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
