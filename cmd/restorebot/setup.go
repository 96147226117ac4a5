package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/cobra"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat"
)

func setupCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "setup [FLAG]...", Short: "asks for the settings, tests them and writes .env",
		Long: `Prints the link that makes the Slack app. Asks for the tokens (without showing them), the portal, its key, the people and the channels, tests each at once, and writes them to a file that only you can read. If the file exists, setup asks before it replaces it, keeps the old one beside it, and takes over its other settings.

Without a terminal, or with --yes, setup asks nothing. It takes the tokens and the key from the environment (SLACK_APP_TOKEN, SLACK_BOT_TOKEN, DOCSPACE_API_KEY, or the same names with _FILE), and the rest from flags or the environment. If a test fails, it writes nothing.

A drill is a whole restore in one of your channels, with a portal that is part of the program. It does not touch your real portal.`,
		Example: "restorebot setup\n" +
			"restorebot setup --yes --docspace-url https://docs.example.com --users S0123456789 --channels C0123456789\n" +
			"restorebot setup --drill C0123456789",
	}
	flags := c.Flags()
	var a setupFlags
	a.file = flags.String("env-file", ".env", "write the settings to this `FILE`")
	flags.StringVar(&a.url, "docspace-url", "", "the portal's `URL`")
	flags.StringVar(&a.users, "users", "", "`IDS` of the people and user groups who may request and confirm restores")
	flags.StringVar(&a.channels, "channels", "", "`IDS` of the channels where they may do it")
	flags.BoolVar(&a.yes, "yes", false, "ask nothing")
	flags.BoolVar(&a.force, "force", false, "replace the file if it exists, and keep a copy")
	flags.BoolVar(&a.unchecked, "no-check", false, "test nothing")
	flags.StringVar(&a.drill, "drill", "", "only hold a drill in the channel with this `ID`, with the settings that you have")
	c.RunE = p.does(func(ctx context.Context, p process) error {
		if a.drill != "" {
			return setupDrill(ctx, a, p)
		}
		return (&setup{flags: a, process: p, have: map[string]string{}}).run(ctx)
	})
	return c
}

type setupFlags struct {
	file                  *string
	url, users, channels  string
	yes, force, unchecked bool
	drill                 string
}

// setup is one walk through the questions.
type setup struct {
	flags   setupFlags
	process process
	ask     *asker            // nil: nothing is asked
	have    map[string]string // the settings so far, by name
	old     map[string]string // those of the file that is replaced
	madeKey bool              // AUDIT_KEY is new
}

// question is one setting and how it is tested.
type question struct {
	name, text string
	secret     bool
	flag       string
	test       func(*setup, context.Context) []bot.Finding
}

func (s *setup) questions() []question {
	return []question{
		{"SLACK_APP_TOKEN", "App-level token (xapp-..., under Basic Information, with connections:write)", true, "", (*setup).testAppToken},
		{"SLACK_BOT_TOKEN", "Bot token (xoxb-..., under OAuth & Permissions)", true, "", (*setup).testBotToken},
		{"DOCSPACE_URL", "Address of the portal (https://...)", false, s.flags.url, (*setup).testPortal},
		{"DOCSPACE_API_KEY", "API key of the portal's owner or of a DocSpace admin (sk-...)", true, "", (*setup).testKey},
		{"RESTORE_USERS", "Who may request and confirm restores: ids of people (U..., in their profile under the three dots) or of user groups (S...)", false, s.flags.users, (*setup).testUsers},
		{"RESTORE_CHANNELS", "Where they may do it: ids of channels (C..., at the end of the channel's details)", false, s.flags.channels, (*setup).testChannels},
	}
}

func (s *setup) run(ctx context.Context) error {
	if err := s.begin(); err != nil {
		return err
	}
	if s.ask != nil {
		s.say("Make the Slack app here, install it, and invite its bot to the channel:\n\n  %s\n\n", slackchat.CreateLink(slackchat.Manifest(slackchat.Features{Groups: true})))
	}
	for _, q := range s.questions() {
		if err := s.settle(ctx, q); err != nil {
			return err
		}
	}
	if err := s.write(); err != nil {
		return err
	}
	s.say("\nThe settings are in %s, which only you can read. Next:\n\n  restorebot doctor   checks everything\n  restorebot run      serves Slack\n", *s.flags.file)
	if s.madeKey {
		s.say("\nAUDIT_KEY is new. It protects confirmations and the audit trail from anybody who can write to the database.\nKeep a copy of it apart from the database.\n")
	}
	return s.offerDrill(ctx)
}

// begin reads what there is, and finds out whether somebody can be asked.
func (s *setup) begin() error {
	if !s.flags.yes {
		s.ask = newAsker(s.process)
	}
	path := *s.flags.file
	var faults []error
	if _, err := os.Lstat(path); err == nil {
		if s.old, faults = readDotenv(path); s.old == nil {
			return misuse(errors.Join(faults...))
		}
		switch {
		case s.flags.force:
		case s.ask == nil:
			return misuse(fmt.Errorf("%s exists already. Nothing was changed; --force replaces it and keeps a copy", path))
		case !s.ask.yes(path + " exists already. Replace it, and keep a copy?"):
			return errors.New("nothing was changed")
		}
	}
	around := env.ToMap(s.process.environ)
	if err := adoptNetwork(merged(s.old, around), around); err != nil {
		return err
	}
	vars := merged(nil, around)
	faults = append(faults, checkNames(source{path, s.old, true}, source{"the environment", around, false})...)
	if faults = append(faults, readFiles(vars)...); len(faults) > 0 {
		return misuse(errors.Join(faults...))
	}
	if _, err := auditKey(vars["AUDIT_KEY"]); err != nil {
		return misuse(err)
	}
	for _, name := range []string{"SLACK_API_URL", "DATABASE_URL", "AUDIT_KEY"} {
		if vars[name] != "" {
			s.have[name] = vars[name]
		}
	}
	for _, q := range s.questions() {
		s.have[q.name] = vars[q.name]
		if q.flag != "" {
			s.have[q.name] = q.flag
		}
	}
	return nil
}

// settle asks for a setting until its test passes, or takes what there is.
func (s *setup) settle(ctx context.Context, q question) error {
	for {
		given := s.have[q.name]
		if given == "" && s.ask != nil {
			var err error
			if given, err = s.ask.line(ctx, q.text, q.secret); err != nil {
				return err
			}
		}
		if given == "" {
			if s.ask == nil {
				return misuse(fmt.Errorf("%s is missing, and setup may ask nobody. Nothing was written. Set it, or run setup in a terminal without --yes; see restorebot setup --help", q.name))
			}
			continue
		}
		s.have[q.name] = given
		if s.flags.unchecked {
			return nil
		}
		found := q.test(s, ctx)
		if err := printFindings(s.process.stdout, found, false); err != nil {
			return err
		}
		if bot.Worst(found) != bot.Fail {
			return nil
		}
		if s.ask == nil {
			return errors.New(q.name + " did not pass its test. Nothing was written")
		}
		if s.ask.yes("Keep it anyway?") {
			return nil
		}
		s.have[q.name] = ""
	}
}

func (s *setup) say(format string, args ...any) {
	_, _ = fmt.Fprintf(s.process.stdout, format, args...) // a terminal that is gone hears nothing
}
