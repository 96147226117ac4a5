package docspacetest

import (
	"context"
	"io"
	"net/http"
	"sync"
)

// Via returns an HTTP client that is answered by h in the same process, whatever
// the host. No port is opened, so the clock of a testing/synctest bubble can
// move. The body is streamed; a handler that panics cuts the connection.
func Via(h http.Handler) *http.Client { return &http.Client{Transport: inProcess{h}} }

type inProcess struct{ handler http.Handler }

// RoundTrip serves one request in a goroutine, which ends with the handler.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	in := r.Clone(ctx)
	in.Host = r.Host
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "192.0.2.1:1234"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	reader, writer := io.Pipe()
	w := &responseWriter{header: http.Header{}, body: writer, ready: make(chan struct{})}
	broken := make(chan error, 1)
	go func() {
		defer func() {
			_ = in.Body.Close()
			if v := recover(); v != nil {
				_ = writer.CloseWithError(io.ErrUnexpectedEOF)
				broken <- io.ErrUnexpectedEOF
				return
			}
			w.WriteHeader(http.StatusOK)
			_ = writer.Close()
		}()
		t.handler.ServeHTTP(w, in)
	}()
	stop := context.AfterFunc(ctx, func() { _ = reader.CloseWithError(context.Cause(ctx)) })
	body := &responseBody{reader, func() { stop(); cancel() }}
	select {
	case <-w.ready:
		return &http.Response{
			Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: w.sent, Body: body, ContentLength: -1, Request: r,
		}, nil
	case err := <-broken:
		_ = body.Close()
		return nil, err
	case <-ctx.Done():
		_ = body.Close()
		return nil, context.Cause(r.Context())
	}
}

// responseWriter hands the header over as soon as it is written.
type responseWriter struct {
	header, sent http.Header
	status       int
	body         *io.PipeWriter
	once         sync.Once
	ready        chan struct{}
}

func (w *responseWriter) Header() http.Header { return w.header }

func (w *responseWriter) WriteHeader(status int) {
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.ready)
	})
}

func (w *responseWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

type responseBody struct {
	*io.PipeReader
	done func()
}

// Close tells the handler that nobody reads any more.
func (b *responseBody) Close() error {
	defer b.done()
	return b.PipeReader.Close()
}
