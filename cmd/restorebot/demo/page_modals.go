package demo

import "sync"

// modals know in which tab of a browser each modal was opened: Slack shows it there and
// not wherever the person has the channel open as well. The zero value is ready.
type modals struct {
	mu    sync.Mutex
	acted map[string]string // the tab in which a person did something last
	shown map[string]string // the tab of each modal, by its id
}

// acts notes that a person did something in a tab.
func (m *modals) acts(user, tab string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.acted == nil {
		m.acted, m.shown = map[string]string{}, map[string]string{}
	}
	m.acted[user] = tab
}

// shows reports whether a modal of a person belongs to a tab: the one in which they did
// something last when it was opened.
func (m *modals) shows(user, view, tab string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	owner, known := m.shown[view]
	if !known && m.shown != nil {
		owner = m.acted[user]
		m.shown[view] = owner
	}
	return m.shown != nil && owner == tab
}
