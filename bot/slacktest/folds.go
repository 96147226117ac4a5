package slacktest

import (
	"fmt"
	"slices"
)

// Unfold opens a plan or a container of a message for one person, or folds it again.
// It stays open through edits for as long as the block keeps its block_id: seen of plans,
// assumed of containers.
func (s *Slack) Unfold(user string, m Message, blockID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.messages[messageKey{m.Channel, m.TS}]
	if now == nil || !slices.Contains(folding(now.Blocks), blockID) {
		return fmt.Errorf("slacktest: nothing %q to unfold in message %s of %s", blockID, m.TS, m.Channel)
	}
	key := foldKey{chosenKey{messageKey{m.Channel, m.TS}, user}, blockID}
	if s.unfolded == nil {
		s.unfolded = map[foldKey]bool{}
	}
	s.unfolded[key] = !s.unfolded[key]
	s.notify()
	return nil
}

// Unfolded lists the block_ids that a person has open in a message as it stands now.
func (s *Slack) Unfolded(user string, m Message) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.messages[messageKey{m.Channel, m.TS}]
	if now == nil {
		return nil
	}
	return slices.DeleteFunc(folding(now.Blocks), func(id string) bool { return !s.isUnfolded(user, now, id) })
}

// foldKey is a block as one person sees it.
type foldKey struct {
	chosenKey
	block string
}

func (s *Slack) isUnfolded(user string, m *Message, block string) bool {
	return s.unfolded[foldKey{chosenKey{messageKey{m.Channel, m.TS}, user}, block}]
}

// folding are the block_ids of what stands folded until somebody opens it: plans, which
// nothing opens by default, and containers that ask for it.
func folding(blocks []Object) []string {
	var ids []string
	for _, b := range withNested(blocks) {
		if folds(b) {
			ids = append(ids, str(b, "block_id"))
		}
	}
	return ids
}

func folds(b Object) bool {
	folded, _ := b["default_collapsed"].(bool)
	return str(b, "type") == "plan" || str(b, "type") == "container" && folded
}
