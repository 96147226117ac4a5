package docspacetest

import "time"

// Faults are the switches: what goes wrong from now on. The zero value is a
// portal in good health.
type Faults struct {
	// FailText ends the restore with this error when it comes to FailAt percent;
	// 0 is the end of the download, before the portal is locked. FailOutside makes
	// it the other kind of failure: status Failted, and not completed.
	FailText    string
	FailAt      int
	FailOutside bool
	// Cancel stops a running restore as the graceful stop of the worker does.
	Cancel bool
	// StuckQueued: no worker picks restores up, they stay Created.
	StuckQueued bool
	// WorkerDead: the worker was killed. A running restore stands still for ever,
	// and so does the lock if there is one.
	WorkerDead bool
	// WorkerDiesAt kills the worker at that percentage; 0 is never.
	WorkerDiesAt int

	// NoResponse leaves the response out of the answers about tasks, as a cache does
	// that is flushed while the worker goes on. Without work that goes on it is
	// [Portal.ForgetTasks].
	NoResponse bool
	// LoseStartAnswer performs startrestore and cuts the connection.
	LoseStartAnswer bool
	// RefuseStart answers startrestore with that status and starts nothing: 500 is
	// an error before the task was published.
	RefuseStart int
	// LoseStartEvent: startrestore publishes its task, cannot reach the event bus and
	// answers 500. DropStartEvent: it answers 200, and the worker's handler fails,
	// which acknowledges the message (EventBusRabbitMQ). The task stays Created in
	// both cases, whatever heals, until a start with the same task id replaces it.
	LoseStartEvent bool
	DropStartEvent bool
	// SwapNotFound and SwapError answer 404 and 500 while the tenants are swapped.
	SwapNotFound bool
	SwapError    bool
	// SwapHost is the mapped domain in a backup: the swap brings it back, and the
	// portal answers to this host alone, with 404 for good at the old one.
	SwapHost string
	// OtherPortal is the alias of another portal of the same server, while this
	// portal's host is one that belongs to none: the server then takes the portal of
	// the lowest status and then the lowest id, so the other answers in place of a
	// locked one. OtherPortalStays: the other has the lower id, so after the swap, which
	// makes a new one, it answers for good.
	OtherPortal      string
	OtherPortalStays bool

	// Pages are answered by a proxy in front of the portal.
	Pages []Page
	// RateLimited is how many requests are answered with 429, below 0 all of them.
	// RetryAfter is the header's value; 0 leaves it out, as the server mostly does.
	RateLimited int
	RetryAfter  time.Duration
	// Delay is added to each request.
	Delay time.Duration
	// HistoryDelay is how long the history takes, with the look for each file.
	HistoryDelay time.Duration
	// HugeBody fills answers up to 64 MiB.
	HugeBody bool
	// Garbage cuts each JSON answer in the middle. CutAnswer ends the connection there.
	Garbage   bool
	CutAnswer bool
	// ErrorIn200 answers each request with status 200 and an error in the body.
	ErrorIn200 bool
	// Unpaid and NoRestorePlan answer 402, to everything and to restores.
	Unpaid        bool
	NoRestorePlan bool
	// NotAdmin: the key's creator is no admin any more.
	NotAdmin bool
	// AddressRefused: the caller's address is not allowed.
	AddressRefused bool
	// AddressWrapped puts the words of that refusal into an envelope.
	AddressWrapped bool
	// HistoryFails: one record's storage cannot be read, and the list answers 500.
	HistoryFails bool
	// NoTenantStatus leaves the portal's state out of its settings.
	NoTenantStatus bool
	// LeakStack writes a stack trace into the message and the key into both.
	LeakStack bool
	// Redirect sends every request to this URL with 307.
	Redirect string
	// BackupText ends backups with this error. BackupWarning is told of backups that
	// succeed.
	BackupText    string
	BackupWarning string
	// BackupStuck leaves backups Created; BackupDead lets a running one stand still
	// for ever.
	BackupStuck bool
	BackupDead  bool
	// LoseBackupAnswer performs startbackup and cuts the connection.
	LoseBackupAnswer bool
	// NoBackupPlan: the free backups are used up, 402.
	NoBackupPlan bool
	// BackupServiceOff: the paid backup service is off, as getservicestate says.
	BackupServiceOff bool
	// ZonedDates writes the dates of the backup API with a zone and a fraction, as
	// a server on PostgreSQL may; NamedEnums writes names instead of numbers, which
	// the API's description allows.
	ZonedDates bool
	NamedEnums bool
	// NoAudit is a plan without the audit trail: its filter answers the 20 newest
	// rows and ignores what was asked. AuditDelay is added to each page of it.
	NoAudit    bool
	AuditDelay time.Duration
	// Down cuts each connection without an answer.
	Down bool
}

// delay is how long an operation takes.
func (f *Faults) delay(op string) time.Duration {
	if op == "backup/getbackuphistory" {
		return f.Delay + f.HistoryDelay
	}
	if op == "security/audit/events/filter" {
		return f.Delay + f.AuditDelay
	}
	return f.Delay
}

// Page is a proxy's HTML page instead of an answer.
type Page struct {
	Path      string // the end of the path, such as "startrestore"; "" is every path
	Status    int    // 0 is 502
	Times     int    // how often; 0 is always
	Performed bool   // the application did the work, only its answer is lost
}

// Break changes the switches: f is called with the present ones and must not
// call the portal.
func (p *Portal) Break(f func(*Faults)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	f(&p.faults)
	p.tick()
}

// Heal turns all switches off. A worker that was dead goes on where it was.
func (p *Portal) Heal() { p.Break(func(f *Faults) { *f = Faults{} }) }
