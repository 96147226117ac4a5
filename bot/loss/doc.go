// Package loss adds up what a portal's audit trail says that a restore takes: in
// numbers, which everybody may see, and by name, for those who may. It asks nobody
// and keeps nothing.
package loss
