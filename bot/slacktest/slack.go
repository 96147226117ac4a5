package slacktest

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Slack is a running workspace. It is safe for concurrent use. Make one with [New], end it
// with [Slack.Close].
type Slack struct {
	world World // people, groups and channels live in the maps below
	done  chan struct{}
	work  sync.WaitGroup // every goroutine of this Slack

	mu      sync.Mutex // guards all that follows; never held while something is sent
	closed  bool
	changed chan struct{} // closed at the next change; nil while nobody waits
	timers  map[*time.Timer]struct{}
	servers []*http.Server
	botUser string
	botID   string
	scopes  map[string]bool
	revoked map[string]string // token -> the error code it now gets
	base    string            // scheme, host and prefix the bot used last
	lastTS  time.Time
	serial  int

	people   map[string]*Person
	groups   map[string]*Group
	channels map[string]*room

	messages   map[messageKey]*Message
	chosen     map[chosenKey]map[string]Object // by block_id and action_id
	ephemerals map[string][]*Message           // by the person who sees them
	notices    map[string][]Notice             // by person

	tickets     map[string]ticket
	links       []*link // live, in the order they were opened
	turn        int     // round-robin position in links
	nextLink    int
	deliveries  map[string]*Delivery
	order       []*Delivery
	undelivered []*Delivery // wait for a connection, only with Sockets.Redeliver
	storm       string      // disconnect reason of the open-then-close storm; empty: none

	triggers map[string]*trigger
	hooks    map[string]*hook
	views    map[string]*View
	modals   map[string]*View // open, by person

	uploads map[string]*upload // begun and not yet shared
	files   []*File

	faults   []*fault
	noBlocks map[string]bool // block types that are refused
	buckets  map[string]*bucket
	calls    []Call
	log      []Event
}

// New makes a workspace. A person, group or channel that is named twice is the last one
// named.
func New(w World) *Slack {
	w = w.withDefaults()
	s := &Slack{
		world:      w,
		done:       make(chan struct{}),
		timers:     map[*time.Timer]struct{}{},
		scopes:     map[string]bool{},
		revoked:    map[string]string{},
		people:     map[string]*Person{},
		groups:     map[string]*Group{},
		channels:   map[string]*room{},
		messages:   map[messageKey]*Message{},
		ephemerals: map[string][]*Message{},
		notices:    map[string][]Notice{},
		tickets:    map[string]ticket{},
		deliveries: map[string]*Delivery{},
		triggers:   map[string]*trigger{},
		hooks:      map[string]*hook{},
		views:      map[string]*View{},
		modals:     map[string]*View{},
		buckets:    map[string]*bucket{},
		chosen:     map[chosenKey]map[string]Object{},
		uploads:    map[string]*upload{},
		botUser:    "U0BOT",
		botID:      "B0BOT",
	}
	for _, scope := range w.Scopes {
		s.scopes[scope] = true
	}
	s.PutPerson(Person{ID: s.botUser, Name: botName, IsBot: true})
	for _, p := range w.People {
		s.PutPerson(p)
	}
	for _, g := range w.Groups {
		s.PutGroup(g)
	}
	for _, c := range w.Channels {
		s.PutChannel(c)
	}
	return s
}

// Close ends every connection and every goroutine of s and waits for them.
// What happened stays readable. A second Close does nothing.
func (s *Slack) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s.work.Wait()
		return
	}
	s.closed = true
	close(s.done)
	links, servers := slices.Clone(s.links), s.servers
	for t := range s.timers {
		t.Stop()
	}
	clear(s.timers)
	s.notify()
	s.mu.Unlock()

	for _, srv := range servers {
		_ = srv.Close()
	}
	for _, l := range links {
		l.drop("closed")
	}
	s.work.Wait()
}

// spawn runs f in a goroutine that Close waits for. It reports false, and runs nothing,
// once s is closed. The caller must not hold mu.
func (s *Slack) spawn(f func()) bool {
	if !s.enter() {
		return false
	}
	go func() {
		defer s.work.Done()
		f()
	}()
	return true
}

// enter counts the calling goroutine as one that Close waits for.
func (s *Slack) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.work.Add(1)
	return true
}

// after calls f with mu held, d from now, unless s is closed before. The caller holds mu.
func (s *Slack) after(d time.Duration, f func()) {
	if s.closed {
		return
	}
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, live := s.timers[t]; !live {
			return
		}
		delete(s.timers, t)
		f()
	})
	s.timers[t] = struct{}{}
}

// PutPerson adds a person or replaces the one with the same id.
func (s *Slack) PutPerson(p Person) {
	if p.TeamID == "" {
		p.TeamID = s.world.TeamID
	}
	if p.RealName == "" {
		p.RealName = p.Name
	}
	if p.TZ == "" {
		p.TZ = "UTC"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[p.ID] = &p
	s.notify()
}

// PutGroup adds a user group or replaces the one with the same id.
func (s *Slack) PutGroup(g Group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[g.ID] = &g
	s.notify()
}

// PutChannel adds a channel or changes the one with the same id; its messages stay.
func (s *Slack) PutChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.channels[c.ID]; r != nil {
		r.Channel = c
	} else {
		s.channels[c.ID] = &room{Channel: c}
	}
	s.notify()
}

// MoveChannel gives a channel another id, as making it private or a Grid may do. The
// old id is not known any more, and its messages keep their ts.
func (s *Slack) MoveChannel(from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.channels[from]
	if r == nil {
		return
	}
	delete(s.channels, from)
	r.ID = to
	s.channels[to] = r
	for key, m := range s.messages {
		if key.channel == from {
			delete(s.messages, key)
			m.Channel = to
			s.messages[messageKey{to, m.TS}] = m
		}
	}
	s.notify()
}

// JoinGrid makes the workspace part of an Enterprise Grid from now on.
func (s *Slack) JoinGrid(id, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.EnterpriseID, s.world.EnterpriseName = id, name
}

// SetBot gives the app another bot user, as Slack may when it is installed anew. What
// the old one posted stays the old one's, and cannot be edited any more.
func (s *Slack) SetBot(userID, botID string) {
	s.PutPerson(Person{ID: userID, Name: botName, IsBot: true})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.botUser, s.botID = userID, botID
}

// SetScopes replaces the scopes of the bot token, as a reinstall of the app does.
func (s *Slack) SetScopes(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.Scopes = scopes
	clear(s.scopes)
	for _, scope := range scopes {
		s.scopes[scope] = true
	}
}

// Revoke makes every call with token fail with code (token_revoked, account_inactive,
// token_expired ...). An empty code makes it good again.
func (s *Slack) Revoke(token, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code == "" {
		delete(s.revoked, token)
		return
	}
	s.revoked[token] = code
}
