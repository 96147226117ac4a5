package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"

	"pgregory.net/rapid"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// world is a bot in a world that means it no good, and what is really so in it,
// written down beside the bot and never asked of it.
type world struct {
	*bot.Bot
	t      *rapid.T
	memory *memory
	chat   *channel
	portal *docspacetest.Portal
	client *docspace.Client
	seam   *seam
	home   bot.Portals // as they are set up, whatever was taken out

	open      string // the restore that was asked for last
	asked     int
	runs      int           // of the bot
	setBack   time.Duration // by how much the clock was set back in all
	agreed    time.Time     // when somebody last agreed to the open restore
	unseen    time.Duration // for how long nothing watched it since
	dismissed map[string]bool

	mu    sync.Mutex
	turn  int // counts what happens, for much happens at the same time
	looks map[bool]look
	first map[string]int // the turn at which a task began
	began map[string]time.Time
	posts map[string]post
	wrong string
}

// look is a question about the tasks of a scope that the portal has answered.
type look struct {
	turn  int
	at    time.Time
	blind bool // the portal knows more than it says
}

// post is a startrestore that was sent.
type post struct {
	n     int
	at    time.Time // of the intent
	looks map[bool]look
	task  string // that began by it, "" if none did
}

// seam is where the bot meets its world: at a call that is counted, something
// happens meanwhile, or the bot dies.
type seam struct {
	mu        sync.Mutex
	after     int
	meanwhile func()
	dead      bool
}

var errDead = errors.New("the process has ended")

func (s *seam) call() error {
	s.mu.Lock()
	var now func()
	if s.meanwhile != nil {
		if s.after--; s.after < 0 {
			now, s.meanwhile = s.meanwhile, nil
		}
	}
	s.mu.Unlock()
	if now != nil {
		now()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return errDead
	}
	return nil
}

// at lets something happen at the call after so many.
func (s *seam) at(after int, act func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after, s.meanwhile = after, act
}

func (s *seam) die() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead = true
}

// revived reports whether it was dead.
func (s *seam) revived() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.dead
	s.dead, s.meanwhile = false, nil
	return was
}

// seamStore is the memory behind the seam, where a step writes.
type seamStore struct {
	*memory

	world *world
}

func (s seamStore) Save(ctx context.Context, was, next bot.Restore, events ...bot.Event) (bot.Restore, error) {
	if err := s.world.seam.call(); err != nil {
		return bot.Restore{}, err
	}
	saved, err := s.memory.Save(ctx, was, next, events...)
	if err == nil && was.State != bot.Starting && next.State == bot.Starting {
		s.world.intends()
	}
	return saved, errors.Join(err, s.world.seam.call()) // it may die with the answer
}

// intends notes the start that is about to be sent, and what it stands on.
func (w *world) intends() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn++
	w.posts[w.open] = post{at: time.Now(), looks: maps.Clone(w.looks)}
}

// seamAPI is the portal's client behind the seam: a process may stand still once
// it has an answer, which no time-out of the call ends.
type seamAPI struct {
	bot.API

	seam *seam
}

func (a seamAPI) RestoreProgress(ctx context.Context, scope docspace.Scope) (docspace.Progress, bool, error) {
	task, known, err := a.API.RestoreProgress(ctx, scope)
	return task, known, errors.Join(err, a.seam.call())
}

// RoundTrip is the portal behind the seam. It writes down what the bot was told,
// and holds what it sends to what is really so.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := w.seam.call(); err != nil {
		return nil, err
	}
	if err := r.Context().Err(); err != nil {
		return nil, err // the process stood still for longer than the call may take
	}
	starts := strings.HasSuffix(r.URL.Path, "startrestore")
	if starts {
		w.sent() //nolint:contextcheck // it looks at what is so, whatever becomes of the call
	}
	answer, err := docspacetest.Via(w.portal).Transport.RoundTrip(r)
	if starts {
		w.performed()
	}
	if err == nil && strings.HasSuffix(r.URL.Path, "getrestoreprogress") && answer.StatusCode == http.StatusOK {
		w.looked(strings.EqualFold(r.URL.Query().Get("dump"), "true"))
	}
	if dead := w.seam.call(); dead != nil && err == nil {
		_ = answer.Body.Close()
		return nil, dead
	}
	return answer, err
}

func (w *world) faults() (f docspacetest.Faults) {
	w.portal.Break(func(now *docspacetest.Faults) { f = *now })
	return f
}

func (w *world) looked(dump bool) {
	blind := w.faults().NoResponse
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn++
	w.looks[dump] = look{w.turn, time.Now(), blind}
}

// fault notes the first promise that was broken.
func (w *world) fault(what string) {
	if w.wrong == "" {
		w.wrong = what
	}
}

// lookGood is how old the answers may be that a start stands on.
const lookGood = 30 * time.Second

// sent holds a startrestore to the promises, the moment that it is sent.
func (w *world) sent() {
	running := map[bool]string{}
	for _, dump := range []bool{false, true} {
		bare := &docspace.Client{BaseURL: w.client.BaseURL, HTTP: docspacetest.Via(w.portal)}
		task, known, err := bare.RestoreProgress(context.Background(), docspace.RestoreScope(dump))
		if err == nil && known && !task.Terminal() {
			running[dump] = task.TaskID
		}
	}
	r, _ := w.memory.Get(context.Background(), w.open)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn++
	p := w.posts[w.open]
	p.n++
	for _, dump := range []bool{false, true} {
		l := w.looks[dump]
		switch task, runs := running[dump]; {
		case l.turn == 0 || time.Since(l.at) > lookGood:
			w.fault("it started without a look at what runs")
		case runs && !l.blind && w.first[task] < l.turn:
			w.fault("it started beside a restore that it could see")
		}
	}
	switch {
	case p.n > 1:
		w.fault("it started twice")
	case r.State != bot.Starting:
		w.fault("it started and was " + string(r.State))
	case w.agreed.IsZero() || w.dismissed[w.open]:
		w.fault("it started and nobody agrees")
	case w.unseen >= w.Policy.TTL:
		w.fault("it started on a consent that has aged for " + w.unseen.String())
	case len(w.Portals) == 0:
		w.fault("it started on a portal that is not set up")
	}
	w.posts[w.open] = p
}

// performed notes which task began by a startrestore.
func (w *world) performed() {
	all := w.portal.Restores()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range all {
		if _, known := w.first[r.TaskID]; !known && !r.Elsewhere {
			w.turn++
			w.first[r.TaskID], w.began[r.TaskID] = w.turn, time.Now()
			p := w.posts[w.open]
			p.task = r.TaskID
			w.posts[w.open] = p
		}
	}
}

// theirs notes a task that somebody else started.
func (w *world) theirs(task string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, known := w.first[task]; !known && task != "" {
		w.turn++
		w.first[task], w.began[task] = w.turn, time.Now()
	}
}

// left notes a task that ended before anybody looked.
func (w *world) left(task string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.first[task] = 0
}

// newWorld is a portal in good health and a bot that was just started.
func newWorld(t *rapid.T) *world {
	w := &world{
		t: t, memory: &memory{}, chat: &channel{people: map[string]policy.Person{}}, seam: &seam{}, dismissed: map[string]bool{},
		portal: docspacetest.New(docspacetest.Config{Script: docspacetest.Total(20 * time.Minute), BackupTime: time.Minute}),
		looks:  map[bool]look{}, first: map[string]int{}, began: map[string]time.Time{}, posts: map[string]post{},
	}
	w.memory.clocks = func() bot.Clock {
		up := time.Since(time.Unix(0, 0))
		return bot.Clock{At: time.Now().UTC(), Process: w.Process, Ran: up, Boot: "the machine", Up: up}
	}
	w.chat.trouble = func(string, bot.Card) error { return w.seam.call() }
	w.client = &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(w.portal.Key()), HTTP: &http.Client{Transport: w}}
	users := policy.AllowList{IDs: []string{"UALICE", "UBOB"}}
	w.Bot = &bot.Bot{
		Store: seamStore{w.memory, w}, Chat: w.chat, Directory: w.chat, Poll: 3 * time.Second, Log: slog.New(slog.DiscardHandler), Process: "bot 0",
		Policy: policy.Policy{
			Team: "T1", App: "A1", Users: users, Approvers: users, SelfApproval: true,
			Channels: policy.AllowList{IDs: []string{"COPS"}}, TTL: 15 * time.Minute,
		},
	}
	w.home = bot.Portals{{PortalName: bot.PortalName{Name: "docs", URL: w.client.BaseURL}, API: seamAPI{w.client, w.seam}}}
	if rapid.Bool().Draw(t, "safety backup") {
		w.home[0].Safety, _ = bot.ParseSafetyTarget("Local:/backups")
	}
	w.Portals = w.home
	return w
}

// restart is another run of the bot.
func (w *world) restart() {
	w.runs++
	w.Process = "bot " + strings.Repeat("I", w.runs)
}

// setClock sets the machine's clock forward by d, which is the same as to set
// back all that was written down by it.
func (w *world) setClock(d time.Duration) {
	w.memory.mu.Lock()
	defer w.memory.mu.Unlock()
	shift(reflect.ValueOf(&w.memory.restores).Elem(), -d)
	for id, c := range w.memory.consents {
		c.Given.At, c.Seen.At = c.Given.At.Add(-d), c.Seen.At.Add(-d)
		w.memory.consents[id] = c
	}
	w.setBack += max(0, -d)
}

// shift moves every time in v.
func shift(v reflect.Value, d time.Duration) {
	at, ok := reflect.TypeAssert[time.Time](v)
	switch {
	case ok && !at.IsZero():
		v.Set(reflect.ValueOf(at.Add(d)))
	case ok:
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			shift(v.Index(i), d)
		}
	case v.Kind() == reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				shift(field, d)
			}
		}
	}
}
