package slacktest_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// A bot of ten lines answers a command with a card; a second person presses its button.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s := slacktest.New(slacktest.World{
		People:   []slacktest.Person{{ID: "U1", Name: "ann"}, {ID: "U2", Name: "bob"}},
		Channels: []slacktest.Channel{{ID: "C1", Name: "incidents"}},
	})
	defer s.Close()
	go miniature(ctx, s.Pipe())
	_ = s.WaitFor(ctx, func(s *slacktest.Slack) bool { return len(s.Connections()) == 1 })

	if _, err := s.Command("U1", "C1", "/restore 7f3a").Wait(ctx); err != nil {
		fmt.Println(err)
	}
	card, _ := s.WaitMessage(ctx, "C1", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	fmt.Print(withoutTime(s.Render(card, time.UTC)))

	press, _ := s.Press("U2", card, "confirm")
	ack, err := press.Wait(ctx)
	fmt.Println(ack.Late, err)
	// Output:
	// restore-bot
	//   @ann wants to restore 7f3a.
	//   [ Restore ]  [ Dismiss ]
	// false <nil>
}

// miniature is the bot of the example.
func miniature(ctx context.Context, l *slacktest.Listener) {
	api := slack.New(slacktest.DefaultBotToken, slack.OptionAppLevelToken(slacktest.DefaultAppToken),
		slack.OptionAPIURL("http://slack.test/api/"), slack.OptionHTTPClient(l.Client()))
	_, url, _ := api.StartSocketModeContext(ctx)
	dialer := websocket.Dialer{NetDialContext: l.DialContext}
	conn, _, err := dialer.DialContext(ctx, url, nil)
	if err != nil {
		return
	}
	for {
		var envelope struct {
			Type       string             `json:"type"`
			EnvelopeID string             `json:"envelope_id"`
			Payload    slack.SlashCommand `json:"payload"`
		}
		if conn.ReadJSON(&envelope) != nil {
			return
		}
		if envelope.EnvelopeID != "" {
			_ = conn.WriteJSON(map[string]string{"envelope_id": envelope.EnvelopeID})
		}
		if envelope.Type == "slash_commands" {
			who := "<@" + envelope.Payload.UserID + "> wants to restore " + envelope.Payload.Text + "."
			_, _, _ = api.PostMessageContext(ctx, envelope.Payload.ChannelID, slack.MsgOptionBlocks(
				slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", who, false, false), nil, nil),
				slack.NewActionBlock("", button("confirm", "Restore"), button("dismiss", "Dismiss")),
			))
		}
	}
}

func button(actionID, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(actionID, "id-1", slack.NewTextBlockObject("plain_text", label, false, false))
}

// withoutTime drops the time from the first line.
func withoutTime(picture string) string {
	first, rest, _ := strings.Cut(picture, "\n")
	return strings.Fields(first)[0] + "\n" + rest
}
