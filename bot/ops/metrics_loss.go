package ops

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"docspace-restorebot/bot"
)

// lossMetrics count the readings of audit trails, by which a card tells the loss.
type lossMetrics struct {
	requests prometheus.Counter
	events   prometheus.Counter
	took     prometheus.Histogram
	done     *prometheus.CounterVec
}

func newLossMetrics(f factory) lossMetrics {
	m := lossMetrics{
		requests: f.counter("loss_requests_total", "Pages of audit trails that were asked for, to tell what a restore takes."),
		events:   f.counter("loss_events_total", "Rows of audit trails that were read for that."),
		took: f.histogram("loss_reading_duration_seconds", "Time that a reading took. The card waits for none of them.",
			[]float64{.05, .1, .25, .5, 1, 2, 5, 10, 30, 90}),
		done: f.counters("loss_readings_total", "Readings, by whether they came to the end of the trail.", "complete"),
	}
	for _, complete := range []bool{true, false} {
		m.done.WithLabelValues(strconv.FormatBool(complete))
	}
	return m
}

// LossRead counts one reading of an audit trail.
func (m *Metrics) LossRead(r bot.LossRead) {
	m.loss.requests.Add(float64(r.Requests))
	m.loss.events.Add(float64(r.Events))
	m.loss.took.Observe(r.Took.Seconds())
	m.loss.done.WithLabelValues(strconv.FormatBool(r.Complete)).Inc()
}
