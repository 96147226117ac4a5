package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"docspace-restorebot/bot"
)

// Server answers /healthz, /readyz and /metrics. It serves no profiles and no variables
// of the process. It asks for no credential and tells no secret, but it does tell the
// state of the bot: keep it on loopback or in a network of your own.
type Server struct {
	Addr string // host:port
	// Ready are the examiners that /readyz asks. It tells the public part of their
	// findings. Each has to be cheap: a probe asks every few seconds.
	Ready    []bot.Examiner
	Registry prometheus.Gatherer
	Log      *slog.Logger
	// Listen, if set, opens Addr in the machine's place.
	Listen func(ctx context.Context, network, addr string) (net.Listener, error)
	// Listening, if set, gets the address once the port is open.
	Listening func(net.Addr)
}

// Handler serves the paths.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	// A process that answers is alive: a restart cures neither Slack nor a database.
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		answer := examine(r.Context(), s.Ready)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if !answer.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		_ = e.Encode(answer) // the caller has gone
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.Registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4,
	}))
	return mux
}

// Run serves until ctx ends. A port that is taken is an error at once.
func (s *Server) Run(ctx context.Context) error {
	listen := s.Listen
	if listen == nil {
		listen = new(net.ListenConfig).Listen
	}
	listener, err := listen(ctx, "tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("HTTP_ADDR: %w", err)
	}
	if s.Listening != nil {
		s.Listening(listener.Addr())
	}
	s.Log.InfoContext(ctx, "health and metrics are served", "addr", listener.Addr().String())
	if !loopback(listener.Addr()) {
		s.Log.WarnContext(ctx, "HTTP_ADDR is beyond loopback: anybody who reaches the port can read health and metrics")
	}
	server := &http.Server{
		Handler: s.Handler(), ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(end) != nil {
			_ = server.Close()
		}
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("HTTP_ADDR: %w", err)
	}
	<-ended // requests under way have a second
	return nil
}

func loopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
