package bot_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

func refusedBySlack(code, needs string) error {
	return &policy.ChatError{
		Doing: "post", Method: "chat.postMessage", Code: code, Needs: needs, Fix: "The manager of the Slack app adds it.", Means: policy.ErrChatDenied, After: time.Minute,
	}
}

// A request whose card cannot be shown ends with words, and the portal is free.
func TestRequestWhoseCardIsRefusedEndsWithWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		why   error
		rule  policy.Rule
		words []string
	}{
		"scope":    {refusedBySlack("missing_scope", "chat:write"), policy.RuleChat, []string{"missing_scope", "chat:write", "Nothing was started", "Then ask again"}},
		"tomorrow": {refusedBySlack("of_tomorrow", ""), policy.RuleChat, []string{"of_tomorrow", "nobody could confirm it", "Nothing was started"}},
		"buttons":  {bot.ErrCardBare, policy.RuleChat, []string{"buttons", "Nothing was started"}},
		"closed": {
			&policy.ChatError{Method: "chat.postMessage", Code: "restricted_action", Fix: "Let it post.", Means: bot.ErrChannelClosed}, policy.RuleChannel,
			[]string{"takes no messages", "restricted_action", "Let it post."},
		},
		"never answered": {errors.New("connection reset"), policy.RuleChat, []string{"took no card", "Nothing was started"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				s.chat.postErr = fmt.Errorf("post: %w", c.why)
				a, ok := s.ask(s.portal.Backups()[0].ID).(bot.Accepted)
				if !ok {
					s.t.Fatal("the request was not recorded")
				}
				if no, ok := s.ask(s.portal.Backups()[0].ID).(*policy.Refusal); !ok || !strings.Contains(no.Do, "/restore cancel "+a.Restore.ID) || strings.Contains(no.Do, "at its card") {
					s.t.Errorf("the next one is sent to: %+v", no)
				}
				r := s.walk(a.Restore.ID, never)
				s.want(r, bot.Refused, 0)
				if len(s.chat.answers) != 1 {
					s.t.Fatalf("the requester was told %d times", len(s.chat.answers))
				}
				no := s.chat.answers[0].(*policy.Refusal)
				for _, word := range c.words {
					if !strings.Contains(no.String(), word) {
						s.t.Errorf("%q is not in %+v", word, no)
					}
				}
				if no.Rule != c.rule {
					s.t.Errorf("rule %s", no.Rule)
				}
				s.chat.postErr = nil
				if _, ok := s.ask(s.portal.Backups()[0].ID).(bot.Accepted); !ok {
					s.t.Error("the portal is not free")
				}
			})
		})
	}
}

// A restore under way goes on; the requester hears of it in another way, once,
// and the channel when it takes something again.
func TestRestoreGoesOnWhileSlackRefusesWhatItTells(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.start()
		s.portal.Break(func(f *docspacetest.Faults) { f.WorkerDead = true })
		tries := 0
		s.chat.trouble = func(call string, _ bot.Card) error {
			if call == "direct" {
				return nil
			}
			tries++
			return refusedBySlack("of_tomorrow", "")
		}
		r = s.walk(r.ID, func(r bot.Restore) bool { return len(r.Alarms) > 0 && r.Alarms[0].Told })
		wantNotes(s.t, "the requester", s.chat.directs, bot.NoteAlarm, bot.NoteChannelLost)
		for _, n := range s.chat.directs {
			if !strings.Contains(n.Why, "of_tomorrow") || !strings.Contains(n.Why, "adds it") {
				s.t.Errorf("the requester hears: %q", n.Why)
			}
		}
		s.portal.Heal()
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.ChannelLost.EndTS != "" })
		s.want(bot.Restore{State: r.State}, bot.Succeeded, 1)
		s.chat.trouble = nil
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
		wantNotes(s.t, "the requester", s.chat.directs, bot.NoteAlarm, bot.NoteChannelLost, bot.NoteEnd)
		wantNotes(s.t, "the channel", s.chat.replies, bot.NoteEnd)
	})
}

// What is refused for good comes to an end too.
func TestEndThatSlackNeverTakesIsGivenUp(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.start()
		s.chat.trouble = func(string, bot.Card) error { return refusedBySlack("of_tomorrow", "") }
		r = s.walk(r.ID, never)
		if since := time.Since(r.EndedAt); r.State != bot.Succeeded || since < 72*time.Hour || since > 73*time.Hour || len(s.chat.directs) != 0 {
			s.t.Errorf("%s, settled %v after its end", r.State, since)
		}
	})
}

// Where neither the channel nor the requester takes anything, that is said once,
// by name, and nobody is asked every two seconds.
func TestWhoCannotBeToldIsSaidOnce(t *testing.T) {
	t.Parallel()
	for _, means := range []error{bot.ErrChannelClosed, policy.ErrNotInChannel} {
		play(t, func(s *scene) {
			var log strings.Builder
			s.Log = slog.New(slog.NewTextHandler(&log, nil))
			r := s.start()
			calls := map[string]int{}
			s.chat.trouble = func(call string, _ bot.Card) error {
				calls[call]++
				return &policy.ChatError{Method: "chat.postMessage", Code: "messages_tab_disabled", Fix: "Switch it on.", Means: means}
			}
			r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded })
			ended := time.Now()
			s.walk(r.ID, func(bot.Restore) bool { return time.Since(ended) > 10*time.Minute })
			if n := strings.Count(log.String(), "neither the channel of a restore nor its requester can be told"); n != 1 || !strings.Contains(log.String(), "requester=UALICE") {
				s.t.Errorf("it was said %d times:\n%s", n, log.String())
			}
			if calls["direct"] > 3 || calls["reply"] > 45 {
				s.t.Errorf("calls %v", calls)
			}
		})
	}
}
