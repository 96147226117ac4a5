package blockkit

import (
	"slices"
	"strings"

	"docspace-restorebot/bot"
)

// examinationMessage shows what is wrong first, then how much is well.
func examinationMessage(x bot.Examination) Message {
	marks := map[bot.Grade]string{bot.Fail: ":no_entry:", bot.Warn: ":warning:"}
	var items, well []string
	for _, grade := range []bot.Grade{bot.Fail, bot.Warn} {
		for _, f := range x.Findings {
			if f.Grade != grade {
				continue
			}
			item := marks[grade] + " *" + EscapeText(f.Check, maxButton) + "*: " + EscapeText(f.What, maxSaid) + "."
			if f.Fix != "" {
				item += " " + EscapeText(f.Fix, maxSaid)
			}
			items = append(items, item)
		}
	}
	for _, f := range x.Findings {
		if f.Grade == bot.Pass {
			well = append(well, EscapeText(f.Check, maxButton))
		}
	}
	head := "*All is well.* Nothing was changed."
	switch worst := bot.Worst(x.Findings); {
	case len(x.Findings) == 0:
		head = "Nothing is set up to be checked. Nothing was changed."
	case worst == bot.Fail:
		head = "*A restore would not work, or would not be safe.* Nothing was changed."
	case worst == bot.Warn:
		head = "*It works, but look at this.* Nothing was changed."
	}
	if len(well) > 0 {
		items = append(items, ":white_check_mark: "+bot.Count(len(well), "check", "checks")+" passed: "+strings.Join(slices.Compact(well), ", ")+".")
	}
	return listMessage(head, items)
}
