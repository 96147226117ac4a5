package docspacetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseConfig reads a portal from a text that people write, one thing a line;
// what is left out has its default. Ages and times are counted from now.
//
//	version 3.6.1               # a release, from 2.6.0 on
//	saas                        # or limited-space: no dumps
//	rate-limits                 # are kept as in the cloud
//	alias docs                  # and host docs.example.com
//	users 42
//	rooms 7
//	work age=3h last=4m files=41 changed=12 moved=2 removed=4 rooms=3 invited=2 people=7
//	                            # what people did, in the audit trail; also opened, personal, saves
//	details two-factor webhooks=2 oauth-apps=1 mail=smtp.example.com
//	                            # also sms, sso, ldap, enterprise, restricted, address=10.0.0.0/8
//	restore 20s                 # or queued=1s download=4s import=6s copy=8s swap=1s
//	backup 10s                  # how long a backup takes
//	record storage=Local age=27h users=40 rooms=6
//	record storage=DataStore age=6h expires=18h
//	record storage=Local age=50h dump
//	record age=9h missing       # its file is gone
//	record age=9h unlisted      # found by its id, and in no list
//	no-records                  # an empty history
//	upload name=old.tar.gz users=40 rooms=6  # what Local takes without a GUID
//	fault lose-start-answer     # a field of Faults, in this spelling
//	fault fail-text="The backup file is invalid." fail-at=10
//	fault page=startrestore status=504 times=1 performed
//	at 30s fault down           # half a minute after the portal was made
//	at 40s heal                 # all switches off
//	after 5s fault worker-dead  # five seconds into each restore
//	after 60s unlock            # an operator opens the portal, or: status Suspended
//	after 60s forget            # the server's queue loses its tasks
//	at 5s work files=2          # people go on working; not "last"
//	at 5s elsewhere             # somebody restores the newest record; "elsewhere dump":
//	                            # the whole server, at another portal of it
//	at 0s leftover age=3h dump  # a task of this morning; error="..." if it failed
//	at 9s upload                # as above, in place of the one before
//
// The error names every bad line and what it could not read.
func ParseConfig(text string) (Config, error) {
	var c Config
	var bad []error
	for n, line := range strings.Split(text, "\n") {
		words, err := split(line)
		if err == nil && len(words) > 0 {
			err = c.read(words)
		}
		if err != nil {
			bad = append(bad, fmt.Errorf("line %d: %w", n+1, err))
		}
	}
	if len(bad) > 0 {
		return Config{}, errors.Join(bad...)
	}
	return c, nil
}

// read takes one line.
func (c *Config) read(words []string) error {
	word, rest := words[0], words[1:]
	switch word {
	case "saas", "limited-space", "no-records", "rate-limits":
		if len(rest) > 0 {
			return fmt.Errorf("%s takes nothing, not %q", word, rest[0])
		}
	case "version", "alias", "host", "users", "rooms", "backup":
		if len(rest) != 1 {
			return fmt.Errorf("%s takes one value", word)
		}
	}
	var err error
	switch word {
	case "saas":
		c.SaaS = true
	case "limited-space":
		c.LimitedSpace = true
	case "rate-limits":
		c.RateLimits = true
	case "no-records":
		c.Backups = []Backup{}
	case "version":
		if parseVersion(rest[0]) == (version{}) {
			return fmt.Errorf("%q is no release", rest[0])
		}
		c.Version = rest[0]
	case "alias":
		c.Alias = rest[0]
	case "host":
		c.Host = rest[0]
	case "users":
		c.Users, err = count(rest[0])
	case "rooms":
		c.Rooms, err = count(rest[0])
	case "backup":
		c.BackupTime, err = span(rest[0])
	case "work":
		var w Work
		w, err = parseWork(rest)
		c.Events = append(c.Events, w.Events(c.clock())...)
	case "details":
		err = c.Details.read(rest)
	case "restore":
		c.Script, err = parseScript(rest)
	case "record":
		err = c.readRecord(rest)
	case "upload":
		var b Backup
		b, err = parseUpload(rest)
		c.Upload = &b
	case "fault":
		var f func(*Faults)
		if f, err = parseFaults(rest); err == nil {
			f(&c.Faults)
		}
	case "at", "after":
		err = c.readTurn(word == "after", rest)
	default:
		return fmt.Errorf("%q is no word of this script", word)
	}
	return err
}

var errNoTime = errors.New("a restore takes some time")

// parseScript reads the phases of a restore, or one time for all of them.
func parseScript(words []string) (Script, error) {
	if len(words) == 1 && !strings.Contains(words[0], "=") {
		d, err := span(words[0])
		if err == nil && d == 0 {
			err = errNoTime
		}
		return Total(d), err
	}
	var s Script
	phases := map[string]*time.Duration{
		"queued": &s.Queued, "download": &s.Download, "import": &s.Import, "copy": &s.Copy, "swap": &s.Swap,
	}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		field, ok := phases[name]
		if !ok {
			return s, fmt.Errorf("%q is no phase: queued, download, import, copy, swap", name)
		}
		var err error
		if *field, err = span(value); err != nil {
			return s, err
		}
	}
	if s == (Script{}) {
		return s, errNoTime
	}
	return s, nil
}

func (c *Config) clock() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Config) readRecord(words []string) error {
	var b Backup
	now := c.clock()
	b.CreatedOn = now
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		var err error
		var d time.Duration
		switch name {
		case "id":
			b.ID = value
		case "name":
			b.FileName = value
		case "storage":
			n, ok := storageNumber([]byte(strconv.Quote(value)))
			if !ok || n < 0 || n >= len(storageTypes) {
				return fmt.Errorf("%q is no storage type: %s", value, strings.Join(storageTypes, ", "))
			}
			b.StorageType = n
		case "age":
			d, err = span(value)
			b.CreatedOn = now.Add(-d)
		case "expires":
			d, err = span(value)
			b.ExpiresOn = now.Add(d)
		case "users":
			b.Users, err = count(value)
		case "rooms":
			b.Rooms, err = count(value)
		case "files":
			b.Files, err = count(value)
		case "dump":
			b.Dump = true
		case "missing":
			b.Missing = true
		case "unlisted":
			b.Unlisted = true
		default:
			return fmt.Errorf("a record has no %q", name)
		}
		if err != nil {
			return err
		}
	}
	c.Backups = append(c.Backups, b)
	return nil
}

func (c *Config) readTurn(ofRestore bool, words []string) error {
	if len(words) < 2 {
		return errors.New("a time and what happens then are needed")
	}
	d, err := span(words[0])
	if err != nil {
		return err
	}
	t, err := parseTurn(words[1:])
	t.After, t.OfRestore = d, ofRestore
	c.Turns = append(c.Turns, t)
	return err
}
