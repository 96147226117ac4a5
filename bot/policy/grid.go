package policy

import "sync/atomic"

// Grid is the Enterprise Grid that the workspace joined while the bot runs. A nil
// Grid is none. A Grid is safe for concurrent use.
type Grid struct{ id atomic.Pointer[string] }

// Join notes the organisation of the bot's own token. A payload is never the source.
func (g *Grid) Join(enterprise string) { g.id.Store(&enterprise) }

// enterprise is the organisation of the workspace, "" for none.
func (p Policy) enterprise() string {
	if p.Grid != nil {
		if id := p.Grid.id.Load(); id != nil {
			return *id
		}
	}
	return p.Enterprise
}
