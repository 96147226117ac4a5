package slacktest

import (
	"regexp"
	"strings"
)

// botProfile is what Slack tells of an app beside each of its messages.
func (s *Slack) botProfile() Object {
	const icon = "https://a.slack-edge.com/80588/img/plugins/app/bot_"
	return Object{
		"id": s.botID, "app_id": appID, "user_id": s.botUser, "name": botName,
		"icons":   Object{"image_36": icon + "36.png", "image_48": icon + "48.png", "image_72": icon + "72.png"},
		"deleted": false, "updated": 1_700_000_000, "team_id": s.world.TeamID,
	}
}

// normal is a copy of blocks, an action or a state as Slack gives them back: text objects
// say what they left out, and characters that could be markup are escaped. What a person
// typed in an input stays as it is.
func normal(v any) any {
	switch v := v.(type) {
	case []Object:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = normal(item)
		}
		return list
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = normal(item)
		}
		return list
	case Object:
		o := make(Object, len(v)+1)
		for name, item := range v {
			o[name] = normal(item)
		}
		normalObject(o)
		return o
	}
	return v
}

func normalObject(o Object) {
	said, _ := o["text"].(string)
	switch str(o, "type") {
	case "plain_text":
		o["text"] = escapeLone(said)
		if o["emoji"] == nil {
			o["emoji"] = true
		}
	case "mrkdwn":
		if o["verbatim"] == nil {
			o["verbatim"] = false
		}
		if verbatim, _ := o["verbatim"].(bool); verbatim {
			o["text"] = escapeLone(said)
		} else {
			o["text"] = normalText(said)
		}
	}
}

var (
	token  = regexp.MustCompile(`<[@#!]?[^<>\s][^<>]*>`)
	entity = regexp.MustCompile(`&(amp|lt|gt);|[&<>]`)
	bare   = regexp.MustCompile(`https?://[^\s<>|` + "`" + `]*[^\s<>|` + "`" + `.,:;!?)'"*_~]`)
	code   = regexp.MustCompile("(?s)```.*?```|`[^`\n]+`")
)

// normalText is mrkdwn as Slack gives it back: what is no token is escaped, and an
// address outside code becomes a link.
func normalText(text string) string {
	if !strings.ContainsAny(text, "&<>") && !strings.Contains(text, "://") {
		return text
	}
	return outside(token, text, func(rest string) string {
		return outside(code, escapeLone(rest), func(words string) string {
			return bare.ReplaceAllString(words, "<$0>")
		})
	})
}

// escapeLone escapes what is not escaped yet.
func escapeLone(text string) string {
	return entity.ReplaceAllStringFunc(text, func(found string) string {
		if len(found) > 1 {
			return found
		}
		return escape(found)
	})
}

// outside changes what lies between the matches.
func outside(match *regexp.Regexp, text string, change func(string) string) string {
	var b strings.Builder
	last := 0
	for _, at := range match.FindAllStringIndex(text, -1) {
		b.WriteString(change(text[last:at[0]]))
		b.WriteString(text[at[0]:at[1]])
		last = at[1]
	}
	b.WriteString(change(text[last:]))
	return b.String()
}
