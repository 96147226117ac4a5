package docspacetest

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Config is what a portal is at first; zero fields are defaults.
type Config struct {
	Alias   string // "" is "docs"
	Host    string // the only host that the portal answers to; "" is any
	Version string // from "2.6.0" to "3.7.2", the default; it decides the shape of answers
	SaaS    bool   // not self-hosted: no dumps
	// LimitedSpace: space management is switched off, so no dumps either.
	LimitedSpace bool
	// Script is how long a restore takes; zero is Total(20 * time.Second).
	Script Script
	// Backups are the history; nil is three examples, an empty slice is none.
	Backups []Backup
	// BackupTime is how long a backup takes; 0 is 10 s.
	BackupTime time.Duration
	Users      int // 0 is 42
	Rooms      int // 0 is 7, or as many as RoomList has
	Files      int // in each room that RoomList does not have; 0 is 60
	// RoomList are the first rooms; the others have numbers.
	RoomList []Room
	// Events are the audit trail; further ones come with [Portal.AddEvents].
	Events  []Event
	Details Details
	// RateLimits are kept as in the cloud, where a self-hosted portal has none: 1500
	// requests a minute, 50 GETs and 15 others at once, 10,000 POSTs and PUTs a day.
	RateLimits bool
	// Faults are the switches at first.
	Faults Faults
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Backup is a record of the history.
type Backup struct {
	ID          string // "" is a new GUID
	FileName    string // "" is made of the alias and the date
	StorageType int    // 0 Documents, 1 ThridpartyDocuments, 2 CustomCloud, 3 Local, 4 DataStore, 5 ThirdPartyConsumer
	CreatedOn   time.Time
	ExpiresOn   time.Time // zero is never
	Dump        bool      // of the whole installation
	Missing     bool      // the file is gone: the next look at the history forgets the record
	// Unlisted is found by its id and shown nowhere: it was removed, or belongs to
	// another portal of the server.
	Unlisted bool
	Users    int // how many a restore brings back; 0 leaves the portal's
	Rooms    int
	Files    int // in each room
}

// Portal is a DocSpace portal. All methods are safe for concurrent use.
type Portal struct {
	mu       sync.Mutex
	config   Config
	now      func() time.Time
	version  version
	tenantID int
	status   int // of the tenant: 0 active, 4 restoring
	users    int
	rooms    int
	files    int
	keys     map[string]*Key
	key      string // the newest
	token    string // of a person
	ownerID  string // of the same person
	backups  []Backup
	made     []time.Time // when backups of the portal were made, also deleted ones
	uploaded *Backup     // what Upload put there last
	swapped  bool        // a restore has put a new tenant in the place of the first
	schedule map[bool]*schedule

	events    []Event // the audit trail, newest first
	lastEvent int

	restore     *task // this tenant's
	dumpBeside  *task // of the whole server, started at another portal of it
	backup      *task
	restores    []Restore
	backupTasks []BackupTask

	madeAt       time.Time
	tickedAt     time.Time // what the clock said when tick last ran
	budgets      map[string]*budget
	faults       Faults
	requests     []Request
	starts       int
	backupStarts int // startbackup requests
}

// New makes a portal.
func New(config Config) *Portal {
	p := &Portal{config: config, now: config.Now, tenantID: 1, keys: map[string]*Key{}, schedule: map[bool]*schedule{}, budgets: map[string]*budget{}}
	if p.now == nil {
		p.now = time.Now
	}
	p.config.Alias = cmp.Or(config.Alias, "docs")
	p.config.Version = cmp.Or(config.Version, "3.7.2")
	p.version = parseVersion(p.config.Version)
	p.config.BackupTime = cmp.Or(config.BackupTime, 10*time.Second)
	p.users, p.rooms = cmp.Or(config.Users, 42), cmp.Or(config.Rooms, max(7, len(config.RoomList)))
	p.files = cmp.Or(config.Files, 60)
	if p.config.Script == (Script{}) {
		p.config.Script = Total(20 * time.Second)
	}
	p.token, p.ownerID = "person-"+hexes(32), newGUID()
	p.madeAt = p.now()
	p.tickedAt, p.faults = p.madeAt, config.Faults
	p.addEvents(config.Events...)
	p.key = p.newKey(Key{Permissions: []string{"*"}})
	if config.Backups == nil {
		p.examples()
	}
	for _, b := range config.Backups {
		p.add(b)
	}
	return p
}

// examples are two backups of the portal and one of the installation.
func (p *Portal) examples() {
	now := p.madeAt
	p.add(Backup{StorageType: 5, CreatedOn: now.Add(-3 * time.Hour)})
	p.add(Backup{StorageType: 3, CreatedOn: now.Add(-27 * time.Hour)})
	p.add(Backup{StorageType: 4, CreatedOn: now.Add(-6 * time.Hour), ExpiresOn: now.Add(18 * time.Hour)})
	if !p.config.SaaS {
		p.add(Backup{StorageType: 3, CreatedOn: now.Add(-50 * time.Hour), Dump: true})
	}
}

// AddBackup puts a backup into the history and returns its id.
func (p *Portal) AddBackup(b Backup) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	return p.add(b)
}

func (p *Portal) add(b Backup) string {
	b.ID = cmp.Or(b.ID, newGUID())
	if b.CreatedOn.IsZero() {
		b.CreatedOn = p.tickedAt
	}
	b.CreatedOn = b.CreatedOn.UTC().Truncate(time.Second)
	if b.FileName == "" {
		name := p.config.Alias
		if b.Dump {
			name = "workspace"
		}
		b.FileName = name + b.CreatedOn.Format("_2006-01-02_15-04-05") + ".tar.gz"
	}
	p.backups = append(p.backups, b)
	if !b.Dump && !b.Unlisted {
		p.made = append(p.made, b.CreatedOn)
	}
	return b.ID
}

// ChangeBackup changes a backup of the history: what somebody does who
// overwrites its file, or deletes it.
func (p *Portal) ChangeBackup(id string, change func(*Backup)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.backups {
		if p.backups[i].ID == id {
			change(&p.backups[i])
		}
	}
}

// Backups returns the history as it is now, newest first.
func (p *Portal) Backups() []Backup {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	sorted := slices.Clone(p.backups)
	slices.SortStableFunc(sorted, func(a, b Backup) int { return b.CreatedOn.Compare(a.CreatedOn) })
	return sorted
}

// TenantID returns the tenant's id, which changes with a restore.
func (p *Portal) TenantID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	return p.tenantID
}

// Locked reports whether the portal is closed by a restore.
func (p *Portal) Locked() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	return p.status == tenantRestoring
}

// SetTenantStatus sets the tenant's state by the server's number, as an operator
// does in the database: 0 active is the cure for a portal that a dead worker
// left locked.
func (p *Portal) SetTenantStatus(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	p.status = status
}

const (
	tenantActive        = 0
	tenantSuspended     = 1
	tenantRemovePending = 2
	tenantTransferring  = 3
	tenantRestoring     = 4
	tenantEncryption    = 6
)

func hexes(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// newGUID returns a random version 4 GUID.
func newGUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
