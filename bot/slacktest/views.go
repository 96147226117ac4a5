package slacktest

import (
	"encoding/json"
	"maps"
	"slices"
)

// Limits of a view (docs: Views).
const (
	maxView            = 250_000 // bytes of JSON
	maxViewTitle       = 24
	maxPrivateMetadata = 3_000
	maxStack           = 3 // modals above each other
)

// A View is a modal. It is a copy: it does not change when the modal does.
type View struct {
	ID              string
	Hash            string // changes with every update
	User            string // who sees it
	Type            string
	CallbackID      string
	ExternalID      string
	PrivateMetadata string
	Title           string
	SubmitText      string
	CloseText       string
	NotifyOnClose   bool
	ClearOnClose    bool
	Blocks          []Object
	RootID          string
	PreviousID      string
	Open            bool
	Errors          map[string]string // by block_id, from the last response_action errors
	Problem         string            // what Slack itself says: the app did not answer, or badly

	source Object
	set    map[string]Object // what was entered, by block_id and action_id
}

// number is a JSON number as an int, 0 if it is none.
func number(v any) int {
	n, _ := v.(json.Number)
	i, _ := n.Int64()
	return int(i)
}

// viewsOpen does views.open.
func (s *Slack) viewsOpen(req *request) reply { return s.openView(req, false) }

// viewsPush does views.push.
func (s *Slack) viewsPush(req *request) reply { return s.openView(req, true) }

func (s *Slack) openView(req *request, push bool) reply {
	v, bad := s.parseView(req.args["view"])
	if bad != nil {
		return *bad
	}
	if req.args["trigger_id"] == "" {
		return invalidArguments("missing required field: trigger_id")
	}
	user, code := s.useTrigger(req.args["trigger_id"])
	if code != "" {
		return fail(code)
	}
	v.User = user
	if push {
		if len(s.stacks[user]) == 0 {
			return fail("not_found")
		}
		if len(s.stacks[user]) >= maxStack {
			return fail("push_limit_reached")
		}
	} else {
		s.closeAll(user)
	}
	s.pushView(v)
	return done(Object{"view": s.viewJSON(v)})
}

// pushView shows a view on top of a person's stack. The caller holds mu.
func (s *Slack) pushView(v *View) {
	v.ID = "V" + uuid()[:8]
	v.RootID = v.ID
	v.Open = true
	if stack := s.stacks[v.User]; len(stack) > 0 {
		v.RootID, v.PreviousID = stack[0].ID, stack[len(stack)-1].ID
	}
	s.rehash(v)
	s.views[v.ID] = v
	s.stacks[v.User] = append(s.stacks[v.User], v)
	s.emitView(ViewOpened, v)
}

// viewsUpdate does views.update.
func (s *Slack) viewsUpdate(req *request) reply {
	fresh, bad := s.parseView(req.args["view"])
	if bad != nil {
		return *bad
	}
	v := s.views[req.args["view_id"]]
	if id := req.args["external_id"]; v == nil && id != "" {
		for _, candidate := range s.views {
			if candidate.ExternalID == id && candidate.Open {
				v = candidate
			}
		}
	}
	switch hash := req.args["hash"]; {
	case v == nil || !v.Open:
		return fail("not_found")
	case hash != "" && hash != v.Hash:
		return fail("hash_conflict")
	}
	s.changeView(v, fresh)
	return done(Object{"view": s.viewJSON(v)})
}

// changeView replaces what a view shows. What was entered stays in blocks that stay.
func (s *Slack) changeView(v, fresh *View) {
	fresh.ID, fresh.User, fresh.RootID, fresh.PreviousID = v.ID, v.User, v.RootID, v.PreviousID
	fresh.Open, fresh.set = true, v.set
	*v = *fresh
	s.rehash(v)
	s.emitView(ViewUpdated, v)
}

func (s *Slack) rehash(v *View) {
	ts, _ := s.nextTS()
	v.Hash = ts + "." + uuid()[:8]
}

func (s *Slack) emitView(kind EventKind, v *View) {
	snapshot := v.snapshot()
	s.emit(Event{Kind: kind, User: v.User, View: &snapshot, Detail: v.CallbackID})
}

func (v *View) snapshot() View {
	c := *v
	c.Errors, c.set = maps.Clone(v.Errors), maps.Clone(v.set)
	return c
}

// Modals returns the open modals of a person, the top one last.
func (s *Slack) Modals(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var open []View
	for _, v := range s.stacks[user] {
		open = append(open, v.snapshot())
	}
	return open
}

// Modal returns the top modal of a person.
func (s *Slack) Modal(user string) (View, bool) {
	open := s.Modals(user)
	if len(open) == 0 {
		return View{}, false
	}
	return open[len(open)-1], true
}

// View returns a view by its id, open or not.
func (s *Slack) View(id string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.views[id]; v != nil {
		return v.snapshot(), true
	}
	return View{}, false
}

// closeView takes a view and those above it off the stack. The caller holds mu.
func (s *Slack) closeView(v *View) {
	stack := s.stacks[v.User]
	i := slices.Index(stack, v)
	if i < 0 {
		return
	}
	for _, above := range slices.Backward(stack[i:]) {
		above.Open = false
		s.emitView(ViewClosed, above)
	}
	s.stacks[v.User] = stack[:i:i]
}

func (s *Slack) closeAll(user string) {
	if stack := s.stacks[user]; len(stack) > 0 {
		s.closeView(stack[0])
	}
}

// viewJSON is a view as the API and a payload show it.
func (s *Slack) viewJSON(v *View) Object {
	o := maps.Clone(v.source)
	maps.Copy(o, Object{
		"id": v.ID, "team_id": s.world.TeamID, "app_id": s.world.AppID, "bot_id": s.world.BotID,
		"app_installed_team_id": s.world.TeamID, "hash": v.Hash, "type": v.Type,
		"root_view_id": v.RootID, "previous_view_id": nil, "blocks": normal(v.Blocks),
		"private_metadata": v.PrivateMetadata, "callback_id": v.CallbackID, "external_id": v.ExternalID,
		"state":           Object{"values": normal(stateOf(v.Blocks, v.set))},
		"notify_on_close": v.NotifyOnClose, "clear_on_close": v.ClearOnClose,
	})
	if v.PreviousID != "" {
		o["previous_view_id"] = v.PreviousID
	}
	for _, text := range []string{"title", "submit", "close"} {
		o[text] = normal(o[text]) // null where there is none
	}
	return o
}
