package docspace_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"docspace-restorebot/docspace"
)

func TestSecretCannotBePrinted(t *testing.T) {
	t.Parallel()
	const word = "hunter2"
	type outer struct {
		hidden docspace.Secret
		Shown  docspace.Secret
		Ptr    *docspace.Secret
	}
	s := docspace.NewSecret(word)
	v := outer{s, s, &s}
	client := &docspace.Client{BaseURL: "https://docs.example.com", Key: s}

	var out []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v", "%10.3s"} {
		for _, value := range []any{s, &s, v, &v, client, []any{s}, map[string]any{"k": s}} {
			out = append(out, fmt.Sprintf(verb, value, value))
		}
	}
	j, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	x, err := xml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	for _, h := range []slog.Handler{slog.NewJSONHandler(&logged, nil), slog.NewTextHandler(&logged, nil)} {
		slog.New(h).Info("x", "secret", s, "struct", v, "group", slog.GroupValue(slog.Any("s", s)))
	}
	out = append(out, string(j), string(x), logged.String(), s.String())
	hexed := fmt.Sprintf("%x", word)
	for _, text := range out {
		if strings.Contains(text, word) || strings.Contains(strings.ToLower(text), hexed) {
			t.Errorf("leaked: %s", text)
		}
	}
	if !strings.Contains(logged.String(), "[redacted]") || s.Reveal() != word || v.hidden.Reveal() != word {
		t.Error("the placeholder or the value is gone")
	}
}

func TestZeroSecretIsEmpty(t *testing.T) {
	t.Parallel()
	var zero docspace.Secret
	if !zero.IsZero() || zero.Reveal() != "" || !docspace.NewSecret("").IsZero() || docspace.NewSecret("x").IsZero() {
		t.Error("zero is not empty, or empty is not zero")
	}
}
