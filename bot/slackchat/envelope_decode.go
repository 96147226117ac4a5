package slackchat

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"github.com/tidwall/gjson"
)

// The frames that are about the connection itself.
const (
	frameHello      = "hello"
	frameDisconnect = "disconnect"
)

// maxPlainFrame is up to what size a frame is read in the quick way, which goes
// as deep as its brackets do.
const maxPlainFrame = 32 << 10

// socketFrame is one text frame from Slack: hello, disconnect or an envelope.
type socketFrame struct {
	Type                   string          `json:"type"`
	Reason                 string          `json:"reason"`          // of a disconnect
	NumConnections         int             `json:"num_connections"` // of a hello
	ConnectionInfo         socketAppInfo   `json:"connection_info"` // of a hello
	DebugInfo              socketDebugInfo `json:"debug_info"`      // of a hello
	EnvelopeID             string          `json:"envelope_id"`
	Payload                json.RawMessage `json:"payload"` // part of the frame's own bytes
	AcceptsResponsePayload bool            `json:"accepts_response_payload"`
	RetryAttempt           int             `json:"retry_attempt"`
	RetryReason            string          `json:"retry_reason"`

	command  slack.SlashCommand // the payload of a slash command
	readable bool               // whether it is one
}

type socketAppInfo struct {
	AppID string `json:"app_id"`
}

type socketDebugInfo struct {
	// Life is about how long Slack lets the connection live, in seconds.
	Life int `json:"approximate_connection_time"`
}

var errUnreadableFrame = errors.New("frame cannot be decoded")

// decode reads a frame. A field of an unexpected type is left empty rather than
// losing the envelope_id, without which nothing can be acked.
func (f *socketFrame) decode(data []byte) (err error) {
	*f = socketFrame{}
	if len(data) <= maxPlainFrame && utf8.Valid(data) {
		err = f.decodePlain(data)
	} else {
		err = json.Unmarshal(data, f)
		if _, wrongType := errors.AsType[*json.UnmarshalTypeError](err); wrongType {
			err = nil
		}
	}
	if err != nil || f.Type == "" && f.EnvelopeID == "" {
		*f = socketFrame{}
		return errUnreadableFrame // json's own text may quote the frame
	}
	return nil
}

// decodePlain does what json.Unmarshal would, in a tenth of its time and with
// the command in the same go.
func (f *socketFrame) decodePlain(data []byte) error {
	text := string(data)
	if !gjson.Valid(text) {
		return errUnreadableFrame
	}
	root := gjson.Parse(text)
	if !root.IsObject() {
		return errUnreadableFrame
	}
	var payload gjson.Result
	root.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "type":
			setText(&f.Type, v)
		case "reason":
			setText(&f.Reason, v)
		case "num_connections":
			setNumber(&f.NumConnections, v)
		case "connection_info":
			if id := v.Get("app_id"); v.IsObject() {
				setText(&f.ConnectionInfo.AppID, id)
			}
		case "debug_info":
			if life := v.Get("approximate_connection_time"); v.IsObject() {
				setNumber(&f.DebugInfo.Life, life)
			}
		case "envelope_id":
			setText(&f.EnvelopeID, v)
		case "payload":
			payload = v
		case "accepts_response_payload":
			if v.IsBool() {
				f.AcceptsResponsePayload = v.Bool()
			}
		case "retry_attempt":
			setNumber(&f.RetryAttempt, v)
		case "retry_reason":
			setText(&f.RetryReason, v)
		}
		return true
	})
	if payload.Raw != "" {
		f.Payload = data[payload.Index : payload.Index+len(payload.Raw) : payload.Index+len(payload.Raw)]
	}
	if f.Type == EnvelopeSlashCommands && payload.IsObject() {
		f.readable = decodePlainCommand(payload, &f.command) == nil
	}
	// It is remembered for long, and must not keep the rest of the frame.
	f.EnvelopeID = strings.Clone(f.EnvelopeID)
	return nil
}

func setText(into *string, v gjson.Result) bool {
	if v.Type == gjson.String {
		*into = v.Str
	}
	return v.Type == gjson.String || v.Type == gjson.Null
}

func setNumber(into *int, v gjson.Result) {
	if v.Type != gjson.Number {
		return
	}
	if n, err := strconv.Atoi(v.Raw); err == nil {
		*into = n
	}
}

// decodeCommand reads the payload of a slash command. The error says where it
// is wrong and holds nothing of what it says.
func decodeCommand(payload []byte) (slack.SlashCommand, error) {
	if len(payload) > maxPlainFrame || !utf8.Valid(payload) {
		var cmd slack.SlashCommand
		err := decodeObject(EnvelopeSlashCommands, payload, &cmd)
		return cmd, err
	}
	text := string(payload)
	root := gjson.Parse(text)
	switch {
	case !root.IsObject():
		return slack.SlashCommand{}, notAnObject(EnvelopeSlashCommands)
	case !gjson.Valid(text):
		return slack.SlashCommand{}, notDecoded(EnvelopeSlashCommands)
	}
	var cmd slack.SlashCommand
	err := decodePlainCommand(root, &cmd)
	return cmd, err
}

// decodePlainCommand reads a valid object.
func decodePlainCommand(root gjson.Result, cmd *slack.SlashCommand) (err error) {
	field := func(key string) *string {
		switch key {
		case "token":
			return &cmd.Token
		case "team_id":
			return &cmd.TeamID
		case "team_domain":
			return &cmd.TeamDomain
		case "enterprise_id":
			return &cmd.EnterpriseID
		case "enterprise_name":
			return &cmd.EnterpriseName
		case "channel_id":
			return &cmd.ChannelID
		case "channel_name":
			return &cmd.ChannelName
		case "user_id":
			return &cmd.UserID
		case "user_name":
			return &cmd.UserName
		case "command":
			return &cmd.Command
		case "text":
			return &cmd.Text
		case "response_url":
			return &cmd.ResponseURL
		case "trigger_id":
			return &cmd.TriggerID
		case "api_app_id":
			return &cmd.APIAppID
		}
		return nil
	}
	root.ForEach(func(key, v gjson.Result) bool {
		good := true
		if key.Str == "is_enterprise_install" {
			cmd.IsEnterpriseInstall, good = truthOf(v)
		} else if into := field(key.Str); into != nil {
			good = setText(into, v)
		}
		if !good {
			err = wrongType(EnvelopeSlashCommands, int64(v.Index-root.Index))
		}
		return good
	})
	return err
}

// truthOf reads a bool that Slack writes as a text.
func truthOf(v gjson.Result) (truth, good bool) {
	switch {
	case v.Type == gjson.Null:
		return false, true
	case v.IsBool():
		return v.Bool(), true
	case v.Type == gjson.String:
		truth, err := strconv.ParseBool(v.Str)
		return truth, err == nil
	}
	return false, false
}

// The errors of a payload: they hold nothing of what it says.
func notAnObject(kind string) error { return fmt.Errorf("payload of %s is not an object", kind) }
func notDecoded(kind string) error  { return fmt.Errorf("payload of %s cannot be decoded", kind) }
func wrongType(kind string, at int64) error {
	return fmt.Errorf("payload of %s has a wrong type at byte %d", kind, at)
}
