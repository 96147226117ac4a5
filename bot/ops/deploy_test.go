package ops

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"docspace-restorebot/bot"
)

// described remembers what is registered, with or without a value.
type described struct {
	prometheus.Registerer

	names map[string][]string // by name: the labels
}

func (d described) MustRegister(cs ...prometheus.Collector) {
	shape := regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)
	for _, c := range cs {
		descs := make(chan *prometheus.Desc, 1000)
		c.Describe(descs)
		close(descs)
		for desc := range descs {
			if m := shape.FindStringSubmatch(desc.String()); m != nil {
				d.names[m[1]] = strings.Split(m[2], ",")
			}
		}
	}
	d.Registerer.MustRegister(cs...)
}

// all are the metrics of the bot, by name.
func all() map[string][]string {
	d := described{NewRegistry(), map[string][]string{}}
	New(d, "1").Watch(Sources{
		Connections: func() Connections { return Connections{} },
		Backlog:     func(context.Context) (bot.Backlog, error) { return bot.Backlog{}, nil },
	})
	return d.names
}

// unknown lists what an expression of Prometheus names and the bot does not have.
func unknown(metrics map[string][]string, expr string) []string {
	var bad, labels []string
	for _, name := range regexp.MustCompile(`restorebot_[a-z_]+`).FindAllString(expr, -1) {
		base := name
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if cut := strings.TrimSuffix(name, suffix); metrics[cut] != nil {
				base = cut
			}
		}
		if metrics[base] == nil {
			bad = append(bad, name)
		}
		labels = append(labels, metrics[base]...)
	}
	named := regexp.MustCompile(`([a-z_]+)\s*(?:=~|!~|!=|=)\s*"|by \(([^)]*)\)`)
	for _, m := range named.FindAllStringSubmatch(expr, -1) {
		for label := range strings.SplitSeq(m[1]+","+m[2], ",") {
			if label = strings.TrimSpace(label); label != "" && label != "le" && !slices.Contains(labels, label) {
				bad = append(bad, "label "+label)
			}
		}
	}
	return bad
}

func TestAlertsNameMetricsThatThereAre(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../cmd/restorebot/deploy/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	metrics := all()
	exprs := regexp.MustCompile(`(?m)^ +expr: (.*)$`).FindAllStringSubmatch(string(text), -1)
	if len(exprs) < 10 || strings.Count(string(text), "action:") != len(exprs) {
		t.Fatalf("found %d alerts, and %d that say what to do", len(exprs), strings.Count(string(text), "action:"))
	}
	for _, m := range exprs {
		if bad := unknown(metrics, m[1]); bad != nil || !strings.Contains(m[1], "restorebot_") {
			t.Errorf("%s names %v", m[1], bad)
		}
	}
}

// Each counter that an alert looks at has its series before the first event.
func TestAlertsSeeTheFirstEventOfAProcess(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../cmd/restorebot/deploy/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	registry := NewRegistry()
	New(registry, "1")
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var series []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+`="`+l.GetValue()+`"`)
			}
			series = append(series, f.GetName()+"{"+strings.Join(labels, ",")+"}")
		}
	}
	asked := regexp.MustCompile(`increase\((restorebot_[a-z_]+)(?:\{([^}]*)\})?\[`).FindAllStringSubmatch(string(text), -1)
	if len(asked) < 6 {
		t.Fatalf("found %d counters in the alerts", len(asked))
	}
	for _, m := range asked {
		if !slices.ContainsFunc(series, func(s string) bool { return strings.HasPrefix(s, m[1]+"{") && strings.Contains(s, m[2]) }) {
			t.Errorf("no series of %s{%s} before its first event", m[1], m[2])
		}
	}
	for _, kind := range bot.AlarmKinds() {
		if want := `restorebot_alarms_total{kind="` + string(kind) + `"}`; !slices.Contains(series, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestDashboardNamesMetricsThatThereAre(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../cmd/restorebot/deploy/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	metrics, ids := all(), map[int]bool{}
	if len(dashboard.Panels) == 0 {
		t.Fatal("there is no panel")
	}
	for _, p := range dashboard.Panels {
		if ids[p.ID] || p.Title == "" || len(p.Targets) == 0 {
			t.Errorf("panel %d %q is there twice, or empty", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			if bad := unknown(metrics, target.Expr); bad != nil {
				t.Errorf("%s: %s names %v", p.Title, target.Expr, bad)
			}
		}
	}
}

// What the two tests above rest on.
func TestUnknownMetricsAndLabelsAreFound(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]int{
		`sum by (rule) (rate(restorebot_refusals_total[5m]))`:                        0,
		`rate(restorebot_slack_ack_duration_seconds_bucket{kind="interactive"}[5m])`: 0,
		`restorebot_refusal_total`:                                                   1,
		`restorebot_refusals_total{rules="x"}`:                                       1,
	} {
		if bad := unknown(all(), expr); len(bad) != want {
			t.Errorf("%s: found %v", expr, bad)
		}
	}
}
