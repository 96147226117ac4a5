package docspace

import (
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// redacted stands for a secret wherever one would be printed.
const redacted = "[redacted]"

// A Secret holds a credential that fmt, slog and the encoding packages cannot
// print. The zero Secret is empty. Two Secrets are == if they hold the same.
type Secret struct {
	// Not a string, because fmt prints the strings of unexported fields as they are.
	// Of a handle it prints an address.
	value unique.Handle[string]
}

// NewSecret hides s.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{unique.Make(s)}
}

// Reveal returns what [NewSecret] was given, "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.IsZero() {
		return ""
	}
	return s.value.Value()
}

// IsZero reports whether there is nothing to hide.
func (s Secret) IsZero() bool { return s == Secret{} }

// Equal reports whether both hold the same.
func (s Secret) Equal(other Secret) bool { return s == other }

// Format writes a placeholder for every verb and flag.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String returns the placeholder.
func (Secret) String() string { return redacted }

// LogValue returns the placeholder.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns the placeholder, for encoding/json, encoding/xml and the like.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
