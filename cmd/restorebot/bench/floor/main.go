// Command floor acks every envelope and does nothing else, with slack-go's own
// Socket Mode client: the least that a bot in Go can cost.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := ackAll(ctx); ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func ackAll(ctx context.Context) error {
	client := socketmode.New(slack.New(os.Getenv("SLACK_BOT_TOKEN"),
		slack.OptionAppLevelToken(os.Getenv("SLACK_APP_TOKEN")), slack.OptionAPIURL(os.Getenv("SLACK_API_URL"))))
	go func() {
		for event := range client.Events {
			if event.Request != nil && event.Request.EnvelopeID != "" {
				_ = client.Ack(*event.Request) // it fails only for a connection that is gone
			}
		}
	}()
	return client.RunContext(ctx)
}
