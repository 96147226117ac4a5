package docspace_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

const (
	testKey  = "sk-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	backupID = "9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11"
)

// answers makes a client whose every request is answered by f, in the process.
func answers(f func(*http.Request) (*http.Response, error)) *docspace.Client {
	return &docspace.Client{
		BaseURL: "https://docs.example.com/prefix/",
		Key:     docspace.NewSecret(testKey),
		HTTP:    &http.Client{Transport: roundTrip(f)},
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// always gives every request the same answer.
func always(status int, contentType, body string) *docspace.Client {
	return answers(func(*http.Request) (*http.Response, error) { return reply(status, contentType, body), nil })
}

// reply is an answer of the application.
func reply(status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status,
		Header: http.Header{
			"Content-Type":  {contentType},
			"Server-Timing": {"aspnetcore-request-time;dur=1"},
		},
		Body: io.NopCloser(strings.NewReader(body)),
	}
}

// response wraps a body in the envelope of a success.
func response(body string) string {
	return `{"response":` + body + `,"count":1,"links":[],"status":0,"statusCode":200}`
}

// bundle is a fake portal and a client for it.
func bundle(config docspacetest.Config) (*docspacetest.Portal, *docspace.Client) {
	p := docspacetest.New(config)
	return p, clientOf(p)
}

// clientOf is a client with the portal's newest key.
func clientOf(p *docspacetest.Portal) *docspace.Client {
	return &docspace.Client{
		BaseURL: "https://docs.example.com", Key: docspace.NewSecret(p.Key()), HTTP: docspacetest.Via(p),
	}
}

// start starts the restore of the newest backup and returns its task id.
func start(t *testing.T, p *docspacetest.Portal, c *docspace.Client) string {
	t.Helper()
	b := p.Backups()[0]
	got, ok, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: b.ID, Dump: b.Dump})
	if err != nil || !ok {
		t.Fatalf("start: %v %v", ok, err)
	}
	return got.TaskID
}
