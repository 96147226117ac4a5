package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
)

func auditCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "audit verify|export", Short: "checks or exports the audit trail",
		Long: "The bot only adds lines to the trail, and each line holds the hash of the line before.\n\n" +
			"The commands read the database of DATABASE_URL, even while a bot uses it.",
		Example: "restorebot audit verify\n" +
			"restorebot audit export --format csv > audit.csv",
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknown(c, args[0])
			}
			return misuse(errors.New("audit needs verify or export; see restorebot audit --help"))
		},
	}
	c.AddCommand(auditVerifyCommand(p), auditExportCommand(p))
	return c
}

func auditVerifyCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "verify [--head N:HASH] [--env-file FILE]", Short: "finds every line of the audit trail that was changed",
		Long: "Reads the whole trail and finds every line that somebody changed, added or removed, even at the end. " +
			"It prints the head: the length of the trail and its last hash. Keep the head elsewhere and give it to --head later; " +
			"then the command also finds a trail that somebody rewrote. At the end of each restore the bot posts a short head in the channel; --head takes that, too.\n\n" +
			"With the bot's AUDIT_KEY, or AUDIT_KEY_FILE, it also finds a trail that somebody without the key wrote or cut off, and says " +
			"from which line on the key guards it. It tells a wrong key from a damaged trail.",
		Example: "restorebot audit verify\n" +
			"restorebot audit verify --head 1201:9f86d081884c7d659a2f",
	}
	trail := trailFlags(c)
	c.RunE = p.does(func(ctx context.Context, p process) error {
		return trail.open(ctx, p, func(s *durable.Store, kept durable.AuditHead) error { return verifyAudit(ctx, s, kept, p.stdout) })
	})
	return c
}

func auditExportCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "export [--format jsonl|csv] [--head N:HASH] [--env-file FILE]", Short: "exports the audit trail",
		Long: "Writes the lines of the trail to standard output, oldest first, and then checks them as verify does.",
		Example: "restorebot audit export > audit.jsonl\n" +
			"restorebot audit export --format csv > audit.csv",
	}
	format := c.Flags().String("format", "jsonl", "`FORMAT`: jsonl or csv")
	values(c, "format", "jsonl", "csv")
	trail := trailFlags(c)
	c.RunE = p.does(func(ctx context.Context, p process) error {
		export, ok := map[string]func(iter.Seq2[durable.AuditLine, error], io.Writer) error{"jsonl": exportLines, "csv": exportTable}[*format]
		if !ok {
			return misuse(errors.New("--format must be jsonl or csv"))
		}
		return trail.open(ctx, p, func(s *durable.Store, kept durable.AuditHead) error {
			return checked(ctx, s, kept, func() error { return export(s.Audit(ctx), p.stdout) })
		})
	})
	return c
}

// trail is where the trail is, and the head that it has to have.
type trail struct {
	file envFile
	head *string
}

func trailFlags(c *cobra.Command) trail {
	return trail{
		head: c.Flags().String("head", "", "a head (`N:HASH`) that verify printed before, or that the bot posted in the channel"),
		file: envFileFlag(c.Flags()),
	}
}

// open opens the trail for do.
func (t trail) open(ctx context.Context, p process, do func(*durable.Store, durable.AuditHead) error) error {
	var kept durable.AuditHead
	var err error
	if *t.head != "" {
		if kept, err = durable.ParseAuditHead(*t.head); err != nil {
			return misuse(fmt.Errorf("--head: %w", err))
		}
	}
	databaseURL, key, err := t.file.guarded(p)
	if err != nil {
		return misuse(err)
	}
	s, err := durable.OpenReadOnly(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer s.Close()
	s.Seal(key)
	return do(s, kept)
}

func verifyAudit(ctx context.Context, s *durable.Store, kept durable.AuditHead, w io.Writer) error {
	proof, err := s.CheckAudit(ctx, kept)
	switch {
	case errors.Is(err, durable.ErrAuditKey), errors.Is(err, durable.ErrUnsealed):
		return err // the hashes hold
	case err != nil:
		return fmt.Errorf("%w; before it, %s unchanged", err, bot.Count(int(proof.Lines), "line is", "lines are"))
	}
	_, err = fmt.Fprintf(w, "The audit trail is whole: %s.\n%s\nhead %s\n", bot.Count(int(proof.Lines), "line", "lines"), vouched(proof), proof.AuditHead)
	return err
}

// vouched says what a whole trail proves.
func vouched(p durable.AuditProof) string {
	switch {
	case p.From == 1:
		return "AUDIT_KEY guards all of it: only the bot can have written it."
	case p.From > 0:
		return fmt.Sprintf("AUDIT_KEY guards it from line %d on. The lines before are linked by hashes alone.", p.From)
	case p.Sealed != "":
		return "It is sealed with the key " + p.Sealed + ", which was not given: set AUDIT_KEY to find out whether the bot wrote it."
	}
	return "No AUDIT_KEY guards it: anybody who can write to the database can have rewritten all of it. Compare it with a head from the channel."
}

// checked is an export, and then the verdict on what was exported.
func checked(ctx context.Context, s *durable.Store, kept durable.AuditHead, export func() error) error {
	if err := export(); err != nil {
		return err
	}
	if _, err := s.CheckAudit(ctx, kept); err != nil {
		return fmt.Errorf("the trail was exported, but it does not pass its check: %w", err)
	}
	return nil
}

func exportLines(lines iter.Seq2[durable.AuditLine, error], w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for l, err := range lines {
		if err != nil {
			return err
		}
		if err := e.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

// exportTable writes CSV. The details are one column: their keys differ.
func exportTable(lines iter.Seq2[durable.AuditLine, error], w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"seq", "at", "restore", "kind", "actor", "detail", "prev_hash", "hash"}) // Flush tells
	for l, err := range lines {
		if err != nil {
			return err
		}
		var detail []string
		for _, key := range slices.Sorted(maps.Keys(l.Detail)) {
			detail = append(detail, key+"="+l.Detail[key])
		}
		_ = c.Write([]string{
			strconv.FormatInt(l.Seq, 10), l.At.Format(time.RFC3339Nano), l.Restore, l.Kind, l.Actor,
			withoutFormula(strings.Join(detail, "; ")), l.Prev, l.Hash,
		})
	}
	c.Flush()
	return c.Error()
}

// withoutFormula keeps a spreadsheet from taking what people typed for a formula.
func withoutFormula(cell string) string {
	if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
}
