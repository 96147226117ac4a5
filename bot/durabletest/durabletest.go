// Package durabletest is the exam that every [bot.Store] has to pass.
package durabletest

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// At is the time at which the restores of the exam are requested.
var At = time.Date(2026, 3, 1, 2, 15, 0, 123456789, time.UTC)

// Restore returns a new restore of portal.
func Restore(id, portal string) bot.Restore {
	return bot.Restore{ID: id, Portal: portal, Delivery: "d-" + id, State: bot.Requested, RequestedAt: At}
}

// Exercise examines the stores that open returns: empty ones, closed with t.
func Exercise(t *testing.T, open func(t *testing.T) bot.Store) {
	t.Helper()
	exams := map[string]func(*testing.T, bot.Store){
		"missing":      missing,
		"round trip":   roundTrip,
		"busy portal":  busyPortal,
		"duplicate":    duplicate,
		"stale":        stale,
		"illegal move": illegalMove,
		"confirmation": confirmation,
		"concurrent":   concurrent,
		"recent":       recent,
		"forms":        forms,
		"losses":       losses,
		"runs":         runs,
		"search":       search,
		"trail":        trail,
		"long trail":   longTrail,
		"freeze":       freeze,
		"rules":        rules,
		"consent":      consent,
		"old consent":  oldConsent,
		"address":      address,
		"task":         task,
		"ticks":        ticks,
	}
	for name, exam := range exams {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exam(t, open(t))
		})
	}
}

func create(t *testing.T, s bot.Store, r bot.Restore) {
	t.Helper()
	if err := s.Create(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func wantRow(t *testing.T, s bot.Store, want bot.Restore) {
	t.Helper()
	got, err := s.Get(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.AnswerURL.Reveal() != want.AnswerURL.Reveal() {
		t.Error("the answer URL changed")
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func missing(t *testing.T, s bot.Store) {
	t.Helper()
	_, err := s.Get(t.Context(), "nobody")
	wantErr(t, err, bot.ErrNotFound)
	_, err = s.ByDelivery(t.Context(), "nothing")
	wantErr(t, err, bot.ErrNotFound)
	_, err = s.Save(t.Context(), Restore("nobody", "p"), Restore("nobody", "p"))
	wantErr(t, err, bot.ErrNotFound)
	if _, ok, err := s.OpenOn(t.Context(), bot.PortalName{Name: "nowhere"}); ok || err != nil {
		t.Errorf("OpenOn an unknown portal: %t, %v", ok, err)
	}
}

func roundTrip(t *testing.T, s bot.Store) {
	t.Helper()
	var r bot.Restore
	fill(t, reflect.ValueOf(&r).Elem())
	r.State, r.AnswerURL = bot.Requested, docspace.NewSecret("https://hooks.example/answer")
	create(t, s, r)
	wantRow(t, s, r)

	next := r
	next.State, next.AnswerURL, next.Reason.What = bot.Confirmed, docspace.Secret{}, "because"
	saved, err := s.Save(t.Context(), r, next)
	if err != nil {
		t.Fatal(err)
	}
	if saved.Version != r.Version+1 || saved.Generation != r.Generation {
		t.Errorf("saved as version %d, generation %d", saved.Version, saved.Generation)
	}
	wantRow(t, s, saved)

	woken, err := s.Wake(t.Context(), saved, saved)
	if err != nil {
		t.Fatal(err)
	}
	if woken.Version != saved.Version+1 || woken.Generation != saved.Generation+1 {
		t.Errorf("woken as version %d, generation %d", woken.Version, woken.Generation)
	}
	wantRow(t, s, woken)
}

// fill sets each field of v that code outside its package can set.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(At))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range v.Fields() {
			if f.CanSet() {
				fill(t, f)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case reflect.String:
		v.SetString("word <&> \"é\"")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("the exam cannot fill a %s", v.Type())
	}
}

func busyPortal(t *testing.T, s bot.Store) {
	t.Helper()
	for _, state := range bot.OpenStates() {
		portal := "portal " + string(state)
		first := Restore("first "+string(state), portal)
		first.State = state
		create(t, s, first)
		wantErr(t, s.Create(t.Context(), Restore("second "+string(state), portal)), bot.ErrPortalBusy)
		if r, ok, err := s.OpenOn(t.Context(), bot.PortalName{Name: portal}); err != nil || !ok || r.ID != first.ID {
			t.Errorf("OpenOn: %q, %t, %v", r.ID, ok, err)
		}
	}
	first := Restore("a", "p")
	create(t, s, first)
	next := first
	next.State = bot.Dismissed
	if _, err := s.Save(t.Context(), first, next); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.OpenOn(t.Context(), bot.PortalName{Name: "p"}); ok || err != nil {
		t.Errorf("OpenOn after the end: %t, %v", ok, err)
	}
	create(t, s, Restore("b", "p"))
}

func duplicate(t *testing.T, s bot.Store) {
	t.Helper()
	create(t, s, Restore("a", "p"))
	for _, portal := range []string{"p", "another"} {
		again := Restore("b", portal)
		again.Delivery = "d-a"
		wantErr(t, s.Create(t.Context(), again), bot.ErrDuplicate)
	}
	if r, err := s.ByDelivery(t.Context(), "d-a"); err != nil || r.ID != "a" {
		t.Errorf("ByDelivery: %q, %v", r.ID, err)
	}
}

func stale(t *testing.T, s bot.Store) {
	t.Helper()
	r := Restore("a", "p")
	create(t, s, r)
	now, err := s.Wake(t.Context(), r, r)
	if err != nil {
		t.Fatal(err)
	}
	older, other := now, now
	older.Generation--
	other.State = bot.Confirmed
	for _, was := range []bot.Restore{r, older, other} {
		_, err = s.Save(t.Context(), was, was)
		wantErr(t, err, bot.ErrStale)
		_, err = s.Wake(t.Context(), was, was)
		wantErr(t, err, bot.ErrStale)
	}
	wantRow(t, s, now)
}

func illegalMove(t *testing.T, s bot.Store) {
	t.Helper()
	r := Restore("a", "p")
	create(t, s, r)
	next := r
	next.State = bot.Running
	if _, err := s.Save(t.Context(), r, next); err == nil || errors.Is(err, bot.ErrStale) {
		t.Errorf("from requested to running: %v", err)
	}
	wantRow(t, s, r)
}

func confirmation(t *testing.T, s bot.Store) {
	t.Helper()
	r := Restore("a", "p")
	create(t, s, r)
	next := r
	next.Confirmations = []bot.Confirmation{{User: "U2", At: At}, {User: "U1", At: At}}
	saved, err := s.Save(t.Context(), r, next)
	if err != nil {
		t.Fatal(err)
	}
	next = saved
	next.Confirmations = append(next.Confirmations[:2:2], bot.Confirmation{User: "U2", At: At})
	if _, err := s.Save(t.Context(), saved, next); err == nil || !strings.Contains(err.Error(), "U2") {
		t.Errorf("a second confirmation by U2: %v", err)
	}
	wantRow(t, s, saved)
}

func concurrent(t *testing.T, s bot.Store) {
	t.Helper()
	r := Restore("a", "p")
	create(t, s, r)
	const racers = 8
	errs := make([]error, racers)
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() { _, errs[i] = s.Save(t.Context(), r, r) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		wantErr(t, err, bot.ErrStale)
	}
	if won != 1 {
		t.Errorf("%d savers won", won)
	}
}

func forms(t *testing.T, s bot.Store) {
	t.Helper()
	var f bot.Form
	fill(t, reflect.ValueOf(&f).Elem())
	f.ID, f.Until = "f", time.Now().Add(time.Hour).UTC().Round(0)
	past := f
	past.ID, past.Until = "past", time.Now().Add(-time.Hour)
	for _, put := range []bot.Form{f, past, f} {
		if err := s.PutForm(t.Context(), put); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Form(t.Context(), "f"); err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, f)
	}
	for _, id := range []string{"past", "nothing"} {
		_, err := s.Form(t.Context(), id)
		wantErr(t, err, bot.ErrNotFound)
	}
}

// freeze: it is read back, nothing starts during it, and what was about to
// start meanwhile loses its race.
func freeze(t *testing.T, s bot.Store) {
	t.Helper()
	wantFreeze := func(want bot.Freeze) {
		t.Helper()
		if got, err := s.Frozen(t.Context()); err != nil || got != want {
			t.Errorf("frozen: %+v, %v, want %+v", got, err, want)
		}
	}
	wantFreeze(bot.Freeze{})
	create(t, s, Restore("a", "p"))
	running := Restore("b", "q")
	running.State = bot.Running
	create(t, s, running)
	r, _ := s.Get(t.Context(), "a")
	confirmed := r
	confirmed.State = bot.Confirmed
	r, err := s.Save(t.Context(), r, confirmed)
	if err != nil {
		t.Fatal(err)
	}
	starting := r
	starting.State = bot.Starting

	f := bot.Freeze{By: "U1", Reason: "it's <late>", Channel: "C1", At: At}
	if err := s.SetFreeze(t.Context(), f, bot.Event{At: At, Kind: bot.EventFrozen}); err != nil {
		t.Fatal(err)
	}
	wantFreeze(f)
	_, err = s.Save(t.Context(), r, starting)
	wantErr(t, err, bot.ErrStale)
	now, _ := s.Get(t.Context(), "a")
	if now.State != bot.Confirmed || now.Version != r.Version+1 || now.Generation != r.Generation+1 {
		t.Errorf("a frozen restore: %+v", now)
	}
	starting.Version, starting.Generation = now.Version, now.Generation
	_, err = s.Save(t.Context(), now, starting)
	wantErr(t, err, bot.ErrFrozen)
	wantRow(t, s, now)
	wantRow(t, s, running)

	if err := s.SetFreeze(t.Context(), bot.Freeze{}); err != nil {
		t.Fatal(err)
	}
	wantFreeze(bot.Freeze{})
	now, _ = s.Get(t.Context(), "a")
	if _, err := s.Save(t.Context(), now, starting); err != nil {
		t.Errorf("a start after the freeze: %v", err)
	}
}

func recent(t *testing.T, s bot.Store) {
	t.Helper()
	for i, id := range []string{"b", "a", "c"} {
		r := Restore(id, "portal of "+id)
		r.RequestedAt = At.Add(time.Duration(i))
		create(t, s, r)
	}
	list, err := s.Recent(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].ID != "c" || list[1].ID != "a" {
		t.Errorf("recent: %+v", list)
	}
}
