package slacktest

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
)

// maxUpload is the largest file that is kept here; Slack takes 1 GB.
const maxUpload = 32 << 20 // bytes

// A File was uploaded, and shared to a channel or to a thread in one.
type File struct {
	ID       string
	Name     string
	Title    string
	AltText  string
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
	var files []File
	for _, f := range s.files {
		files = append(files, *f)
	}
	return files
}

// uploadURL does files.getUploadURLExternal.
func (s *Slack) uploadURL(req *request) reply {
	length, err := strconv.Atoi(req.args["length"])
	if err != nil || length <= 0 || length > maxUpload || req.args["filename"] == "" {
		return fail("invalid_arguments")
	}
	u := &upload{File: File{ID: "F" + uuid()[:8], Name: req.args["filename"], AltText: req.args["alt_txt"]}, length: length}
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

// completeUpload does files.completeUploadExternal: the files become a message, or
// nobody's but the bot's where no channel is named.
func (s *Slack) completeUpload(req *request) reply {
	var named []struct{ ID, Title string }
	if json.Unmarshal([]byte(req.args["files"]), &named) != nil || len(named) == 0 {
		return fail("invalid_arguments")
	}
	channel, thread := req.args["channel_id"], req.args["thread_ts"]
	var c *room
	if channel != "" {
		var code string
		if c, code = s.postable(channel); code != "" {
			return fail(code)
		}
		if thread != "" && s.messages[messageKey{c.ID, thread}] == nil {
			return fail("invalid_thread_ts")
		}
	}
	var ready []*upload
	for _, n := range named {
		u := s.uploads[n.ID]
		if u == nil || !u.sent || slices.Contains(ready, u) {
			return fail("file_not_found")
		}
		u.Title, u.ThreadTS = cmp.Or(n.Title, u.Name), thread
		ready = append(ready, u)
	}
	comment := req.args["initial_comment"]
	if req.args["blocks"] != "" && comment != "" {
		return fail("invalid_arguments") // one or the other (docs: files.completeUploadExternal)
	}
	blocks, bad := s.blocks(req.args["blocks"], false)
	if bad != nil {
		return *bad
	}
	ids, shared := []string{}, []Object{}
	for _, u := range ready {
		delete(s.uploads, u.ID)
		ids, shared = append(ids, u.ID), append(shared, s.fileJSON(&u.File))
		s.files = append(s.files, &u.File)
	}
	if c != nil {
		s.put(c, &Message{User: s.botUser, Content: Content{Text: comment, Blocks: blocks, Files: ids}, ThreadTS: thread})
	}
	return done(Object{"files": shared})
}

// fileJSON is a file as the API shows it, without its shares.
func (s *Slack) fileJSON(f *File) Object {
	return Object{
		"id": f.ID, "name": f.Name, "title": f.Title, "alt_txt": f.AltText, "size": len(f.Content), "user": s.botUser,
		"mode": "hosted", "is_external": false,
	}
}
