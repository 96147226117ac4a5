package slacktest

import (
	"fmt"
	"time"
)

// triggerLife is how long a trigger_id may be used (docs: Modals).
const triggerLife = 3 * time.Second

// trigger is a trigger_id: the permission to open one modal for one person.
type trigger struct {
	user  string
	until time.Time
	used  bool
}

// newTrigger makes a trigger_id. The caller holds mu.
func (s *Slack) newTrigger(user string) string {
	s.serial++
	id := fmt.Sprintf("%d.%d.%s", s.serial, 1000+s.serial, uuid()[:8])
	s.triggers[id] = &trigger{user: user, until: time.Now().Add(triggerLife)}
	return id
}

// useTrigger spends a trigger_id and returns whose it is, or an error code.
// The caller holds mu.
func (s *Slack) useTrigger(id string) (user, code string) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return "", "invalid_trigger_id"
	case t.used:
		return "", "exchanged_trigger_id"
	case time.Now().After(t.until):
		return "", "expired_trigger_id"
	}
	t.used = true
	return t.user, ""
}
