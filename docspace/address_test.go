package docspace_test

import (
	"strings"
	"testing"

	"docspace-restorebot/docspace"
)

func TestOneAddressHasOneSpelling(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[string][]string{
		"https://docs.example.com": {
			"https://docs.example.com", "https://docs.example.com/", "HTTPS://Docs.Example.COM", "https://docs.example.com:443",
			"https://docs.example.com:443/", "https://docs.example.com:0443", "https://docs.example.com:", " https://docs.example.com\n",
			"https://docs.example.com.", "https://docs.example.com.:443/", "https://docs.example.com//", "https://docs.example.com/./",
			"https://docs.example.com/a/..", "https://docs.example.com/%2E",
		},
		"https://docs.example.com:80":           {"https://docs.example.com:80", "https://DOCS.example.com:0080/"},
		"https://docs.example.com:8443":         {"https://docs.example.com:8443", "https://docs.example.com:8443/"},
		"http://docs.example.com":               {"http://docs.example.com", "http://docs.example.com:80/", "HTTP://docs.example.com."},
		"http://docs.example.com:443":           {"http://docs.example.com:443"},
		"https://docs.example.com/Office":       {"https://docs.example.com/Office", "https://docs.example.com/Office/", "https://docs.example.com:443//%4Fffice//", "https://docs.example.com/x/../Office"},
		"https://docs.example.com/office":       {"https://docs.example.com/office"},
		"https://docs.example.com/a/b":          {"https://docs.example.com/a/b/"},
		"https://docs.example.com/a%2Fb":        {"https://docs.example.com/a%2fb", "https://docs.example.com/a%2Fb/"},
		"https://docs.example.com/b%C3%BCro":    {"https://docs.example.com/büro", "https://docs.example.com/b%c3%bcro/"},
		"https://docs.example.com/a%20b":        {"https://docs.example.com/a b", "https://docs.example.com/a%20b"},
		"https://xn--bcher-kva.example":         {"https://bücher.example", "https://BÜCHER.example/", "https://xn--bcher-kva.example", "https://XN--BCHER-KVA.Example.", "https://b%C3%BCcher.example"},
		"https://xn--80ak6aa92e.example:8443/a": {"https://аррӏе.example:8443/a/"},
		"http://192.0.2.7":                      {"http://192.0.2.7:80", "http://[::ffff:192.0.2.7]/"},
		"http://[2001:db8::1]":                  {"http://[2001:db8::1]:80", "http://[2001:DB8:0:0:0:0:0:1]/"},
		"http://[2001:db8::1]:8080":             {"http://[2001:db8:0::1]:8080"},
		"http://[fe80::1%25eth0]":               {"http://[fe80::1%25eth0]", "http://[FE80:0::1%25eth0]:80"},
		"http://localhost:8092":                 {"http://LocalHost:8092/"},
		"http://a_b.internal":                   {"http://a_b.internal", "http://A_B.internal."},
	} {
		for _, spelling := range spellings {
			got, err := docspace.Address(spelling)
			if err != nil || got != want {
				t.Errorf("%q: got %q, %v; want %q", spelling, got, err, want)
			}
		}
		if again, err := docspace.Address(want); err != nil || again != want {
			t.Errorf("%q is not its own address: %q, %v", want, again, err)
		}
	}
}

func TestWhatIsNoAddressOfAPortalIsRefusedWithoutItsText(t *testing.T) {
	t.Parallel()
	for text, rule := range map[string]string{
		"": "http://", "hunter2": "http://", "hunter2.example.com": "http://", "//hunter2.example.com": "http://", "ftp://hunter2.example.com": "http://",
		"https:hunter2": "http://", "https://": "a host", "https://:443": "a host", "https:///hunter2": "a host",
		"https://hunter2@docs.example.com": "a user", "https://u:hunter2@docs.example.com": "a user", "https://@hunter2": "a user",
		"https://docs.example.com?hunter2": "a query", "https://docs.example.com/?": "a query", "https://docs.example.com/#hunter2": "fragment", "https://docs.example.com#": "fragment",
		"https://hunter2:0": "a port", "https://hunter2:00": "a port", "https://hunter2:65536": "a port", "https://hunter2:99999999999999999999": "a port",
		"https://hunter2:-1": "a URL", "https://hunter2:https": "a URL", "https://hunter2/%zz": "a URL", "https://[::hunter2]": "a URL", "https://hunter2\n.example": "a URL",
		"https://.": "a host", "https://.hunter2": "a host", "https://hunter2..example": "a host", "https://hunter2%20b": "a URL", "https://hunter2\u2024%2Fb": "a URL",
		"https://hunter2%2Eexample": "a URL",
	} {
		got, err := docspace.Address(text)
		if err == nil || got != "" || !strings.Contains(err.Error(), rule) {
			t.Errorf("%q: got %q, %v; want a refusal that says %q", text, got, err, rule)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") || !strings.HasPrefix(err.Error(), "must ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzAddress holds what a restore is bound to: an address is its own address,
// and its client asks the same host.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"https://docs.example.com/a/", "http://BÜCHER.example:080", "http://[::1%25a]:8", "https://a/%2e%2F%zz", "https://a?b#c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		address, err := docspace.Address(text)
		if err != nil {
			return
		}
		if again, err := docspace.Address(address); err != nil || again != address {
			t.Errorf("%q has the address %q, and that has %q, %v", text, address, again, err)
		}
	})
}
