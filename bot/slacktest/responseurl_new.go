package slacktest

// ResponseURL makes the response_url of something that a person did in a
// channel, without an envelope that tells of it.
func (s *Slack) ResponseURL(user, channel string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil {
		return ""
	}
	return s.newHook(commandHook, c, user, nil).url
}
