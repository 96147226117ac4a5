package app

import (
	"context"
	"os"
	"runtime"
	"slices"

	"docspace-restorebot/bot"
)

// cautions are what the settings allow and what deserves a look all the same. The
// start writes them to the log.
func (s Settings) cautions(ctx context.Context) []bot.Finding {
	people := bot.PolicyCheck{Policy: s.Policy, Portals: s.portals(nil)}
	found := append(s.examineFiles(ctx), people.Quorums(ctx)...)
	if s.AuditKey.Reveal() == "" {
		found = append(found, s.examineAuditKey(ctx)...)
	}
	return found
}

// caution writes to the log what deserves a look.
func (a *App) caution(ctx context.Context) {
	for _, f := range a.settings.cautions(ctx) {
		a.log.WarnContext(ctx, "check this setting", "check", f.Check, "found", f.What, "fix", f.Fix)
	}
}

// othersAccess are the rights to read and write of those who are neither the owner
// nor of the group.
const othersAccess = 0o006

// examineFiles warns of files with secrets that every user of the machine may read
// or write. On Windows a file's mode tells nothing.
func (s Settings) examineFiles(context.Context) (found []bot.Finding) {
	if runtime.GOOS == "windows" {
		return nil
	}
	for _, path := range slices.Compact(slices.Sorted(slices.Values(s.Files))) {
		info, err := os.Stat(path)
		if path == "" || err != nil || info.Mode().Perm()&othersAccess == 0 {
			continue
		}
		found = append(found, bot.Finding{
			Check: "file " + path, Grade: bot.Warn, What: "every user of this machine may read or change it, and it is for secrets",
			Fix: "Let only its owner read it: chmod 600 " + path,
		})
	}
	return found
}
