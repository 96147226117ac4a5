package docspacetest

import "cmp"

// Upload puts a file into the slot where a restore with the storage type Local
// finds it. The server ignores the path of such an order and takes what was
// uploaded last (/backupFileUpload.ashx; it deletes a file only when the next
// upload begins). Without an upload the start is answered with 200 and the task
// stays Created: its message was dropped by a worker that found no file. The
// slot belongs to the tenant, so after a swap it is empty.
func (p *Portal) Upload(b Backup) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	b.FileName = cmp.Or(b.FileName, "backup.tar.gz")
	p.uploaded = &b
}

// takeUpload aims an order at the slot.
func (p *Portal) takeUpload(in *restoreInput) {
	if in.source = p.uploaded; in.source == nil {
		in.stuck = true
		return
	}
	in.failure = restoreFailure(*in.source, in.dump)
}
