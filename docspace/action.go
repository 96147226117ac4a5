package docspace

import "slices"

// Action is the number of an action in the audit trail, the same in every language. A
// newer server may know more actions.
type Action int

// Meaning is the effect of an action on the portal.
type Meaning string

// The meanings. An action that is not known is [OtherChange]; one that changes
// nothing which a restore takes, such as reading, is [NoChange].
const (
	FileCreated   Meaning = "file created"
	FileChanged   Meaning = "file changed"
	FileMoved     Meaning = "file moved"   // also put back from the trash
	FileRemoved   Meaning = "file removed" // also one of its versions; a restore brings it back
	FolderCreated Meaning = "folder created"
	FolderChanged Meaning = "folder changed"
	FolderMoved   Meaning = "folder moved"
	FolderRemoved Meaning = "folder removed" // what was in it has no rows
	FormFilled    Meaning = "form filled"

	RoomCreated Meaning = "room created" // also an agent
	RoomChanged Meaning = "room changed"
	RoomRemoved Meaning = "room removed"
	// AccessChanged is who may open a file, a folder or a room: members and links.
	AccessChanged Meaning = "access changed"

	PersonInvited Meaning = "person invited"
	PersonChanged Meaning = "person changed"
	PersonRemoved Meaning = "person removed"
	GroupChanged  Meaning = "group changed"

	SettingChanged    Meaning = "setting changed"
	SecurityChanged   Meaning = "security changed" // logins, admins, two-factor, addresses, SSO, LDAP
	KeyChanged        Meaning = "API key changed"
	WebhookChanged    Meaning = "webhook changed"
	ThirdPartyChanged Meaning = "third party changed"
	OAuthAppChanged   Meaning = "OAuth app changed"

	OtherChange Meaning = "other change"
	NoChange    Meaning = "no change"
)

// act is one action of the table.
type act struct {
	name  string
	means Meaning
	words string // after a person's name
}

// Actions that are asked for by name.
const (
	ActionInvited         Action = 4037 // by mail, also once more
	ActionFileSaved       Action = 5034 // by the editor, also while it stays open
	ActionBackupStarted   Action = 5041
	ActionFileOpened      Action = 5054 // for editing
	ActionRoomRenamed     Action = 5071
	ActionScheduledBackup Action = 5127 // its start
	ActionAgentRenamed    Action = 5155
	ActionIPRestrictions  Action = 6094
)

// Name is the server's name of the action, "" for an unknown one.
func (a Action) Name() string { return actions[a].name }

// Meaning returns the effect of the action. Actions below 2000 belong to the login
// history and never stand in the audit trail.
func (a Action) Meaning() Meaning {
	if known, ok := actions[a]; ok {
		return known.means
	}
	if a < 2000 {
		return NoChange
	}
	return OtherChange
}

// Removes reports whether the action removed something that a restore brings back.
func (m Meaning) Removes() bool {
	return m == FileRemoved || m == FolderRemoved || m == RoomRemoved || m == PersonRemoved
}

// twice reports whether the server writes two rows for the action when it goes
// from one room to another.
func (a Action) twice() bool {
	return slices.Contains([]Action{5013, 5014, 5015, 5016, 5022, 5023, 5024, 5025}, a)
}
