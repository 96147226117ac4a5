package slacktest

import "maps"

// maxView is the size of a view in bytes of JSON (docs: Views).
const maxView = 250_000

// A View is a modal. It is a copy: it does not change when the modal does.
type View struct {
	ID              string
	Hash            string // changes with every update
	User            string // who sees it
	PrivateMetadata string
	Title           string
	SubmitText      string
	CloseText       string
	Blocks          []Object
	Open            bool
	Errors          map[string]string // by block_id, from the last response_action errors
	Problem         string            // what Slack itself says: the app did not answer, or badly

	source Object
	set    map[string]Object // what was entered, by block_id and action_id
}

// parseView reads and checks a view. The caller holds mu.
func (s *Slack) parseView(raw string) (*View, *reply) {
	refuse := func(r reply) (*View, *reply) { return nil, &r }
	if len(raw) > maxView {
		return refuse(fail("view_too_large"))
	}
	o, ok := object([]byte(raw))
	if !ok {
		return refuse(invalidArguments("missing required field: view"))
	}
	blocks, ok := objects(o["blocks"])
	if !ok {
		return refuse(invalidArguments("missing required field: blocks [json-pointer:/view]"))
	}
	if problems := checkView(o, blocks, "/view", s.noBlocks); len(problems) > 0 {
		return refuse(invalidArguments(saidOf(problems)...))
	}
	s.nameBlocks(blocks)
	return &View{
		PrivateMetadata: str(o, "private_metadata"), Title: textOf(o, "title"), SubmitText: textOf(o, "submit"), CloseText: textOf(o, "close"),
		Blocks: blocks, source: o,
	}, nil
}

// viewsOpen does views.open. A modal that is open closes: none is pushed on another here.
func (s *Slack) viewsOpen(req *request) reply {
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
	if open := s.modals[user]; open != nil {
		s.closeView(open)
	}
	v.ID, v.User, v.Open = "V"+uuid()[:8], user, true
	s.rehash(v)
	s.views[v.ID], s.modals[user] = v, v
	s.notify()
	return done(Object{"view": s.viewJSON(v)})
}

// viewsUpdate does views.update.
func (s *Slack) viewsUpdate(req *request) reply {
	fresh, bad := s.parseView(req.args["view"])
	if bad != nil {
		return *bad
	}
	v := s.views[req.args["view_id"]]
	if id := req.args["external_id"]; v == nil && id != "" {
		for _, open := range s.modals {
			if str(open.source, "external_id") == id {
				v = open
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
	fresh.ID, fresh.User, fresh.Open, fresh.set = v.ID, v.User, true, v.set
	*v = *fresh
	s.rehash(v)
	s.notify()
}

func (s *Slack) rehash(v *View) {
	ts, _ := s.nextTS()
	v.Hash = ts + "." + uuid()[:8]
}

func (v *View) snapshot() View {
	c := *v
	c.Errors, c.set = maps.Clone(v.Errors), maps.Clone(v.set)
	return c
}

// Modal returns the modal that a person has open.
func (s *Slack) Modal(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.modals[user]; v != nil {
		return v.snapshot(), true
	}
	return View{}, false
}

// closeView closes an open modal. The caller holds mu.
func (s *Slack) closeView(v *View) {
	v.Open = false
	delete(s.modals, v.User)
	s.notify()
}

// viewJSON is a view as the API and a payload show it.
func (s *Slack) viewJSON(v *View) Object {
	o := Object{"private_metadata": "", "callback_id": "", "external_id": "", "notify_on_close": false, "clear_on_close": false}
	maps.Copy(o, v.source)
	maps.Copy(o, Object{
		"id": v.ID, "team_id": s.world.TeamID, "app_id": appID, "bot_id": s.botID, "app_installed_team_id": s.world.TeamID,
		"hash": v.Hash, "root_view_id": v.ID, "previous_view_id": nil, "blocks": normal(v.Blocks),
		"state": Object{"values": normal(stateOf(v.Blocks, v.set))},
	})
	for _, text := range []string{"title", "submit", "close"} {
		o[text] = normal(o[text]) // null where there is none
	}
	return o
}
