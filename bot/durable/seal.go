package durable

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// sealer makes and checks seals: HMACs with a key that is not in the database.
// The zero value has no key and seals nothing.
type sealer struct {
	key []byte
	id  string // tells keys apart and does not give them away
}

// Seal guards what the store writes with a key from outside the database. Call
// it before anything else; without a key it does nothing.
func (s *Store) Seal(key docspace.Secret) { s.seals = newSealer(key) }

func newSealer(key docspace.Secret) sealer {
	if key.Reveal() == "" {
		return sealer{}
	}
	k := sealer{key: []byte(key.Reveal())}
	k.id = k.mac("key", "")[:keyIDLength]
	return k
}

// KeyID is how the bot calls a key in the trail and in its log.
func KeyID(key docspace.Secret) string { return newSealer(key).id }

const (
	keyIDLength = 8
	// sealLength is that of "<key id>:<HMAC in hex>".
	sealLength = keyIDLength + 1 + 2*sha256.Size
)

func (k sealer) on() bool { return k.id != "" }

// mac is the HMAC of a text for one purpose alone.
func (k sealer) mac(purpose, text string) string {
	h := hmac.New(sha256.New, k.key)
	h.Write([]byte(purpose + "\x00" + text))
	return hex.EncodeToString(h.Sum(nil))
}

// seal is "" without a key.
func (k sealer) seal(purpose, text string) string {
	if !k.on() {
		return ""
	}
	return k.id + ":" + k.mac(purpose, text)
}

// check says what a seal proves.
func (k sealer) check(purpose, text, seal string) bot.Seal {
	id, _, _ := strings.Cut(seal, ":")
	switch {
	case seal == "":
		return bot.SealMissing
	case hmac.Equal([]byte(seal), []byte(k.seal(purpose, text))):
		return ""
	case id != k.id:
		return bot.SealOtherKey
	}
	return bot.SealBroken
}

// A sealed record ends in its seal, so that the seal is of the very bytes that
// were written.
const (
	sealOpens  = `,"MAC":"`
	sealCloses = `"}`
)

// sign puts a seal for a purpose at the end of a record.
func (k sealer) sign(purpose, data string) string {
	if !k.on() {
		return data
	}
	return strings.TrimSuffix(data, "}") + sealOpens + k.seal(purpose, data) + sealCloses
}

// signed says what the seal of a record proves.
func (k sealer) signed(purpose, data string) bot.Seal {
	const tail = len(sealOpens) + sealLength + len(sealCloses)
	at := len(data) - tail
	switch {
	case !k.on():
		return ""
	case at >= 0 && strings.HasPrefix(data[at:], sealOpens) && strings.HasSuffix(data, sealCloses):
		return k.check(purpose, data[:at]+"}", data[at+len(sealOpens):len(data)-len(sealCloses)])
	case strings.Contains(data, sealOpens) || !json.Valid([]byte(data)):
		return bot.SealBroken
	}
	return bot.SealMissing
}

// matches reports whether the columns of a row agree with its sealed record. The
// version may be higher: a freeze counts it up without writing the record.
func (c storedRow) matches(r bot.Restore) bool {
	return r.ID == c.id && r.Portal == c.portal && r.State == c.state && r.Delivery == c.delivery && r.Settled == c.settled && r.Version <= c.version
}

// seal is the seal of the end of the chain, and of the freeze that holds there.
func (h head) seal(k sealer) string { return k.seal("head", h.text()) }

func (h head) check(k sealer, seal string) bot.Seal { return k.check("head", h.text(), seal) }

func (h head) text() string {
	return strconv.FormatInt(h.Lines, 10) + " " + h.Hash + " " + h.freeze
}

// freezeSum is what the end of the chain knows of a freeze, "" for none.
func freezeSum(f bot.Freeze) string {
	if !f.On() {
		return ""
	}
	b, _ := json.Marshal([]any{nanos(f.At), f.By, f.Reason, f.Channel}) // strings and numbers always encode
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
