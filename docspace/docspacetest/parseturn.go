package docspacetest

import (
	"fmt"
	"strconv"
	"strings"
)

// parseTurn reads what happens to a portal.
func parseTurn(words []string) (Turn, error) {
	word, rest := words[0], words[1:]
	switch word {
	case "fault":
		f, err := parseFaults(rest)
		return Turn{Break: f}, err
	case "status":
		return parseStatus(rest)
	case "leftover":
		return parseLeftover(rest)
	case "elsewhere":
		return parseElsewhere(rest)
	case "work":
		w, err := parseWork(rest)
		return Turn{do: func(p *Portal) {
			w.first = p.lastEvent // other files than those before
			p.addEvents(w.Events(p.tickedAt)...)
		}}, err
	case "upload":
		b, err := parseUpload(rest)
		return Turn{do: func(p *Portal) { p.upload(b) }}, err
	}
	simple := map[string]Turn{
		"heal":   {Break: func(f *Faults) { *f = Faults{} }},
		"unlock": {Unlock: true},
		"forget": {do: (*Portal).forget},
	}
	t, ok := simple[word]
	switch {
	case !ok:
		return Turn{}, fmt.Errorf("%q cannot happen: fault, heal, unlock, status, forget, elsewhere, leftover, upload, work", word)
	case len(rest) > 0:
		return Turn{}, fmt.Errorf("%s takes nothing, not %q", word, rest[0])
	}
	return t, nil
}

var tenantStatuses = []string{"Active", "Suspended", "RemovePending", "Transfering", "Restoring", "Migrating", "Encryption"} //nolint:misspell // the server spells it so

func parseStatus(words []string) (Turn, error) {
	for n, name := range tenantStatuses {
		if len(words) == 1 && (equalFold(words[0], name) || words[0] == strconv.Itoa(n)) {
			return Turn{do: func(p *Portal) { p.status = n }}, nil
		}
	}
	return Turn{}, fmt.Errorf("status takes one of %s", strings.Join(tenantStatuses, ", "))
}

func parseElsewhere(words []string) (Turn, error) {
	switch {
	case len(words) == 0:
		return Turn{do: func(p *Portal) { p.startNewest() }}, nil
	case len(words) == 1 && words[0] == "dump":
		return Turn{do: func(p *Portal) { p.startDumpBeside() }}, nil
	}
	return Turn{}, fmt.Errorf("elsewhere takes dump or nothing, not %q", words[0])
}

func parseLeftover(words []string) (Turn, error) {
	var l Leftover
	var err error
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "dump":
			l.Dump = true
		case "age":
			l.Age, err = span(value)
		case "error":
			l.Error = value
		default:
			err = fmt.Errorf("a leftover has no %q", name)
		}
		if err != nil {
			return Turn{}, err
		}
	}
	return Turn{do: func(p *Portal) { p.leave(l) }}, nil
}

func parseUpload(words []string) (Backup, error) {
	var b Backup
	var err error
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "name":
			b.FileName = value
		case "users":
			b.Users, err = count(value)
		case "rooms":
			b.Rooms, err = count(value)
		case "dump":
			b.Dump = true
		default:
			err = fmt.Errorf("an upload has no %q", name)
		}
		if err != nil {
			return b, err
		}
	}
	return b, nil
}
