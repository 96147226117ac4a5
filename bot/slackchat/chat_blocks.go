package slackchat

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slackchat/blockkit"
)

// newBlocks remembers the new blocks that a workspace does not have yet. Messages with
// them are sent in their classic form. A new process knows none and tries each once. The
// zero value is ready.
type newBlocks struct {
	mu      sync.Mutex
	refused map[slack.MessageBlockType]time.Time // since when
}

// fit returns the message without blocks that the workspace has refused.
func (n *newBlocks) fit(m blockkit.Message, now time.Time) blockkit.Message {
	if m.Classic == nil {
		return m
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, b := range m.Blocks {
		if since, ok := n.refused[b.BlockType()]; ok && now.Sub(since) < formKept {
			m.Blocks, m.Classic = m.Classic, nil
			return m
		}
	}
	return m
}

// blockPointer is a JSON pointer to a block, to its type, or to the type of what lies
// in it.
const blockPointer = `/blocks/([0-9]+)(?:(?:/(?:tasks|child_blocks)/[0-9]+)?/type)?`

// blockAt finds the block that a refusal points to.
var blockAt = regexp.MustCompile(`\[json-pointer:` + blockPointer + `\]`)

// learn remembers the new blocks that a refusal points to, and reports whether there are
// any: the message may be taken without them. A refusal that points elsewhere is about
// the text.
func (n *newBlocks) learn(m blockkit.Message, err error, now time.Time) bool {
	var no slack.SlackErrorResponse
	if m.Classic == nil || !aboutContent.is(err) || !errors.As(err, &no) {
		return false
	}
	said := slices.Clone(no.ResponseMetadata.Messages)
	for _, e := range no.Errors {
		if e.Message != nil {
			said = append(said, *e.Message)
		}
	}
	var found []slack.MessageBlockType
	for _, line := range said {
		for _, at := range blockAt.FindAllStringSubmatch(line, -1) {
			i, err := strconv.Atoi(at[1])
			if err == nil && i < len(m.Blocks) && blockkit.IsNew(m.Blocks[i].BlockType()) {
				found = append(found, m.Blocks[i].BlockType())
			}
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, kind := range found {
		if n.refused == nil {
			n.refused = map[slack.MessageBlockType]time.Time{}
		}
		n.refused[kind] = now
	}
	return len(found) > 0
}
