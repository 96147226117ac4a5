package ops

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
)

// namespace begins every name of the bot's own.
const namespace = "restorebot"

// Metrics are the bot's counters. Make them with [New].
type Metrics struct {
	registry prometheus.Registerer

	commands *prometheus.CounterVec
	refusals *prometheus.CounterVec
	acts     *prometheus.CounterVec
	alarms   *prometheus.CounterVec
	ends     *prometheus.CounterVec
	duration *prometheus.HistogramVec

	steps     *prometheus.CounterVec
	stepTook  prometheus.Histogram
	slack     slackMetrics
	slackDone calls
	portal    calls
	loss      lossMetrics
}

// NewRegistry makes an empty registry.
func NewRegistry() *prometheus.Registry { return prometheus.NewRegistry() }

// New makes the metrics and registers them.
func New(registry prometheus.Registerer, version string) *Metrics {
	f := factory{registry}
	m := &Metrics{
		registry: registry,
		commands: f.counters("commands_total", "Slash commands by what they ask for.", "verb"),
		refusals: f.counters("refusals_total", "Refusals by the rule that made them.", "rule"),
		acts:     f.counters("acts_total", "Acts written to the audit trail, by kind.", "kind"),
		alarms:   f.counters("alarms_total", "Alarms about running restores, by kind.", "kind"),
		ends:     f.counters("restores_ended_total", "Restores that came to their end, by how.", "state"),
		duration: f.histograms("restore_duration_seconds", "Time from the start of a restore on the portal to its end.",
			[]float64{30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800}, "state"),
		steps: f.counters("steps_total", "Steps of restores, by outcome.", "outcome"),
		stepTook: f.histogram("step_duration_seconds", "Time that a step took.",
			[]float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25}),
		slack:     newSlackMetrics(f),
		slackDone: newCalls(f, "slack", "Calls of Slack's Web API", "method"),
		portal:    newCalls(f, "docspace", "Calls of the portals", "operation"),
		loss:      newLossMetrics(f),
	}
	build := f.gauges("build_info", "1, with the version as its label.", "version")
	build.WithLabelValues(version).Set(1)
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.zero()
	return m
}

// zero creates the series that alerts look at. Prometheus sees no increase in a series
// that begins with its first event.
func (m *Metrics) zero() {
	for _, state := range []bot.State{bot.Succeeded, bot.Failed, bot.Unclear} {
		m.ends.WithLabelValues(string(state))
		m.duration.WithLabelValues(string(state))
	}
	for _, kind := range bot.AlarmKinds() {
		m.alarms.WithLabelValues(string(kind))
	}
	for _, rule := range policy.Rules() {
		m.refusals.WithLabelValues(string(rule))
	}
	for _, operation := range portalOperations {
		m.portal.done.WithLabelValues(operation, callUnauthorized)
	}
	for _, kind := range ackKinds {
		m.slack.acks.WithLabelValues(kind, outcomeTooSlow)
	}
	for _, outcome := range []string{outcomeDone, outcomeFailed} {
		m.steps.WithLabelValues(outcome)
	}
}

// Commanded counts a slash command.
func (m *Metrics) Commanded(verb command.Verb) { m.commands.WithLabelValues(string(verb)).Inc() }

const (
	outcomeDone   = "done"
	outcomeFailed = "failed"
	// outcomeTooSlow is an ack that did not wait for its answer.
	outcomeTooSlow = "too_slow"
)

// ackKinds are the kinds of envelopes that are acked.
var ackKinds = []string{"slash_commands", "interactive", "events_api"}

// Stepped counts a step.
func (m *Metrics) Stepped(took time.Duration, err error) {
	outcome := outcomeDone
	if err != nil {
		outcome = outcomeFailed
	}
	m.steps.WithLabelValues(outcome).Inc()
	m.stepTook.Observe(took.Seconds())
}

// factory makes metrics and registers them.
type factory struct{ registry prometheus.Registerer }

func (f factory) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
	f.registry.MustRegister(c)
	return c
}

func (f factory) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	f.registry.MustRegister(c)
	return c
}

func (f factory) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	f.registry.MustRegister(g)
	return g
}

func (f factory) histogram(name, help string, buckets []float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets})
	f.registry.MustRegister(h)
	return h
}

func (f factory) histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
	f.registry.MustRegister(h)
	return h
}
