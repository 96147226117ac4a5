package main

import (
	"context"
	"net/http"
	"os"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// commands types one command in an interval, of every kind, and waits for what
// became of each.
func (k *soaker) commands(ctx context.Context, every time.Duration) {
	words := []string{"help", "status", "history", "list --portal p0", "5f9e --force"}
	typing := context.WithoutCancel(ctx) // what was typed is waited for
	var mu sync.Mutex
	var waits []time.Duration
	lost := 0
	var open sync.WaitGroup
	turn := time.NewTicker(every)
	defer turn.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		who := asker
		if n%10 == 0 {
			who = stranger
		}
		sent := k.slack.Command(who, k.channels[n%len(k.channels)], "/restore "+words[n%len(words)])
		open.Go(func() {
			ack, err := sent.Wait(typing)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				lost++
				k.lose(sent)
				return
			}
			waits = append(waits, ack.Latency)
		})
		select {
		case <-turn.C:
		case <-ctx.Done():
		}
	}
	open.Wait()
	k.found.Commands, k.found.Waits = len(waits)+lost, latencyOf(waits)
}

// restores asks for a restore of each portal in turn, and opens the picker in
// between. Slack allows sixteen edits in the 20 s between two: with half of them
// the last edit of each card waits behind the cards of what runs, and its job
// with it, for as long as the soak lasts.
func (k *soaker) restores(ctx context.Context, every time.Duration) {
	typing := context.WithoutCancel(ctx) // what was typed is waited for
	var open sync.WaitGroup
	ask := func(p *portal, text string) *slacktest.Delivery {
		sent := k.slack.Command(asker, p.channel, text)
		open.Go(func() {
			if _, err := sent.Wait(typing); err != nil {
				k.lose(sent)
			}
		})
		return sent
	}
	for n := 0; pause(ctx, every) == nil; n++ {
		p := k.portals[n%len(k.portals)]
		ask(p, "/restore")
		if all := p.Restores(); len(all) == 0 || !all[len(all)-1].Ended.IsZero() {
			k.wishes = append(k.wishes, ask(p, "/restore "+p.Backups()[0].ID+" --portal "+p.name))
		}
	}
	open.Wait()
}

// owners look after each portal that was restored, as the bot asks them to: they
// make a new key and put it where the bot reads it, and a backup.
func (k *soaker) owners(ctx context.Context) {
	cared := map[*portal]int{}
	for pause(ctx, 500*time.Millisecond) == nil {
		for _, p := range k.portals {
			all := p.Restores()
			if len(all) == cared[p] || all[len(all)-1].Ended.IsZero() {
				continue
			}
			p.IssueKey(docspacetest.Key{Name: "restorebot"})
			if err := os.WriteFile(k.keyFile(p), []byte(p.Key()), 0o600); err != nil {
				continue // and tried again
			}
			p.AddBackup(docspacetest.Backup{StorageType: 4, CreatedOn: time.Now().UTC()})
			cared[p] = len(all)
		}
	}
}

// limited are the methods that are answered with 429 now and then, each with how
// many calls pass before the next one is refused. Edits are what a bot does with
// less of when it is refused: it must not find that every one is.
var limited = []struct {
	method string
	pass   int
}{{"chat.postMessage", 0}, {"chat.update", 3}, {"apps.connections.open", 0}}

// limits lets Slack refuse a call now and then, as a busy workspace makes it. Of
// each method one call at most is to be refused.
func (k *soaker) limits(ctx context.Context) {
	armed := map[string]int{}
	var heals []func()
	for n := 0; pause(ctx, 3*time.Second) == nil; n++ {
		one := limited[n%len(limited)]
		if armed[one.method] > k.refusals(one.method) {
			continue // it waits for its call still
		}
		armed[one.method]++
		heals = append(heals, k.slack.Fail(one.method, slacktest.Failure{
			Times: 1, After: one.pass, Status: http.StatusTooManyRequests, RetryAfter: time.Second,
		}))
	}
	for _, heal := range heals {
		heal()
	}
}

// refusals is how many calls of a method were answered with 429.
func (k *soaker) refusals(method string) (n int) {
	for _, call := range k.slack.Calls(method) {
		if call.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}
