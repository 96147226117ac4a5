package main

import (
	"context"
	"slices"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/docspace"
)

// checkup looks at Slack with what is known so far.
func (s *setup) checkup() *slackchat.Checkup {
	base := s.have["SLACK_API_URL"]
	if base == "" {
		base = defaultSlackURL
	}
	groups, _ := policy.ParseAllowList(s.have["RESTORE_USERS"], "UWS") // the test of the list itself tells
	return &slackchat.Checkup{
		API:    slackchat.Web(base, docspace.NewSecret(s.have["SLACK_APP_TOKEN"]), docspace.NewSecret(s.have["SLACK_BOT_TOKEN"]), nil),
		Scopes: slackchat.Scopes(slackchat.Features{Groups: len(groups.Groups) > 0}),
	}
}

func (s *setup) testAppToken(ctx context.Context) []bot.Finding {
	_, f := s.checkup().Greet(ctx)
	return []bot.Finding{f}
}

func (s *setup) testBotToken(ctx context.Context) []bot.Finding {
	found := s.checkup().Token(ctx)
	return slices.DeleteFunc(found, func(f bot.Finding) bool {
		return f.Grade == bot.Warn // whether user groups are needed is not known yet
	})
}

func (s *setup) portal(ctx context.Context) []bot.Finding {
	url := s.have["DOCSPACE_URL"]
	if _, err := webURL(url); err != nil {
		return []bot.Finding{{Check: "portal", Grade: bot.Fail, What: "the address " + err.Error(), Fix: "Write it as https://docs.example.com."}}
	}
	key := docspace.NewSecret(s.have["DOCSPACE_API_KEY"])
	return bot.Portals{{
		PortalName: bot.PortalName{Name: url, URL: url}, API: &docspace.Client{BaseURL: url, Key: key},
	}}.Examine(ctx)
}

func (s *setup) testPortal(ctx context.Context) []bot.Finding { return s.portal(ctx)[:1] }

func (s *setup) testKey(ctx context.Context) []bot.Finding {
	found := s.portal(ctx)
	return found[min(1, len(found)-1):]
}

func (s *setup) testUsers(ctx context.Context) []bot.Finding {
	return s.listed(ctx, "RESTORE_USERS", "UWS", func(p *policy.Policy, l policy.AllowList) { p.Users = l })
}

func (s *setup) testChannels(ctx context.Context) []bot.Finding {
	return s.listed(ctx, "RESTORE_CHANNELS", "CG", func(p *policy.Policy, l policy.AllowList) { p.Channels = l })
}

func (s *setup) listed(ctx context.Context, name, kinds string, put func(*policy.Policy, policy.AllowList)) []bot.Finding {
	list, err := policy.ParseAllowList(s.have[name], kinds)
	if err != nil {
		return []bot.Finding{{Check: name, Grade: bot.Fail, What: err.Error(), Fix: "In Slack a person's id is in the profile under the three dots, a channel's at the end of its details."}}
	}
	var p policy.Policy
	put(&p, list)
	return bot.PolicyCheck{Policy: p, Directory: &slackchat.Directory{API: s.checkup().API}}.Examine(ctx)
}
