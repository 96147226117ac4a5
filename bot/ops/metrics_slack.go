package ops

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// slackMetrics are about the connections and the envelopes they bring.
type slackMetrics struct {
	connects    prometheus.Counter
	disconnects *prometheus.CounterVec
	lived       prometheus.Histogram
	openFailed  *prometheus.CounterVec
	received    *prometheus.CounterVec
	redelivered *prometheus.CounterVec
	acks        *prometheus.CounterVec
	ackTook     *prometheus.HistogramVec
	acksResent  prometheus.Counter
	acksLost    prometheus.Counter
	panics      prometheus.Counter
	messages    *prometheus.CounterVec
}

func newSlackMetrics(f factory) slackMetrics {
	return slackMetrics{
		connects:    f.counter("slack_connects_total", "Socket Mode connections that said hello."),
		disconnects: f.counters("slack_disconnects_total", "Socket Mode connections that ended, by reason.", "reason"),
		lived: f.histogram("slack_connection_duration_seconds", "Life of a Socket Mode connection.",
			[]float64{1, 10, 60, 300, 900, 1800, 3600, 7200, 14400, 28800}),
		openFailed:  f.counters("slack_open_failures_total", "Socket Mode connections that could not be opened, by reason.", "reason"),
		received:    f.counters("slack_envelopes_total", "Envelopes that came, by kind.", "kind"),
		redelivered: f.counters("slack_envelopes_redelivered_total", "Envelopes that came before, by kind.", "kind"),
		acks:        f.counters("slack_acks_total", "Acks that were written, by kind of the envelope and by outcome.", "kind", "outcome"),
		ackTook: f.histograms("slack_ack_duration_seconds", "Time from an envelope to its ack. Slack waits 3 s.",
			[]float64{.01, .025, .05, .1, .25, .5, 1, 1.5, 2, 2.5, 3}, "kind"),
		acksResent: f.counter("slack_acks_resent_total", "Acks that went out on another connection than their envelope came in on."),
		acksLost:   f.counter("slack_acks_lost_total", "Acks that could not be written within Slack's 3 s."),
		messages: f.counters("slack_messages_total",
			"Messages to Slack by method and outcome; held: not sent yet, to keep to Slack's limits.", "method", "outcome"),
		panics: f.counter("slack_handler_panics_total", "Handlers of envelopes that panicked."),
	}
}

// Connected counts a hello.
func (m *Metrics) Connected() { m.slack.connects.Inc() }

// Disconnected counts the end of a connection.
func (m *Metrics) Disconnected(reason string, lived time.Duration) {
	m.slack.disconnects.WithLabelValues(reason).Inc()
	m.slack.lived.Observe(lived.Seconds())
}

// OpenFailed counts a connection that could not be opened.
func (m *Metrics) OpenFailed(reason string) { m.slack.openFailed.WithLabelValues(reason).Inc() }

// Received counts an envelope.
func (m *Metrics) Received(kind string) { m.slack.received.WithLabelValues(kind).Inc() }

// Redelivered counts an envelope that came before.
func (m *Metrics) Redelivered(kind string) { m.slack.redelivered.WithLabelValues(kind).Inc() }

// Acked counts an ack.
func (m *Metrics) Acked(kind, outcome string, took time.Duration) {
	m.slack.acks.WithLabelValues(kind, outcome).Inc()
	m.slack.ackTook.WithLabelValues(kind).Observe(took.Seconds())
}

// AckResent counts an ack that moved to another connection.
func (m *Metrics) AckResent() { m.slack.acksResent.Inc() }

// AckLost counts an ack that was not written in time.
func (m *Metrics) AckLost() { m.slack.acksLost.Inc() }

// Panicked counts a panic.
func (m *Metrics) Panicked() { m.slack.panics.Inc() }

// Message counts a call of Slack by its outcome.
func (m *Metrics) Message(method, outcome string) {
	m.slack.messages.WithLabelValues(method, outcome).Inc()
}
