package bot

import (
	"time"

	"docspace-restorebot/docspace"
)

// Phase is what a running restore is doing, as far as its progress tells.
type Phase string

// The phases, in their order. Source: the progress curve of the server's
// RestoreProgressItem (0 while it downloads, then 10 + 0.65 of the import, 75
// while files are copied and the tenants are swapped, then 100).
const (
	PhaseQueued      Phase = "queued"
	PhaseDownloading Phase = "downloading"
	PhaseImporting   Phase = "importing"
	PhaseCopying     Phase = "copying files"
	PhaseFinishing   Phase = "finishing"
)

// Phases lists the phases in their order.
func Phases() []Phase {
	return []Phase{PhaseQueued, PhaseDownloading, PhaseImporting, PhaseCopying, PhaseFinishing}
}

// percentCopying is where the server's progress rests while files are copied.
const percentCopying = 75

// Progress is how far a running restore has come. Percent and Phase never go
// back: servers 3.2 to 3.6 report numbers that do.
type Progress struct {
	Phase     Phase     `json:",omitzero"`
	Percent   int       `json:",omitzero"` // the largest seen
	Seen      int       `json:",omitzero"` // the last reported, which may be smaller
	ChangedAt time.Time `json:",omitzero"` // when Seen or Phase last changed
	AskedAt   time.Time `json:",omitzero"` // when the portal last answered
	// Tenant is what the portal last said of itself while its progress alone did
	// not tell the phase.
	Tenant   docspace.TenantStatus `json:",omitzero"`
	TenantAt time.Time             `json:",omitzero"` // when it was last asked for that
	// TenantID is the tenant that the task was first seen on. Another one means
	// that the tenants were swapped.
	TenantID int `json:",omitzero"`
	// Trouble says why the portal could not be asked, "" when it answered.
	Trouble      string    `json:",omitzero"`
	TroubleCure  string    `json:",omitzero"` // what can be done about it
	TroubleSince time.Time `json:",omitzero"`
}

// next folds one answer of the portal into the progress.
func (p Progress) next(a docspace.Progress, tenant docspace.TenantStatus, now time.Time) Progress {
	if p.TenantID == 0 {
		p.TenantID = a.TenantID
	}
	phase := phaseOf(a, tenant, p.TenantID)
	if a.Percent != p.Seen || p.ChangedAt.IsZero() || rank(phase) > rank(p.Phase) {
		p.ChangedAt = now
	}
	if rank(phase) > rank(p.Phase) {
		p.Phase = phase
	}
	p.Seen = a.Percent
	p.Percent = min(max(p.Percent, a.Percent), 100)
	return p.answered(now)
}

// answered is p after an answer of the portal.
func (p Progress) answered(now time.Time) Progress {
	p.AskedAt, p.Trouble, p.TroubleCure, p.TroubleSince = now, "", "", time.Time{}
	return p
}

// failed is p after the portal could not be asked.
func (p Progress) failed(why explanation, now time.Time) Progress {
	if p.Trouble == "" {
		p.TroubleSince = now
	}
	p.Trouble, p.TroubleCure = why.why, why.do
	return p
}

// phaseOf reads the phase from the progress and else from the tenant's status: the
// tenant is locked when the import begins. Only another tenant id or the completion
// proves the swap, for a status may be set by hand. tenant is "" if unknown; first
// is the tenant on which the task began.
func phaseOf(a docspace.Progress, tenant docspace.TenantStatus, first int) Phase {
	switch {
	case a.Completed || a.Percent >= 100 || a.TenantID != 0 && first != 0 && a.TenantID != first:
		return PhaseFinishing
	case a.Percent >= percentCopying:
		return PhaseCopying
	case a.Percent > 0:
		return PhaseImporting
	case tenant == docspace.TenantRestoring:
		return PhaseImporting
	case a.Status == docspace.TaskCreated:
		return PhaseQueued
	default:
		return PhaseDownloading
	}
}

func rank(p Phase) int {
	for i, known := range Phases() {
		if p == known {
			return i
		}
	}
	return -1
}
