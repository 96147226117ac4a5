package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"docspace-restorebot/docspace"
)

const (
	// maxListed bounds the backups that are kept for searches, of all portals: some
	// 20 MB.
	maxListed = 100_000
	// listWithin bounds the question for a list that a search has not found.
	listWithin = 90 * time.Second
	// searchWithin is how long a search waits for one: Slack waits 3 s.
	searchWithin = 1200 * time.Millisecond
)

// listKey is whose backups a list holds.
type listKey struct {
	portal string
	dump   bool
}

// backupList is what a portal answered last, newest first.
type backupList struct {
	backups []docspace.Backup
	at      time.Time
}

// backupLists keep what the portals answered this process, for its lists and pickers: a
// search would otherwise ask the portal at each letter, which changes its history.
// Another process asks anew once. The zero value is ready.
type backupLists struct {
	mu    sync.Mutex
	lists map[listKey]backupList
	asked map[listKey]chan struct{} // closed when the answer is there
}

// keep remembers a list, and forgets the oldest where there are too many.
func (l *backupLists) keep(key listKey, backups []docspace.Backup, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lists == nil {
		l.lists = map[listKey]backupList{}
	}
	l.lists[key] = backupList{backups, now}
	for {
		total, oldest := 0, key
		for k, list := range l.lists {
			total += len(list.backups)
			if list.at.Before(l.lists[oldest].at) {
				oldest = k
			}
		}
		if stale := now.Sub(l.lists[oldest].at) >= pickerLifetime; oldest == key || total <= maxListed && !stale {
			return
		}
		delete(l.lists, oldest)
	}
}

// find returns the list of a portal that is not too old.
func (l *backupLists) find(key listKey, now time.Time) ([]docspace.Backup, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list, ok := l.lists[key]
	return list.backups, ok && now.Sub(list.at) < pickerLifetime
}

// await asks for a list in the background, unless somebody does already, and
// waits a moment for it.
func (l *backupLists) await(ctx context.Context, key listKey, ask func(context.Context) ([]docspace.Backup, error)) []docspace.Backup {
	l.mu.Lock()
	answered, waits := l.asked[key]
	if !waits {
		answered = make(chan struct{})
		if l.asked == nil {
			l.asked = map[listKey]chan struct{}{}
		}
		l.asked[key] = answered
	}
	l.mu.Unlock()
	if !waits {
		go func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), listWithin)
			defer cancel()
			if backups, err := ask(ctx); err == nil {
				l.keep(key, backups, time.Now())
			}
			l.mu.Lock()
			delete(l.asked, key)
			l.mu.Unlock()
			close(answered)
		}()
	}
	soon := time.NewTimer(searchWithin)
	defer soon.Stop()
	select {
	case <-answered:
	case <-soon.C:
	case <-ctx.Done():
	}
	backups, _ := l.find(key, time.Now())
	return backups
}

// unexpired returns the backups that a picker offers, and how many have expired.
func unexpired(backups []docspace.Backup, now time.Time) (good []docspace.Backup, expired int) {
	good = slices.DeleteFunc(slices.Clone(backups), func(backup docspace.Backup) bool { return backup.Expired(now) })
	return good, len(backups) - len(good)
}

// key is whose backups a picker shows.
func (show pickerState) key() listKey { return listKey{show.Portal, show.Dump} }
