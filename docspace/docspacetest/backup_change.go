package docspacetest

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
