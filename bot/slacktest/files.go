package slacktest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"strconv"
)

// maxUpload is the largest file that is kept here; Slack takes 1 GB.
const maxUpload = 32 << 20 // bytes

// A File was uploaded to a channel, or to a thread in it.
type File struct {
	ID       string
	Name     string
	Title    string
	AltText  string
	Channel  string
	ThreadTS string // "" outside threads
	Content  []byte
}

// upload is a file between files.getUploadURLExternal and
// files.completeUploadExternal.
type upload struct {
	File

	length int
	sent   bool
}

// Files returns what was uploaded and shared, oldest first.
func (s *Slack) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]File(nil), s.files...)
}

// uploadURL does files.getUploadURLExternal.
func (s *Slack) uploadURL(req *request) reply {
	length, err := strconv.Atoi(req.args["length"])
	if err != nil || length <= 0 || length > maxUpload || req.args["filename"] == "" {
		return fail("invalid_arguments")
	}
	u := &upload{File: File{ID: "F" + uuid()[:8], Name: req.args["filename"], AltText: req.args["alt_txt"]}, length: length}
	if s.uploads == nil {
		s.uploads = map[string]*upload{}
	}
	s.uploads[u.ID] = u
	return done(Object{"upload_url": s.base + uploadHook + u.ID, "file_id": u.ID})
}

// serveUpload takes the content of a file: a form with one file, or the bare
// bytes.
func (s *Slack) serveUpload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload+1<<20)
	content, err := uploaded(r)
	req := &request{http: r, method: "upload", args: map[string]string{}}
	s.answer(w, req, func() reply {
		u := s.uploads[path.Base(r.URL.Path)]
		switch {
		case u == nil || u.sent:
			return reply{status: http.StatusNotFound, raw: "no such upload"}
		case err != nil || len(content) != u.length:
			return reply{status: http.StatusBadRequest, raw: "not the length that was announced"}
		}
		u.Content, u.sent = content, true
		return reply{raw: "OK - " + strconv.Itoa(len(content))}
	})
}

func uploaded(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		return io.ReadAll(r.Body)
	}
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

// completeUpload does files.completeUploadExternal.
func (s *Slack) completeUpload(req *request) reply {
	var named []struct{ ID, Title string }
	if json.Unmarshal([]byte(req.args["files"]), &named) != nil || len(named) == 0 {
		return fail("invalid_arguments")
	}
	c, code := s.postable(req.args["channel_id"])
	if code != "" {
		return fail(code)
	}
	thread := req.args["thread_ts"]
	if thread != "" && s.messages[messageKey{c.ID, thread}] == nil {
		return fail("invalid_thread_ts")
	}
	var shared []Object
	for _, n := range named {
		u := s.uploads[n.ID]
		if u == nil || !u.sent {
			return fail("file_not_found")
		}
		delete(s.uploads, n.ID)
		u.Title, u.Channel, u.ThreadTS = n.Title, c.ID, thread
		s.files = append(s.files, u.File)
		shared = append(shared, Object{"id": u.ID, "title": u.Title})
	}
	return done(Object{"files": shared})
}
