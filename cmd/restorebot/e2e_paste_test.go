package main

import (
	"strings"
	"testing"

	"docspace-restorebot/cmd/restorebot/stage"
)

// An id that is pasted as a message shows it comes to the same card.
func TestBinaryUnderstandsPastedIDs(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore abc\u2011def")
		s.Alice.WantTold("abc[U+2011]def", "Nothing was started")
		s.Alice.Types("/restore `*" + strings.ReplaceAll(s.Newest(), "-", "\u2011") + "*`.\n")
		card := s.WantCard()
		s.Alice.Types("/restore cancel <*" + card.Buttons()[0].Value + "*>,")
		s.Alice.WantTold("Dismissed. Nothing was restored and the portal is unchanged.")
		s.WantFinalCard("dismissed")
		s.WantStarts(0)
	})
}
