package stage

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"docspace-restorebot/docspace/docspacetest"
)

// Another is one more portal of a stage, under an address of its own, as in the
// world: a bot holds a connection to each.
type Another struct {
	*docspacetest.Portal

	Name, Channel string

	keyFile string
}

// NewKey makes a new key in the portal and puts it where the bot reads it.
func (a *Another) NewKey() error {
	return os.WriteFile(a.keyFile, []byte(a.IssueKey(docspacetest.Key{Name: "restorebot"})+"\n"), 0o600)
}

// AddPortals adds portals p0, p1 and so on for the bots that are started from now
// on, each in its channel. It is called once.
func (s *Stage) AddPortals(channels []string, config docspacetest.Config) ([]*Another, error) {
	all := make([]*Another, 0, len(channels))
	var file strings.Builder
	file.WriteString("portals:\n")
	for n, channel := range channels {
		config.Alias = fmt.Sprintf("p%d", n)
		a := &Another{Portal: docspacetest.New(config), Name: config.Alias, Channel: channel, keyFile: filepath.Join(s.dir, config.Alias+".key")}
		listener, err := net.Listen("tcp", fmt.Sprintf("127.1.%d.%d:0", n/250, n%250+1)) //nolint:noctx // it returns at once; all of 127/8 is this machine's on Linux
		if err != nil {
			return nil, fmt.Errorf("stage: %w", err)
		}
		web := &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second}
		go func() { _ = web.Serve(listener) }() // ends with Close
		s.mu.Lock()
		s.others = append(s.others, web)
		s.mu.Unlock()
		if err := os.WriteFile(a.keyFile, []byte(a.Key()+"\n"), 0o600); err != nil {
			return nil, fmt.Errorf("stage: %w", err)
		}
		fmt.Fprintf(&file, "  - {name: %s, url: \"http://%s\", api_key_file: %q, channels: [%s]}\n", a.Name, listener.Addr(), a.keyFile, channel)
		all = append(all, a)
	}
	path := filepath.Join(s.dir, "portals.yaml")
	s.Setenv("PORTALS_FILE="+path, "RESTORE_CHANNELS="+Channel+","+strings.Join(channels, ","))
	return all, os.WriteFile(path, []byte(file.String()), 0o600)
}
