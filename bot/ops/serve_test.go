package ops_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"docspace-restorebot/bot/ops"
	"docspace-restorebot/bot/slacktest"
)

// Whoever is being answered when the bot stops is answered, before it is over.
func TestServerEndsWhatItAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		port := slacktest.NewListener()
		asked := make(chan struct{})
		slow := prometheus.NewRegistry()
		slow.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "slow", Help: "A slow gauge."}, func() float64 {
			close(asked)
			time.Sleep(500 * time.Millisecond)
			return 0
		}))
		server := &ops.Server{
			Listen:   func(context.Context, string, string) (net.Listener, error) { return port, nil },
			Registry: slow, Log: slog.New(slog.DiscardHandler),
		}
		ctx, stop := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- server.Run(ctx) }()
		answered := make(chan error, 1)
		go func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://bot.test/metrics", nil)
			if err == nil {
				var answer *http.Response
				if answer, err = port.Client().Do(r); err == nil {
					_, err = io.Copy(io.Discard, answer.Body)
					_ = answer.Body.Close()
				}
			}
			answered <- err
		}()
		<-asked
		began := time.Now()
		stop()
		if err := <-over; err != nil || time.Since(began) < 500*time.Millisecond || time.Since(began) > time.Second {
			t.Errorf("it ended after %s with %v", time.Since(began), err)
		}
		if err := <-answered; err != nil {
			t.Errorf("who asked was told %v", err)
		}
	})
}
