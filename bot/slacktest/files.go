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
	"strings"
)

// maxUpload is the largest file that is kept here; Slack takes 1 GB.
const maxUpload = 32 << 20 // bytes

// A File was uploaded, and shared to channels or to a thread in one.
type File struct {
	ID       string
	Name     string
	Title    string
	AltText  string
	Comment  string // the initial_comment: the text of the message that has the file
	Channel  string // the first that it was shared to; "" is none
	ThreadTS string // "" outside threads
	Shares   []Share
	Content  []byte
}

// A Share is a message that has a file.
type Share struct{ Channel, TS, ThreadTS string }

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
	rooms, bad := s.shareTo(req)
	if bad != nil {
		return *bad
	}
	var ready []*upload
	for _, n := range named {
		u := s.uploads[n.ID]
		if u == nil || !u.sent || slices.Contains(ready, u) {
			return fail("file_not_found")
		}
		u.Title = cmp.Or(n.Title, u.Name)
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
	ids := []string{}
	for _, u := range ready {
		delete(s.uploads, u.ID)
		u.Comment = comment
		ids = append(ids, u.ID)
		s.files = append(s.files, &u.File)
	}
	for _, c := range rooms {
		m := &Message{User: s.botUser, Content: Content{Text: comment, Blocks: blocks, Files: ids}, ThreadTS: req.args["thread_ts"]}
		s.put(c, m)
		for _, u := range ready {
			u.Channel, u.ThreadTS = cmp.Or(u.Channel, c.ID), m.ThreadTS
			u.Shares = append(u.Shares, Share{c.ID, m.TS, m.ThreadTS})
		}
	}
	shared := []Object{}
	for _, u := range ready {
		shared = append(shared, s.fileJSON(&u.File))
	}
	return done(Object{"files": shared})
}

// shareTo are the channels that files go to.
func (s *Slack) shareTo(req *request) ([]*room, *reply) {
	ids := strings.FieldsFunc(req.args["channels"], func(r rune) bool { return r == ',' || r == ' ' })
	if id := req.args["channel_id"]; id != "" {
		ids = []string{id}
	}
	var rooms []*room
	for _, id := range ids {
		c, code := s.postable(id)
		thread := req.args["thread_ts"]
		if code == "" && thread != "" && s.messages[messageKey{c.ID, thread}] == nil {
			code = "invalid_thread_ts"
		}
		if code != "" {
			bad := fail(code)
			return nil, &bad
		}
		rooms = append(rooms, c)
	}
	return rooms, nil
}

func (s *Slack) file(id string) *File {
	if i := slices.IndexFunc(s.files, func(f *File) bool { return f.ID == id }); i >= 0 {
		return s.files[i]
	}
	return nil
}

// fileJSON is a file as the API shows it. The caller holds mu.
func (s *Slack) fileJSON(f *File) Object {
	shares, lists := Object{}, map[string][]string{"channels": {}, "groups": {}, "ims": {}}
	for _, share := range f.Shares {
		kind, list := "public", "channels"
		switch c := s.channels[share.Channel]; {
		case c != nil && c.Direct():
			kind, list = "private", "ims"
		case c != nil && c.Private:
			kind, list = "private", "groups"
		}
		lists[list] = append(lists[list], share.Channel)
		where, _ := shares[kind].(Object)
		if where == nil {
			where = Object{}
			shares[kind] = where
		}
		one := Object{"ts": share.TS, "team_id": s.world.TeamID, "share_user_id": s.botUser, "source": "UNKNOWN"}
		if share.ThreadTS != "" {
			one["thread_ts"] = share.ThreadTS
		}
		listed, _ := where[share.Channel].([]Object)
		where[share.Channel] = append(listed, one)
	}
	return Object{
		"id": f.ID, "name": f.Name, "title": f.Title, "alt_txt": f.AltText, "size": len(f.Content), "user": s.botUser,
		"mode": "hosted", "is_external": false, "is_public": len(lists["channels"]) > 0, "shares": shares,
		"channels": lists["channels"], "groups": lists["groups"], "ims": lists["ims"],
	}
}
