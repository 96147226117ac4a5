package slacktest

import "time"

// usersInfo does users.info.
func (s *Slack) usersInfo(req *request) reply {
	p := s.people[req.args["user"]]
	if p == nil {
		return fail("user_not_found")
	}
	zone, err := time.LoadLocation(p.TZ)
	if err != nil {
		zone = time.UTC
	}
	label, offset := time.Now().In(zone).Zone()
	profile := Object{"real_name": p.RealName, "display_name": p.Name, "team": p.TeamID}
	user := Object{
		"id": p.ID, "team_id": p.TeamID, "name": p.Name, "real_name": p.RealName,
		"profile": profile,
		"deleted": p.Deleted, "is_bot": p.IsBot, "is_admin": false, "is_owner": false,
		"is_restricted": p.IsRestricted, "is_ultra_restricted": p.IsUltraRestricted,
		"is_stranger": p.IsStranger, "is_app_user": false, "updated": 0,
	}
	if !p.Deleted { // Slack says no zone of a deactivated account
		user["tz"], user["tz_label"], user["tz_offset"] = p.TZ, label, offset
	}
	if s.world.EnterpriseID != "" && p.OrgID != "" {
		user["enterprise_user"] = Object{
			"id": p.OrgID, "enterprise_id": s.world.EnterpriseID, "enterprise_name": s.world.EnterpriseName,
			"is_admin": false, "is_owner": false, "teams": []string{s.world.TeamID},
		}
	}
	return done(Object{"user": user})
}

// usergroupsUsersList does usergroups.users.list.
func (s *Slack) usergroupsUsersList(req *request) reply {
	g := s.groups[req.args["usergroup"]]
	if g == nil {
		return fail("no_such_subteam")
	}
	users := []string{}
	for _, id := range g.Members {
		// Without include_disabled Slack lists only people who can still sign in.
		if p := s.people[id]; p == nil || !p.Deleted {
			users = append(users, id)
		}
	}
	return done(Object{"users": users})
}
