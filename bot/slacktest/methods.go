package slacktest

// method is one method of the Web API.
type method struct {
	do       func(*Slack, *request) reply // called with mu held
	scopes   []string                     // any one of them is enough
	tier     tier
	appToken bool // wants the app-level token
	anybody  bool // asks for no token
}

// methods are all that are known. Scopes and tiers are those of the method's page in
// Slack's reference.
var methods = map[string]method{
	"apps.connections.open": {do: (*Slack).openConnection, tier: tier3, appToken: true},
	"blocks.validate":       {do: (*Slack).validateBlocks, tier: special, anybody: true},
	"auth.test":             {do: (*Slack).authTest, tier: special},

	"chat.postMessage":   {do: (*Slack).postMessage, scopes: []string{"chat:write"}, tier: perChannel},
	"chat.postEphemeral": {do: (*Slack).postEphemeral, scopes: []string{"chat:write"}, tier: tier4},
	"chat.update":        {do: (*Slack).updateMessage, scopes: []string{"chat:write"}, tier: tier3},
	"chat.getPermalink":  {do: (*Slack).getPermalink, tier: special},

	"files.getUploadURLExternal":   {do: (*Slack).uploadURL, scopes: []string{"files:write"}, tier: tier4},
	"files.completeUploadExternal": {do: (*Slack).completeUpload, scopes: []string{"files:write"}, tier: tier4},

	"views.open":   {do: (*Slack).viewsOpen, tier: tier4},
	"views.update": {do: (*Slack).viewsUpdate, tier: tier4},

	"users.conversations":   {do: (*Slack).usersConversations, tier: tier3},
	"users.info":            {do: (*Slack).usersInfo, scopes: []string{"users:read"}, tier: tier4},
	"usergroups.users.list": {do: (*Slack).usergroupsUsersList, scopes: []string{"usergroups:read"}, tier: tier2},

	"conversations.info":    {do: (*Slack).conversationsInfo, scopes: readScopes, tier: tier3},
	"conversations.history": {do: (*Slack).conversationsHistory, scopes: historyScopes, tier: tier3},
	"conversations.replies": {do: (*Slack).conversationsReplies, scopes: historyScopes, tier: tier3},
}

var (
	readScopes    = []string{"channels:read", "groups:read", "im:read"}
	historyScopes = []string{"channels:history", "groups:history", "im:history"}
)
