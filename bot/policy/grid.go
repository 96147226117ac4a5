package policy

import "sync/atomic"

// Grid is the Enterprise Grid that the workspace has come to be part of while the
// bot runs. A nil one is none; it is safe for concurrent use.
type Grid struct{ id atomic.Pointer[string] }

// Join notes what Slack says of the bot's own token, never what a payload says.
func (g *Grid) Join(enterprise string) { g.id.Store(&enterprise) }

// enterprise is the organisation that the workspace is part of, "" for none.
func (p Policy) enterprise() string {
	if p.Grid != nil {
		if id := p.Grid.id.Load(); id != nil {
			return *id
		}
	}
	return p.Enterprise
}
