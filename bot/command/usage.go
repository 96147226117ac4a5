package command

import (
	"strings"
)

var (
	verbNames = []string{"list", "status", "history", "report", "cancel", "freeze", "unfreeze", "doctor", "help"}
	topics    = append([]string{"restore"}, verbNames...)
	usages    = map[string]string{
		"restore": "/restore\nopens a dialog with the backups.\n" +
			"/restore <backup-id> [--portal NAME] [--storage TYPE] [--param KEY=VALUE]... [--notify[=BOOL]] [--dump[=BOOL]] [--reason TEXT] [--no-safety-backup] [--dry-run] [--break-glass] [--unlisted]\n" +
			"requests a restore; somebody has to confirm it. --unlisted restores what the bot cannot see: an id that list does not show or cannot show now, Local, CustomCloud.\n" +
			"Example: /restore 3f2504e0-4f89-11d3-9a0c-0305e82c3301 --reason \"lost room\"",
		"list":    "/restore list [--dump] [--portal NAME]\nshows the backups, newest first.\nExample: /restore list --dump",
		"status":  "/restore status\nshows what runs or waits now.\nExample: /restore status",
		"history": "/restore history\nshows the last restores and how they ended.\nExample: /restore history",
		"report":  "/restore report <restore-id>\nwrites the story of a restore into its thread, for the post-mortem.\nExample: /restore report k3vq7x2mhd",
		"cancel":  "/restore cancel <restore-id> [reason]\ndrops a request that is not started yet.\nExample: /restore cancel k3vq7x2mhd wrong backup",
		"freeze": "/restore freeze <reason>\nstops all restores: until unfreeze nobody can request, confirm or start one. For those who may confirm." +
			"\nExample: /restore freeze migration until 04:00",
		"unfreeze": "/restore unfreeze\nends the freeze. For those who may confirm.\nExample: /restore unfreeze",
		"doctor":   "/restore doctor\nchecks Slack, the portals, the key and the database, and says how to put right what is wrong.\nExample: /restore doctor",
		"help":     "/restore help [command]\nshows how a command is used.\nExample: /restore help list",
	}
)

// Usage tells how a command is used, or all of them for "".
func Usage(topic string) (text string, ok bool) {
	if topic == "" {
		all := make([]string, 0, len(topics))
		for _, name := range topics {
			all = append(all, usages[name])
		}
		return strings.Join(all, "\n\n"), true
	}
	text, ok = usages[topic]
	return text, ok
}

// Nearest returns the name that is at most two keystrokes away, "" for none.
func Nearest(s string, names []string) string {
	best, at := "", 3
	if len(s) > 40 {
		return ""
	}
	for _, name := range names {
		if d := distance([]rune(s), []rune(name)); d < at && d < len(name)-1 {
			best, at = name, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b []rune) int {
	var short [32]int // longer than any word that is compared with
	row := short[:]
	if len(b) >= len(row) {
		row = make([]int, len(b)+1)
	}
	row = row[:len(b)+1]
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := 1
			if x == y {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
