package bot

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"docspace-restorebot/bot/loss"
)

// reportOf is the story of a restore as Markdown, with times in UTC. names maps ids of
// people to their names.
func reportOf(r Restore, p PortalName, trail []Event, lost loss.List, links, names map[string]string, now time.Time) string {
	who := func(id string) string {
		if name := names[id]; name != "" {
			return name + " (" + id + ")"
		}
		return id
	}
	var w strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&w, format+"\n", args...) }
	of := ""
	if r.Portal != "" { // "" where it was refused before a portal was found
		of = " of " + plain(r.Portal)
	}
	line("# Restore %s%s: %s\n", r.ID, of, r.State)
	fact := func(name, value string) {
		if value != "" {
			line("- **%s:** %s", name, plain(value))
		}
	}
	fact("Portal", strings.TrimSpace(p.Name+" "+p.URL+" "+version(r.PortalVersion)))
	fact("Command", "/restore "+r.Order.Canonical(r.Portal))
	if r.Followed {
		fact("Started", "elsewhere; this bot only followed it from "+stamp(r.StartedAt))
	}
	fact("Backup", backupLine(r))
	fact("Reason", r.Order.Reason)
	fact("Asked by", who(r.Requester)+" at "+stamp(r.RequestedAt))
	for _, c := range r.Confirmations {
		fact("Confirmed by", who(c.User)+" at "+stamp(c.At))
	}
	fact("Closed by", who(r.ClosedBy))
	fact("Closed because", r.ClosedWhy)
	fact("Outcome", strings.Join(strings.Fields(r.Outcome()+". "+r.Reason.What+" "+r.Effect()), " "))
	fact("Verified", verdict(r.Verdict))
	fact("Data-loss window (RPO)", rpo(r))
	fact("Lost", lossLine(r.Loss))
	fact("Time to restore (RTO)", rto(r, now))
	fact("Safety backup", safetyLine(r))
	for _, a := range r.Downtimes {
		fact("The bot was away", stamp(a.From)+" to "+stamp(a.To))
	}
	for _, a := range r.Alarms {
		fact("Alarm", string(a.Kind)+" at "+stamp(a.At))
	}
	fact("Held before", r.Preflight.Counts.String())
	fact("Holds after", r.Aftercare.Counts.String())
	if len(r.Checklist.Items) > 0 {
		line("\n## To do after the restore\n")
	}
	for _, i := range r.Checklist.Items {
		line("%s", r.checkLine(i, who))
	}
	if again := toDoAgain(lost, 0); again != "" {
		line("\n## To do again (times in UTC)\n\n%s", strings.TrimSpace(again))
	}
	line("\n## Timeline (UTC)\n\n| time | event | who | detail |\n| --- | --- | --- | --- |")
	for _, e := range trail {
		line("| %s | %s | %s | %s |", stamp(e.At), e.Kind, plain(cmp.Or(who(e.Actor), "the bot")), plain(details(e.Detail)))
	}
	if len(links) > 0 {
		line("\n## Messages\n")
	}
	for _, name := range slices.Sorted(maps.Keys(links)) {
		line("- %s: %s", name, links[name])
	}
	line("\nWritten %s.", stamp(now))
	return w.String()
}

func version(v string) string {
	if v == "" {
		return ""
	}
	return "(version " + v + ")"
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// plain makes foreign text one line of Markdown: it breaks no list and no table, and
// renders no picture and no HTML.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.NewReplacer("|", "\\|", "`", "'", "\\", "\\\\", "[", "\\[", "<", "\\<").Replace(s)
}

func backupLine(r Restore) string {
	switch {
	case r.Followed:
		return "not known"
	case r.Backup.ID == "":
		return r.Order.BackupID + ", not in the history"
	}
	return r.Backup.FileName + " (" + r.Backup.ID + "), " + string(r.Backup.StorageType) + ", taken " + stamp(r.Backup.CreatedOn)
}

func verdict(v Verdict) string {
	switch {
	case v.At.IsZero():
		return ""
	case v.Trouble != "":
		return "no: " + v.Trouble
	}
	return "at " + stamp(v.At) + ": status Active, login page answers " + version(v.Version)
}

// rpo is the time whose work is lost, from the backup to the start.
func rpo(r Restore) string {
	if r.Backup.CreatedOn.IsZero() || r.StartedAt.IsZero() || r.State != Succeeded {
		return ""
	}
	lost := r.Lost(r.StartedAt)
	if lost < 0 {
		return "not known: the backup is dated " + Span(-lost) + " ahead of the clocks"
	}
	return Span(lost) + ", from " + stamp(r.Backup.CreatedOn) + " to " + stamp(r.StartedAt)
}

// rto is the time from the request to the end, and its parts.
func rto(r Restore, now time.Time) string {
	if r.StartedAt.IsZero() {
		return ""
	}
	end, soFar := r.EndedAt, ""
	if end.IsZero() {
		end, soFar = now, " so far"
	}
	text := Span(end.Sub(r.RequestedAt)) + " from the request" + soFar
	if n := len(r.Confirmations); n > 0 {
		text += "; confirmed after " + Span(r.Confirmations[n-1].At.Sub(r.RequestedAt))
	}
	if s := r.Safety; s.Stage == SafetyDone {
		text += "; safety backup " + Span(s.EndedAt.Sub(s.StartedAt))
	}
	return text + "; restoring " + Span(end.Sub(r.StartedAt))
}

func safetyLine(r Restore) string {
	s := r.Safety
	switch s.Stage {
	case SafetyDone:
		text := cmp.Or(s.Backup.FileName, "task "+s.TaskID) + " in " + s.Place
		if r.Aftercare.WayBack != "" {
			text += "; now " + r.Aftercare.WayBack
		}
		return text
	case SafetyWaived:
		if s.Doubt != "" {
			return "not waited for (" + strings.TrimPrefix(string(s.Doubt), "safety_") + "), waived by " + s.WaivedBy
		}
		return "failed (" + s.Why + "), waived by " + s.WaivedBy
	case SafetyAsked:
		return "failed: " + s.Why
	case SafetyWaiting, SafetySent, SafetyRunning:
	}
	return string(s.Stage)
}

func details(d map[string]string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(d)) {
		if d[key] != "" {
			parts = append(parts, key+"="+d[key])
		}
	}
	return strings.Join(parts, "; ")
}
