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

	"github.com/spf13/pflag"

	"docspace-restorebot/bot/durable"
)

func auditCommand() subcommand {
	return subcommand{
		name: "audit", summary: "checks or writes out the audit trail", synopsis: "verify [--head N:HASH] | export [--format jsonl|csv]",
		about: "The trail is append-only and each line holds the hash of the one before. verify reads all of it and finds every line that was " +
			"changed, added or removed, at the end too, and prints the head: its length and last hash. Keep that elsewhere and give it to " +
			"--head later: then even a trail that was written anew is found out.\n\n" +
			"export writes the lines to standard output, oldest first.\n\n" +
			"The database is the one of DATABASE_URL. A running bot holds an SQLite file: it is asked for a copy through a socket beside the file, " +
			"so this has to run as the same user on the same machine, and the copy is removed again.",
		examples: []string{"restorebot audit verify", "restorebot audit verify --head 1201:9f86d0...", "restorebot audit export --format csv > audit.csv"},
		words:    1,
		setup: func(flags *pflag.FlagSet) func(context.Context, process) error {
			head := flags.String("head", "", "a head that verify printed before")
			file := envFileFlag(flags)
			format := flags.String("format", "jsonl", "of an export: jsonl or csv")
			return func(ctx context.Context, p process) error { return audit(ctx, p, file, *head, *format) }
		},
	}
}

func audit(ctx context.Context, p process, file envFile, head, format string) error {
	var kept durable.AuditHead
	var err error
	if head != "" {
		if kept, err = durable.ParseAuditHead(head); err != nil {
			return misuse(fmt.Errorf("--head: %w", err))
		}
	}
	var do func(*durable.Store) error
	switch what := strings.Join(p.args, " "); {
	case what == "verify":
		do = func(s *durable.Store) error { return verifyAudit(ctx, s, kept, p.stdout) }
	case what == "export" && format == "jsonl":
		do = func(s *durable.Store) error { return exportLines(s.Audit(ctx), p.stdout) }
	case what == "export" && format == "csv":
		do = func(s *durable.Store) error { return exportTable(s.Audit(ctx), p.stdout) }
	case what == "export":
		return misuse(errors.New("--format is jsonl or csv"))
	default:
		return misuse(errors.New("audit needs verify or export; see restorebot audit --help"))
	}
	databaseURL, err := file.database(p)
	if err != nil {
		return misuse(err)
	}
	s, err := durable.OpenTrail(ctx, databaseURL)
	if errors.Is(err, durable.ErrHeld) {
		return fmt.Errorf("%w. Nothing was read. Run this as the user of the bot and on its machine, or stop the bot", err)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	return do(s)
}

func verifyAudit(ctx context.Context, s *durable.Store, kept durable.AuditHead, w io.Writer) error {
	head, err := s.CheckAudit(ctx, kept)
	if err != nil {
		return fmt.Errorf("%w; the first %d lines are as they were written", err, head.Lines)
	}
	_, err = fmt.Fprintf(w, "The audit trail is whole: %d lines.\nhead %s\n", head.Lines, head)
	return err
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
			harmless(strings.Join(detail, "; ")), l.Prev, l.Hash,
		})
	}
	c.Flush()
	return c.Error()
}

// harmless keeps a spreadsheet from taking what people typed for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
}
